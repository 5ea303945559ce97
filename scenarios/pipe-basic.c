// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 1.3: a child sends its parent five messages through a pipe.
 *
 * paced   each message is read by itself, because the reader already sleeps when it is written
 * merged  all five are written before the reader reads: one read returns all of them, as a pipe
 *         carries bytes and knows no messages; the lesson's program would print only the first
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"

#define MESSAGES 5

static const char child[] = "I am child!";

static void paced(void)
{
	int fd[2];

	call_me("reader");
	if (pipe(fd) == -1)
		die("pipe");
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		for (int i = 0; i < MESSAGES; i++) {
			wait_until_in(getppid(), "pipe_read");
			if (write(fd[1], child, strlen(child) + 1) == -1)
				die("write");
			if (lesson_pace)
				sleep(2);
		}
		exit(0);
	}
	close(fd[1]);
	for (int j = 0; j < MESSAGES; j++) {
		char msg[100] = "";
		ssize_t s = read(fd[0], msg, sizeof(msg));

		if (s > 0)
			msg[s - 1] = '\0';
		printf("%s\n", msg);
	}
	reap(id, 0);
	close(fd[0]);
}

static void merged(void)
{
	char msg[100];
	ssize_t s;
	int fd[2];

	call_me("reader");
	if (pipe(fd) == -1)
		die("pipe");
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		wait_until_in(getppid(), "do_wait"); /* the parent has closed fd[1] */
		for (int i = 0; i < MESSAGES; i++)
			if (write(fd[1], child, strlen(child) + 1) == -1)
				die("write");
		exit(0);
	}
	close(fd[1]);
	reap(id, 0); /* nothing is read before everything is written */
	while ((s = read(fd[0], msg, sizeof(msg))) > 0) {
		msg[s - 1] = '\0';
		printf("%s\n", msg); /* stops at the first message's NUL */
		printf("that was one read of %zd bytes\n", s);
	}
	close(fd[0]);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"paced", paced}, {"merged", merged}, {0}};

	return lesson_main(argc, argv, cases);
}
