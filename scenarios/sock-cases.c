// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: the four cases of lesson 1.4 on a pair of sockets, and where those differ from a pipe.
 *
 * 1        nobody reads, the writer keeps writing: it sleeps when its memory is used up
 * 2        nobody writes, the reader keeps reading: it sleeps as there is nothing to read
 * 3        the writer stops and closes: the reader gets what is left, then reads 0
 * 4        the reader stops and closes: the writer dies of SIGPIPE
 * quarter  a full pipe's writer wakes when a slot is free, a socket's when three quarters are
 * reset    the other side closes with bytes unread: ECONNRESET, not the end of a file
 *
 * Cases 1 and 2 would last for ever: after --hold MS the other process ends them with SIGTERM.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lesson.h"
#include "unixsock.h"

static const char child[] = "I am child!";

/* fd[0] is the caller's, fd[1] its child's; each closes the other's. */
static pid_t fork_at_pair(const char *role, int fd[2])
{
	new_pair(SOCK_STREAM, fd);
	pid_t pid = fork_as(role);
	close(fd[pid ? 1 : 0]);
	return pid;
}

static void print_status(int status)
{
	printf("exitsingle(%d),exit(%d)\n", status & 0xff, (status >> 8) & 0xff);
}

static void nobody_reads(void)
{
	static const char thirteen[] = "I am  child!"; /* as in lesson 1.6: 13 bytes with the NUL */
	int fd[2], bytes;

	call_me("reader");
	pid_t id = fork_at_pair("writer", fd);
	if (id == 0) {
		for (;;)
			put(fd[1], thirteen, sizeof(thirteen));
	}
	wait_until_in(id, IN_SEND);
	if (ioctl(fd[0], FIONREAD, &bytes) == -1)
		die("FIONREAD");
	printf("the writer sleeps, %d bytes are there to be read\n", bytes);
	hold();
	kill(id, SIGTERM);
	print_status(reap(id, SIGTERM));
	close(fd[0]);
}

static void nobody_writes(void)
{
	char msg[100];
	int fd[2];

	call_me("writer");
	pid_t id = fork_at_pair("reader", fd);
	if (id == 0) {
		get(fd[1], msg, sizeof(msg));
		exit(1); /* it should sleep, not return */
	}
	wait_until_in(id, IN_READ);
	printf("the reader sleeps\n");
	hold();
	kill(id, SIGTERM);
	print_status(reap(id, SIGTERM));
	close(fd[0]);
}

static void writer_closes(void)
{
	char msg[sizeof(child)];
	ssize_t s;
	int fd[2];

	call_me("reader");
	pid_t id = fork_at_pair("writer", fd);
	if (id == 0) {
		wait_until_in(getppid(), "do_wait"); /* the parent has closed fd[1] */
		for (int i = 0; i < 5; i++)
			put(fd[1], child, sizeof(child));
		close(fd[1]);
		exit(0);
	}
	reap(id, 0); /* written and closed before the first read */
	for (int j = 0; (s = read(fd[0], msg, sizeof(msg))) > 0; j++)
		printf("%s %d\n", msg, j);
	printf("read returns %zd\n", s);
	close(fd[0]);
}

static void reader_closes(void)
{
	int fd[2];

	call_me("reader");
	pid_t id = fork_at_pair("writer", fd);
	if (id == 0) {
		for (int i = 0; i < 10; i++) {
			wait_until_in(getppid(), i < 5 ? IN_READ : "do_wait");
			put(fd[1], child, sizeof(child));
		}
		exit(0);
	}
	for (int j = 0; j < 5; j++) {
		char msg[100];

		get(fd[0], msg, sizeof(msg));
		printf("%s %d\n", msg, j);
	}
	close(fd[0]); /* with nothing unread: the writer goes on */
	print_status(reap(id, SIGPIPE));
}

static void quarter(void)
{
	char msg[sizeof(child)];
	int fd[2], reads = 0, bytes;

	call_me("reader");
	pid_t id = fork_at_pair("writer", fd);
	if (id == 0) {
		limit_memory(fd[1], 16384);
		/* Messages, until one had to wait for room. */
		while (send(fd[1], child, sizeof(child), MSG_DONTWAIT) != -1)
			;
		put(fd[1], child, sizeof(child));
		exit(0);
	}
	wait_until_in(id, IN_SEND);
	if (ioctl(fd[0], FIONREAD, &bytes) == -1)
		die("FIONREAD");
	for (; bytes > 0; bytes -= sizeof(child), reads++)
		if (read(fd[0], msg, sizeof(msg)) != sizeof(msg))
			die("read");
	printf("%d messages were there, and were read\n", reads);
	reap(id, 0);
	if (read(fd[0], msg, sizeof(msg)) != sizeof(msg))
		die("read");
	close(fd[0]);
}

static void reset(void)
{
	char msg[sizeof(child)];
	int fd[2];

	call_me("asker");
	pid_t id = fork_at_pair("hasty", fd);
	if (id == 0) {
		wait_until_in(getppid(), IN_READ);
		close(fd[1]); /* the question is there, unread */
		exit(0);
	}
	put(fd[0], child, sizeof(child));
	if (read(fd[0], msg, sizeof(msg)) == -1)
		printf("read: %s\n", strerror(errno));
	printf("read again: %zd\n", read(fd[0], msg, sizeof(msg)));
	reap(id, 0);
	close(fd[0]);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"1", nobody_reads},
						   {"2", nobody_writes},
						   {"3", writer_closes},
						   {"4", reader_closes},
						   {"quarter", quarter},
						   {"reset", reset},
						   {0}};

	return lesson_main(argc, argv, cases);
}
