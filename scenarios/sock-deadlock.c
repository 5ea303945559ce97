// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: a socket carries both ways, and so two can wait for each other.
 *
 * write  both write, nobody reads: each waits for room that only the other one can make
 * read   both read, nobody writes
 * ahead  a client that sends all its questions before it reads an answer, and a server that answers each
 *
 * It would last for ever (`ipctrace why` says so meanwhile): after --hold MS the parent ends the first
 * one with SIGTERM, and so the other one's wait.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"
#include "unixsock.h"

static const char page[4096];

/* Two processes, one at each end of a pair that nobody else has. */
static void fork_both(const char *const role[2], void (*const run[2])(const char *, int),
		      pid_t pid[2])
{
	int fd[2];

	new_pair(SOCK_STREAM, fd);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork_as(role[i]);
		if (pid[i] == 0) {
			close(fd[1 - i]);
			run[i](role[i], fd[i]);
			exit(0);
		}
	}
	close(fd[0]);
	close(fd[1]);
}

static void watch_and_end(pid_t pid[2], const char *where)
{
	for (int i = 0; i < 2; i++)
		wait_until_in(pid[i], where);
	hold();
	for (int i = 0; i < 2; i++)
		wait_until_in(pid[i], where);
	printf("both sleep\n");
	kill(pid[0], SIGTERM);
	reap(pid[0], SIGTERM);
	reap(pid[1], 0);
}

static void keep_writing(const char *role, int fd)
{
	while (write(fd, page, sizeof(page)) == sizeof(page))
		;
	printf("%s: write: %s\n", role, strerror(errno));
}

static void just_read(const char *role, int fd)
{
	char text[100];

	if (get(fd, text, sizeof(text)) == 0)
		printf("%s: the end\n", role);
}

static void answer_each(const char *role, int fd)
{
	char question[sizeof(page) + 1];

	do
		get(fd, question, sizeof(question));
	while (write(fd, page, sizeof(page)) == sizeof(page));
	printf("%s: write: %s\n", role, strerror(errno));
}

static void both_write(void)
{
	static const char *const role[] = {"left", "right"};
	static void (*const run[])(const char *, int) = {keep_writing, keep_writing};
	pid_t pid[2];

	call_me("parent");
	fork_both(role, run, pid);
	watch_and_end(pid, IN_SEND);
}

static void both_read(void)
{
	static const char *const role[] = {"left", "right"};
	static void (*const run[])(const char *, int) = {just_read, just_read};
	pid_t pid[2];

	call_me("parent");
	fork_both(role, run, pid);
	watch_and_end(pid, IN_READ);
}

static void ahead(void)
{
	static const char *const role[] = {"client", "server"};
	/* The client has so many questions that it never comes to the answers. */
	static void (*const run[])(const char *, int) = {keep_writing, answer_each};
	pid_t pid[2];

	call_me("parent");
	fork_both(role, run, pid);
	watch_and_end(pid, IN_SEND);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"write", both_write}, {"read", both_read}, {"ahead", ahead}, {0}};

	return lesson_main(argc, argv, cases);
}
