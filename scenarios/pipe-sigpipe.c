// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 1.4, case 4 and beyond: a write without a reader, and what happens with its SIGPIPE.
 *
 * default    the writer dies
 * handler    the handler runs, then write fails with EPIPE
 * ignored    no signal arrives, write fails with EPIPE
 * blocked    the signal stays pending, and a second one joins it: two EPIPE, one SIGPIPE
 * mid-write  the last reader leaves while the writer sleeps in a long write: write returns what had
 *            fitted in, and the signal comes nevertheless
 * no-signal  EPIPE and no signal: a socket's MSG_NOSIGNAL, and since Linux 6.18 RWF_NOSIGNAL for a
 * pipe
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "lesson.h"

#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x100
#endif

static const char child[] = "I am child!";
static volatile sig_atomic_t signals;

static void count(int sig)
{
	signals++;
}

/* A child whose pipe has no reader any more: the parent, "reader", has closed before it was born.
 */
static pid_t fork_writer(int *write_end)
{
	int fd[2];

	call_me("reader");
	if (pipe(fd) == -1)
		die("pipe");
	close(fd[0]);
	pid_t id = fork_as("writer");
	*write_end = fd[1];
	if (id)
		close(fd[1]);
	return id;
}

static void write_and_tell(int fd)
{
	ssize_t s = write(fd, child, sizeof(child));

	if (s == -1)
		printf("write: %s\n", strerror(errno));
	else
		printf("write returns %zd\n", s);
}

static void by_default(void)
{
	int fd;
	pid_t id = fork_writer(&fd);

	if (id == 0) {
		write_and_tell(fd);
		exit(0);
	}
	printf("the writer died of signal %d\n", reap(id, SIGPIPE));
}

static void handler(void)
{
	int fd;
	pid_t id = fork_writer(&fd);

	if (id == 0) {
		signal(SIGPIPE, count);
		write_and_tell(fd);
		printf("the handler ran %d time\n", (int)signals);
		exit(signals != 1);
	}
	reap(id, 0);
}

static void ignored(void)
{
	int fd;
	pid_t id = fork_writer(&fd);

	if (id == 0) {
		signal(SIGPIPE, SIG_IGN);
		write_and_tell(fd);
		exit(0);
	}
	reap(id, 0);
}

static void blocked(void)
{
	int fd;
	pid_t id = fork_writer(&fd);

	if (id == 0) {
		const struct timespec now = {0};
		sigset_t set;
		int taken = 0;

		sigemptyset(&set);
		sigaddset(&set, SIGPIPE);
		sigprocmask(SIG_BLOCK, &set, NULL);
		write_and_tell(fd);
		write_and_tell(fd);
		while (sigtimedwait(&set, NULL, &now) == SIGPIPE)
			taken++;
		printf("%d SIGPIPE was pending\n", taken);
		exit(taken != 1);
	}
	reap(id, 0);
}

static void mid_write(void)
{
	static char mib[1 << 20];
	int fd[2];

	call_me("reader");
	if (pipe(fd) == -1)
		die("pipe");
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		signal(SIGPIPE, count);
		printf("write returns %zd of %zu\n", write(fd[1], mib, sizeof(mib)), sizeof(mib));
		printf("the handler ran %d time\n", (int)signals);
		exit(signals != 1);
	}
	close(fd[1]);
	wait_until_in(id, "pipe_write");
	close(fd[0]);
	reap(id, 0);
}

static void no_signal(void)
{
	int fd;
	pid_t id = fork_writer(&fd);

	if (id == 0) {
		struct iovec io = {.iov_base = (void *)child, .iov_len = sizeof(child)};
		int s[2];

		signal(SIGPIPE, count);
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
			die("socketpair");
		close(s[0]);
		if (send(s[1], child, sizeof(child), MSG_NOSIGNAL) != -1 || errno != EPIPE)
			die("send");
		printf("send with MSG_NOSIGNAL: %s\n", strerror(errno));
		if (pwritev2(fd, &io, 1, -1, RWF_NOSIGNAL) == -1)
			printf("pwritev2 with RWF_NOSIGNAL: %s\n", strerror(errno));
		printf("the handler ran %d times\n", (int)signals);
		exit(signals != 0);
	}
	reap(id, 0);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"default", by_default},
						   {"handler", handler},
						   {"ignored", ignored},
						   {"blocked", blocked},
						   {"mid-write", mid_write},
						   {"no-signal", no_signal},
						   {0}};

	return lesson_main(argc, argv, cases);
}
