// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 1.6: how much fits into a pipe.
 *
 * thirteen  the lesson's program: 13-byte messages stop at 65520 bytes
 * page      one page a write: 65536 bytes
 * one       one byte a write, at the end: a byte joins the last slot while its page has room, 65536
 * again resize    F_SETPIPE_SZ: growth wakes the writer, shrinking below what is in use is refused
 * slots     16 packets of one byte fill a pipe: it is slots that run out, not bytes
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lesson.h"

#define PAGE	  4096
#define A_SLOTFUL 315 /* 13-byte messages in a page */

static void start(int fd[2], int flags)
{
	call_me("reader");
	if (pipe2(fd, flags) == -1)
		die("pipe");
}

static void put(int fd, size_t size)
{
	static const char page[PAGE];

	if (write(fd, page, size) != (ssize_t)size)
		die("write");
}

/* Sees the writer asleep, tells how much is in the pipe, ends the writer. */
static void full(int fd[2], pid_t writer)
{
	int bytes;

	close(fd[1]);
	wait_until_on(writer, "pipe_write", fd[1]);
	if (ioctl(fd[0], FIONREAD, &bytes) == -1)
		die("FIONREAD");
	printf("the writer sleeps, %d bytes are in the pipe\n", bytes);
	hold();
	kill(writer, SIGTERM);
	reap(writer, SIGTERM);
	close(fd[0]);
}

static void thirteen(void)
{
	int fd[2];

	start(fd, 0);
	pid_t id = fork_as("writer");
	if (id == 0) {
		const char *child = "I am  child!";
		int i = 0;

		close(fd[0]);
		while (++i) {
			/* Before the write, as the last one does not return. Quick: one line a
			 * slot. */
			if (lesson_pace || i % A_SLOTFUL == 0)
				printf("pipe capacity: %d\n", i * (int)(strlen(child) + 1));
			if (write(fd[1], child, strlen(child) + 1) == -1)
				die("write");
		}
	}
	full(fd, id);
}

static void page(void)
{
	int fd[2];

	start(fd, 0);
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		for (;;)
			put(fd[1], PAGE);
	}
	full(fd, id);
}

static void one(void)
{
	int fd[2];

	start(fd, 0);
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		for (int slot = 0; slot < 14; slot++)
			put(fd[1], PAGE);
		for (;;)
			put(fd[1], 1);
	}
	full(fd, id);
}

static void resize(int fd, int size)
{
	int got = fcntl(fd, F_SETPIPE_SZ, size);

	printf("F_SETPIPE_SZ %d: ", size);
	if (got == -1)
		printf("%s\n", strerror(errno));
	else
		printf("%d\n", got);
}

static void resized(void)
{
	char buf[16 * PAGE];
	int fd[2];

	start(fd, 0);
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		for (int i = 0; i < 32; i++)
			put(fd[1], PAGE);
		exit(0);
	}
	wait_until_in(id, "pipe_write");
	resize(fd[0], 1 << 20);
	reap(id, 0); /* what it had to say fits in now */
	resize(fd[0], sizeof(buf));
	if (read(fd[0], buf, sizeof(buf)) != sizeof(buf))
		die("read");
	resize(fd[0], sizeof(buf));
	close(fd[0]);
	close(fd[1]);
}

static void slots(void)
{
	char packet[100];
	int fd[2], bytes;

	start(fd, O_DIRECT); /* each write is a packet and gets a slot of its own */
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		for (int i = 0; i < 17; i++)
			put(fd[1], 1);
		exit(0);
	}
	close(fd[1]);
	wait_until_in(id, "pipe_write");
	if (ioctl(fd[0], FIONREAD, &bytes) == -1)
		die("FIONREAD");
	printf("the writer sleeps, %d bytes are in the pipe\n", bytes);
	for (int i = 0; i < 17; i++) {
		ssize_t s = read(fd[0], packet, sizeof(packet));

		if (i == 0) {
			printf("read returns %zd, and the writer goes on\n", s);
			reap(id, 0);
		}
	}
	close(fd[0]);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"thirteen", thirteen}, {"page", page},
						   {"one", one},	   {"resize", resized},
						   {"slots", slots},	   {0}};

	return lesson_main(argc, argv, cases);
}
