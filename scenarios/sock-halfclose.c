// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: how one says that it has no more to say.
 *
 * half   shutdown(SHUT_WR): the other one reads the end of the file, and can still answer
 * whole  close: who answers dies of SIGPIPE, as with a pipe
 * kept   a child has the end, too: close says nothing to the other one, who waits for --hold MS
 * shut   shutdown says it whoever has the end besides
 * read   shutdown(SHUT_RD): who writes gets SIGPIPE, though the other end is open
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lesson.h"
#include "together.h"
#include "unixsock.h"

static void shut(int fd, int how)
{
	if (shutdown(fd, how) == -1)
		die("shutdown");
}

/* Reads until the end, then answers. fd[1] is its end. */
static pid_t fork_server(int fd[2])
{
	pid_t server = fork_as("server");
	char text[100];

	if (server)
		return server;
	close(fd[0]);
	while (get(fd[1], text, sizeof(text)))
		printf("server: %s\n", text);
	printf("server: that is all\n");
	put(fd[1], "an answer", 9);
	exit(0);
}

static void half(void)
{
	char text[100];
	int fd[2];

	call_me("client");
	new_pair(SOCK_STREAM, fd);
	pid_t server = fork_server(fd);
	close(fd[1]);
	wait_until_in(server, IN_READ);
	put(fd[0], "a question", 10);
	wait_until_in(server, IN_READ);
	shut(fd[0], SHUT_WR);
	while (get(fd[0], text, sizeof(text)))
		printf("client: %s\n", text);
	reap(server, 0);
	close(fd[0]);
}

static void whole(void)
{
	int fd[2];

	call_me("client");
	new_pair(SOCK_STREAM, fd);
	pid_t server = fork_server(fd);
	close(fd[1]);
	wait_until_in(server, IN_READ);
	put(fd[0], "a question", 10);
	wait_until_in(server, IN_READ);
	close(fd[0]);
	reap(server, SIGPIPE);
}

/* Has a copy of each descriptor, and does nothing with it. */
static pid_t fork_keeper(int fd[2])
{
	pid_t keeper = fork_as("keeper");

	if (keeper)
		return keeper;
	close(fd[1]);
	wait_for_go();
	exit(0);
}

static void kept(void)
{
	int fd[2];

	call_me("client");
	new_pair(SOCK_STREAM, fd);
	pid_t server = fork_server(fd), keeper = fork_keeper(fd);
	close(fd[1]);
	wait_until_in(server, IN_READ);
	wait_until_in(keeper, "sigtimedwait");
	close(fd[0]);
	hold();
	wait_until_in(server, IN_READ);
	printf("client: my end is closed, and the server still sleeps\n");
	go(keeper); /* it ends, and its copy with it */
	reap(keeper, 0);
	reap(server, SIGPIPE);
}

static void shut_both(void)
{
	int fd[2];

	call_me("client");
	new_pair(SOCK_STREAM, fd);
	pid_t server = fork_server(fd), keeper = fork_keeper(fd);
	close(fd[1]);
	wait_until_in(server, IN_READ);
	wait_until_in(keeper, "sigtimedwait");
	shut(fd[0], SHUT_RDWR);
	reap(server, SIGPIPE);
	go(keeper);
	reap(keeper, 0);
	close(fd[0]);
}

static void shut_read(void)
{
	int fd[2];

	call_me("client");
	new_pair(SOCK_STREAM, fd);
	pid_t server = fork_as("server");
	if (server == 0) {
		close(fd[0]);
		wait_until_in(getppid(), "do_wait"); /* it has shut its end */
		put(fd[1], "news", 4);
		exit(0);
	}
	close(fd[1]);
	shut(fd[0], SHUT_RD);
	reap(server, SIGPIPE);
	close(fd[0]);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"half", half},	{"whole", whole},
						   {"kept", kept},	{"shut", shut_both},
						   {"read", shut_read}, {0}};

	return lesson_main(argc, argv, cases);
}
