// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 1.5: what is commonly said of pipes, and how far it is true.
 *
 * one-way      each end goes one way only, the other is refused
 * stream       bytes without borders: they are read in other portions than they were written in
 * atomic       up to PIPE_BUF bytes a write stays in one piece, whoever else writes
 * interleaved  above PIPE_BUF it is torn as soon as it has to wait for space
 * unrelated    the receiver inherits no end: it is sent one over a unix socket
 * gone         the pipe, and what is unread in it, goes with its last holder
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lesson.h"

#define RECORDS	    200
#define RECORD_SIZE 1000
#define BIG_RECORD  (20 * PIPE_BUF) /* more than the whole pipe holds */
#define TORN_RECORD (2 * PIPE_BUF)

static const char child[] = "I am child!";

static void make_pipe(int fd[2])
{
	if (pipe(fd) == -1)
		die("pipe");
}

static void put(int fd, const void *data, size_t size)
{
	if (write(fd, data, size) != (ssize_t)size)
		die("write");
}

static void one_way(void)
{
	char msg[sizeof(child)];
	int fd[2];

	call_me("parent");
	make_pipe(fd);
	put(fd[1], child, sizeof(child));
	if (write(fd[0], child, sizeof(child)) == -1)
		printf("write to fd[0]: %s\n", strerror(errno));
	if (read(fd[1], msg, sizeof(msg)) == -1)
		printf("read from fd[1]: %s\n", strerror(errno));
	if (read(fd[0], msg, sizeof(msg)) == -1)
		die("read");
	printf("read from fd[0]: %s\n", msg);
	close(fd[0]);
	close(fd[1]);
}

static void stream(void)
{
	static const size_t portions[] = {5, 100};
	char msg[100];
	int fd[2];

	call_me("reader");
	make_pipe(fd);
	pid_t id = fork_as("writer");
	if (id == 0) {
		put(fd[1], "abc", 3);
		put(fd[1], "defg", 4);
		put(fd[1], "hij", 3);
		exit(0);
	}
	reap(id, 0);
	for (int i = 0; i < 2; i++) {
		ssize_t s = read(fd[0], msg, portions[i]);

		printf("read returns %zd: %.*s\n", s, (int)s, msg);
	}
	close(fd[0]);
	close(fd[1]);
}

/* A child that writes n records of size times the same letter. */
static pid_t fork_writer(const char *role, const int fd[2], int letter, int n, size_t size)
{
	static char record[BIG_RECORD];
	pid_t id = fork_as(role);

	if (id)
		return id;
	close(fd[0]);
	memset(record, letter, size);
	while (n--)
		put(fd[1], record, size);
	exit(0);
}

static void atomic(void)
{
	char record[RECORD_SIZE];
	int fd[2], torn = 0;

	call_me("reader");
	make_pipe(fd);
	pid_t writer = fork_writer("writer", fd, 'A', RECORDS, RECORD_SIZE);
	pid_t writer2 = fork_writer("writer-2", fd, 'B', RECORDS, RECORD_SIZE);
	close(fd[1]);
	wait_until_in(writer, "pipe_write"); /* both want the next space that comes free */
	wait_until_in(writer2, "pipe_write");
	while (read(fd[0], record, sizeof(record)) > 0)
		torn += memcmp(record, record + 1, sizeof(record) - 1) != 0;
	reap(writer, 0);
	reap(writer2, 0);
	printf("%d records of %d bytes from two writers: %d torn\n", 2 * RECORDS, RECORD_SIZE,
	       torn);
	close(fd[0]);
	if (torn)
		exit(1);
}

static void interleaved(void)
{
	char page[PIPE_BUF];
	int fd[2], first = 0;
	bool torn = false;

	call_me("reader");
	make_pipe(fd);
	pid_t writer = fork_writer("writer", fd, 'A', 1, BIG_RECORD);
	wait_until_in(writer, "pipe_write"); /* in the middle of its record */
	pid_t writer2 = fork_writer("writer-2", fd, 'B', 1, TORN_RECORD);
	wait_until_in(writer2, "pipe_write");
	close(fd[1]);
	for (int i = 0; read(fd[0], page, sizeof(page)) > 0; i++) {
		if (page[0] == 'B' && !first)
			first = i;
		torn |= page[0] == 'A' && first;
		/* Space for a page goes to one writer, the next page to the other one, which has
		 * waited longer.
		 */
		if (i < 2) {
			wait_until_in(writer, "pipe_write");
			wait_until_in(writer2, "pipe_write");
		}
	}
	reap(writer, 0);
	reap(writer2, 0);
	close(fd[0]);
	if (!torn)
		exit(1);
	printf("after %d of the 20 pages of writer's record comes writer-2's\n", first);
}

/* The message that carries a descriptor, for sendmsg and for recvmsg. */
static struct cmsghdr *fd_message(struct msghdr *m)
{
	static char byte = '.', control[CMSG_SPACE(sizeof(int))];
	static struct iovec io = {.iov_base = &byte, .iov_len = 1};

	*m = (struct msghdr){.msg_iov = &io,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	return CMSG_FIRSTHDR(m);
}

/* Makes a pipe and gives its read end away, to who waits for it already. */
static _Noreturn void creator(int listener, pid_t to)
{
	struct msghdr m;
	struct cmsghdr *c = fd_message(&m);
	int fd[2], peer;

	wait_until_in(to, "poll");
	make_pipe(fd);
	put(fd[1], child, sizeof(child));
	peer = accept(listener, NULL, NULL);
	if (peer == -1)
		die("accept");
	*c = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(c), fd, sizeof(int));
	if (sendmsg(peer, &m, 0) == -1)
		die("sendmsg");
	exit(0);
}

/* Knows only the socket's name. Takes out the end when only the message holds it. */
static _Noreturn void receiver(const struct sockaddr_un *name, socklen_t length)
{
	struct msghdr m;
	struct cmsghdr *c = fd_message(&m);
	int s = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	char msg[sizeof(child)];

	struct pollfd hangup = {.fd = s}; /* no event but POLLHUP */

	if (connect(s, (const struct sockaddr *)name, length) == -1)
		die("connect");
	if (poll(&hangup, 1, -1) != 1) /* until the creator is gone */
		die("poll");
	if (recvmsg(s, &m, 0) != 1)
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	if (read(fd, msg, sizeof(msg)) == -1)
		die("read");
	printf("receiver: %s\n", msg);
	exit(0);
}

/*
 * All processes descend from init, so "unrelated" can only mean: no end was inherited. Creator and
 * receiver are no ancestors of each other, the receiver is older than the pipe, and their parent
 * never has it.
 */
static void unrelated(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(name);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	call_me("parent");
	/* Without a path the kernel makes up an abstract name: no file is left behind. */
	if (bind(listener, (struct sockaddr *)&name, sizeof(sa_family_t)) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&name, &length))
		die("unix socket");
	pid_t to = fork_as("receiver");
	if (to == 0) {
		close(listener);
		setsid();
		receiver(&name, length);
	}
	pid_t from = fork_as("creator");
	if (from == 0)
		creator(listener, to);
	close(listener);
	reap(from, 0);
	reap(to, 0);
}

static void gone(void)
{
	int fd[2], bytes;

	call_me("parent");
	make_pipe(fd);
	pid_t reader = fork_as("reader");
	if (reader == 0) {
		struct pollfd hangup = {.fd = fd[0]}; /* POLLHUP alone, not the data */

		close(fd[1]);
		if (poll(&hangup, 1, -1) != 1 || ioctl(fd[0], FIONREAD, &bytes) == -1)
			die("poll");
		printf("reader: the writer is gone, %d bytes are still there\n", bytes);
		exit(0); /* unread */
	}
	wait_until_in(reader, "poll");
	pid_t writer = fork_as("writer");
	if (writer == 0) {
		close(fd[0]);
		wait_until_in(getppid(), "do_wait"); /* the parent has closed its ends */
		put(fd[1], child, sizeof(child));
		exit(0);
	}
	close(fd[0]);
	close(fd[1]);
	reap(writer, 0);
	reap(reader, 0);
	printf("parent: both are gone, and the pipe with them\n");
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"one-way", one_way},
						   {"stream", stream},
						   {"atomic", atomic},
						   {"interleaved", interleaved},
						   {"unrelated", unrelated},
						   {"gone", gone},
						   {0}};

	return lesson_main(argc, argv, cases);
}
