// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 1.4, summary: what decides between sleep and end of file is a reference count.
 *
 * mistake  the reader has kept its own write end: every writer is gone and it still sleeps
 * fixed    it closes that end first, and the last close gives it end of file
 * fork     each fork adds a reference to the write end, each exit takes one away
 * dup      dup does the same inside one process
 *
 * Two counts are at work. fork and dup share one open file description and raise its references;
 * the pipe counts descriptions. Only the last reference removes the description, and with it a
 * writer of the pipe.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lesson.h"

static const char child[] = "I am child!";

static void send_message(int fd)
{
	if (write(fd, child, sizeof(child)) == -1)
		die("write");
}

/* A child that reads to the end of file. */
static pid_t fork_reader(const int fd[2], bool close_write_end)
{
	pid_t id = fork_as("reader");
	char msg[sizeof(child)];
	ssize_t s;

	if (id)
		return id;
	if (close_write_end)
		close(fd[1]);
	while ((s = read(fd[0], msg, sizeof(msg))) > 0)
		printf("reader: %s\n", msg);
	printf("reader: end of file\n");
	exit(0);
}

static void start(int fd[2])
{
	call_me("parent");
	if (pipe(fd) == -1)
		die("pipe");
}

/* Up to the moment when every write end but the reader's own, if it has one, is closed. */
static pid_t last_writer_leaves(bool reader_closes)
{
	int fd[2];

	start(fd);
	pid_t writer = fork_as("writer");
	if (writer == 0) {
		close(fd[0]);
		send_message(fd[1]);
		exit(0);
	}
	reap(writer, 0);
	pid_t reader = fork_reader(fd, reader_closes);
	close(fd[0]);
	wait_until_in(reader, "pipe_read"); /* it has the message and wants more */
	close(fd[1]);
	return reader;
}

static void mistake(void)
{
	pid_t reader = last_writer_leaves(false);

	hold();
	wait_until_in(reader, "pipe_read");
	printf("parent: all writers are gone, the reader still sleeps\n");
	kill(reader, SIGTERM);
	reap(reader, SIGTERM);
}

static void fixed(void)
{
	reap(last_writer_leaves(true), 0);
}

static void by_fork(void)
{
	int fd[2];

	start(fd);
	pid_t reader = fork_reader(fd, true);
	close(fd[0]);
	wait_until_in(reader, "pipe_read"); /* 1 reference to the write end: ours */
	pid_t writer = fork_as("writer");   /* 2 */
	if (writer == 0) {
		pid_t second = fork_as("writer-2"); /* 3 */

		if (second)
			reap(second, 0); /* 2 */
		send_message(fd[1]);
		exit(0);
	}
	reap(writer, 0); /* 1 */
	wait_until_in(reader, "pipe_read");
	close(fd[1]); /* 0 */
	reap(reader, 0);
}

static void by_dup(void)
{
	int fd[2];

	start(fd);
	pid_t reader = fork_reader(fd, true);
	close(fd[0]);
	wait_until_in(reader, "pipe_read"); /* 1 reference */
	int second = dup(fd[1]);	    /* 2 */
	int third = dup(second);	    /* 3 */
	if (second == -1 || third == -1)
		die("dup");
	close(fd[1]); /* 2 */
	send_message(third);
	close(second); /* 1 */
	wait_until_in(reader, "pipe_read");
	close(third); /* 0 */
	reap(reader, 0);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"mistake", mistake}, {"fixed", fixed}, {"fork", by_fork}, {"dup", by_dup}, {0}};

	return lesson_main(argc, argv, cases);
}
