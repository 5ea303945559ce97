// SPDX-License-Identifier: GPL-2.0
/*
 * Beyond the lesson: the other system calls that work on a pipe, or fail on one.
 *
 * vectors   writev and readv: several buffers, one operation
 * offset    a pipe has no positions: pread, pwrite and lseek fail with ESPIPE
 * nonblock  O_NONBLOCK: EAGAIN in place of each sleep
 * splice    from pipe to pipe without a buffer; it sleeps on an empty pipe as read does
 * tee       the same bytes in a second pipe, and still in the first
 * vmsplice  the caller's own pages go into the pipe
 * poll, select, epoll  three ways to wait until a pipe can be read
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lesson.h"

static const char child[] = "I am child!";

static void start(int fd[2], int flags)
{
	if (pipe2(fd, flags) == -1)
		die("pipe");
}

static void stop(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

static void tell(const char *call, ssize_t ret)
{
	if (ret == -1)
		printf("%s: %s\n", call, strerror(errno));
	else
		printf("%s returns %zd\n", call, ret);
}

static void send_message(int fd)
{
	if (write(fd, child, sizeof(child)) == -1)
		die("write");
}

static void vectors(void)
{
	char a[4], b[100];
	struct iovec out[] = {{(void *)child, 4}, {(void *)(child + 4), sizeof(child) - 4}};
	struct iovec in[] = {{a, sizeof(a)}, {b, sizeof(b)}};
	int fd[2];

	call_me("caller");
	start(fd, 0);
	tell("writev", writev(fd[1], out, 2));
	tell("readv", readv(fd[0], in, 2));
	stop(fd);
}

static void offset(void)
{
	char c = 0;
	int fd[2];

	call_me("caller");
	start(fd, 0);
	send_message(fd[1]);
	tell("pread", pread(fd[0], &c, 1, 0));
	tell("pwrite", pwrite(fd[1], &c, 1, 0));
	tell("lseek", lseek(fd[0], 0, SEEK_SET));
	stop(fd);
}

static void nonblock(void)
{
	static const char page[4096];
	ssize_t s;
	int fd[2];

	call_me("caller");
	start(fd, O_NONBLOCK);
	tell("read", read(fd[0], (char[1]){0}, 1));
	while ((s = write(fd[1], page, sizeof(page))) > 0)
		;
	tell("write", s);
	stop(fd);
}

/* Runs wait in the process "caller", and writes a message when it sleeps in where. */
static void woken_by_data(void (*wait)(int fd), const char *where)
{
	int fd[2];

	call_me("writer");
	start(fd, 0);
	pid_t id = fork_as("caller");
	if (id == 0) {
		close(fd[1]);
		wait(fd[0]);
		exit(0);
	}
	close(fd[0]);
	wait_until_in(id, where);
	send_message(fd[1]);
	reap(id, 0);
	close(fd[1]);
}

static void wait_splice(int fd)
{
	int to[2];

	start(to, 0);
	tell("splice", splice(fd, NULL, to[1], NULL, sizeof(child), 0));
	tell("read", read(to[0], (char[100]){0}, 100));
}

static void wait_poll(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	tell("poll", ppoll(&p, 1, NULL, NULL));
}

static void wait_select(int fd)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	tell("select", pselect(fd + 1, &set, NULL, NULL, NULL, NULL));
}

static void wait_epoll(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int ep = epoll_create1(0);

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event) == -1)
		die("epoll_ctl");
	tell("epoll_wait", epoll_pwait(ep, &event, 1, -1, NULL));
}

static void call_splice(void)
{
	woken_by_data(wait_splice, "pipe");
}

static void call_poll(void)
{
	woken_by_data(wait_poll, "poll");
}

static void call_select(void)
{
	woken_by_data(wait_select, "select|poll"); /* kernels differ */
}

static void call_epoll(void)
{
	woken_by_data(wait_epoll, "poll");
}

static void call_tee(void)
{
	int from[2], to[2];

	call_me("caller");
	start(from, 0);
	start(to, 0);
	send_message(from[1]);
	tell("tee", tee(from[0], to[1], sizeof(child), 0));
	tell("read from the first", read(from[0], (char[100]){0}, 100));
	tell("read from the second", read(to[0], (char[100]){0}, 100));
	stop(from);
	stop(to);
}

static void call_vmsplice(void)
{
	static char page[4096] __attribute__((aligned(4096)));
	struct iovec io = {page, sizeof(page)};
	int fd[2];

	call_me("caller");
	start(fd, 0);
	page[0] = 'a';
	tell("vmsplice", vmsplice(fd[1], &io, 1, 0));
	page[0] = 'b'; /* the pipe has the page itself, no copy */
	if (read(fd[0], page + 1, 1) == 1)
		printf("read gives '%c'\n", page[1]);
	stop(fd);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"vectors", vectors},   {"offset", offset},
	    {"nonblock", nonblock}, {"splice", call_splice},
	    {"tee", call_tee},	    {"vmsplice", call_vmsplice},
	    {"poll", call_poll},    {"select", call_select},
	    {"epoll", call_epoll},  {0}};

	return lesson_main(argc, argv, cases);
}
