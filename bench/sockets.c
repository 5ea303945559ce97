/* SPDX-License-Identifier: GPL-2.0 */
/* The work that is measured on sockets: ping-pong, a stream, and requests at a fixed rate. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

#define REQUEST 64 /* bytes of a request and of its answer */

static void unix_pair(int fd[2])
{
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), "socketpair");
}

/* Connected over loopback. Small packets are sent at once, as programs of requests and answers do. */
static void tcp_pair(int fd[2])
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	check(bind(listener, (void *)&at, size) || listen(listener, 1) ||
		  getsockname(listener, (void *)&at, &size),
	      "listen");
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	check(connect(fd[0], (void *)&at, size), "connect");
	fd[1] = accept(listener, NULL, NULL);
	check(fd[1] < 0, "accept");
	close(listener);
	for (int i = 0; i < 2; i++)
		check(setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
}

/* True: all of it came. False: the other end is closed. */
static int receive(int fd, void *buf, size_t size)
{
	ssize_t got = recv(fd, buf, size, MSG_WAITALL);

	check(got && got != (ssize_t)size, "recv");
	return got > 0;
}

static void give(int fd, const void *buf, size_t size)
{
	check(send(fd, buf, size, 0) != (ssize_t)size, "send");
}

/* The child sends back what it gets until its end is closed. */
static void answer(int fd[2], size_t size)
{
	static char buf[REQUEST];

	close(fd[0]);
	while (receive(fd[1], buf, size))
		give(fd[1], buf, size);
	_exit(0);
}

static void end(int fd)
{
	int status;

	close(fd);
	wait(&status);
	check(status, "the other process");
}

/* One byte there and back, both on one CPU: two sleeps and two wakeups a round. */
static void pingpong(int fd[2], long n)
{
	char c = 0;

	pin(0);
	if (!fork())
		answer(fd, 1);
	close(fd[1]);
	for (long i = 0; i < n; i++) {
		give(fd[0], &c, 1);
		check(!receive(fd[0], &c, 1), "pong");
	}
	end(fd[0]);
}

/* 4 KiB writes, read as they come, on two CPUs. */
static void stream(int fd[2], long n)
{
	static char buf[4096];

	if (!fork()) {
		pin(1);
		close(fd[0]);
		while (recv(fd[1], buf, sizeof(buf), 0) > 0)
			;
		_exit(0);
	}
	pin(0);
	close(fd[1]);
	for (long i = 0; i < n; i++)
		give(fd[0], buf, sizeof(buf));
	end(fd[0]);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * n requests, each RATE-th of a second one, and their answers, on one CPU. The client looks at the
 * clock until a request is due, so no timer is measured. Latency counts from when the request was
 * due: one that comes late because the answer before was late counts as late.
 */
static void load(int fd[2], long n)
{
	const char *word = getenv("RATE");
	double period = 1e9 / (word ? atof(word) : 10000), start, due;
	double *took = calloc(n, sizeof(*took));
	static char buf[REQUEST];

	check(!took, "memory");
	pin(0);
	if (!fork())
		answer(fd, REQUEST);
	close(fd[1]);
	start = now();
	for (long i = 0; i < n; i++) {
		due = start + (double)i * period;
		while (now() < due)
			;
		give(fd[0], buf, REQUEST);
		check(!receive(fd[0], buf, REQUEST), "answer");
		took[i] = now() - due;
	}
	end(fd[0]);
	qsort(took, n, sizeof(*took), compare);
	fprintf(stderr, "median %.1f\np99 %.1f\n", took[n / 2], took[n * 99 / 100]);
	free(took);
}

#define ON_PAIR(family, work)                                                                      \
	void family##_##work(long n)                                                               \
	{                                                                                          \
		int fd[2];                                                                         \
                                                                                                   \
		family##_pair(fd);                                                                 \
		work(fd, n);                                                                       \
	}

ON_PAIR(unix, pingpong)
ON_PAIR(unix, stream)
ON_PAIR(unix, load)
ON_PAIR(tcp, pingpong)
ON_PAIR(tcp, stream)
ON_PAIR(tcp, load)
