// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: datagrams over a unix socket: messages with bounds, to a receiver who may be anybody's.
 *
 * bounds   a receive gets one message, whatever room it has; what it has no room for is gone
 * full     the queue of the receiver is full: a sender sleeps until one is received
 * pair     two who are connected to each other have no such limit, but the sender's own memory
 * refused  the receiver is gone, or never was: ECONNREFUSED
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lesson.h"
#include "unixsock.h"

static const char child[] = "I am child!";

/* Messages, until the next one would have to wait. How many. */
static int fill(int fd)
{
	int n = 0;

	while (send(fd, child, sizeof(child), MSG_DONTWAIT) != -1)
		n++;
	if (errno != EAGAIN)
		die("send");
	return n;
}

static void receive(const char *role, int fd, size_t room)
{
	char text[100];
	ssize_t n = recv(fd, text, room, 0);

	if (n == -1)
		die("recv");
	printf("%s: \"%.*s\"\n", role, (int)n, text);
}

static void bounds(void)
{
	int fd[2];

	call_me("receiver");
	new_pair(SOCK_DGRAM, fd);
	pid_t sender = fork_as("sender");
	if (sender == 0) {
		put(fd[1], "one", 3);
		put(fd[1], "", 0);
		put(fd[1], "and another one", 15);
		put(fd[1], "last", 4);
		exit(0);
	}
	reap(sender, 0);
	receive("receiver", fd[0], 100);
	receive("receiver", fd[0], 100);
	receive("receiver", fd[0], 3);
	receive("receiver", fd[0], 100);
	close(fd[0]);
	close(fd[1]);
}

/* A sender that fills the queue of the caller's socket, and then sleeps. */
static pid_t fork_sender(const struct sock_name *name)
{
	pid_t sender = fork_as("sender");

	if (sender)
		return sender;
	int fd = new_socket(SOCK_DGRAM);
	if (connect_to(fd, name) == -1)
		die("connect");
	printf("sender: %d messages went\n", fill(fd));
	put(fd, child, sizeof(child));
	exit(0);
}

static void full(void)
{
	char text[100];

	call_me("receiver");
	int fd = new_socket(SOCK_DGRAM);
	struct sock_name name = give_name(fd);
	pid_t sender = fork_sender(&name);
	wait_until_in(sender, IN_CONNECT);
	receive("receiver", fd, 100); /* one, and there is room */
	reap(sender, 0);
	while (recv(fd, text, sizeof(text), MSG_DONTWAIT) != -1)
		;
	close(fd);
}

static void pair(void)
{
	char text[100];
	int fd[2];

	call_me("receiver");
	new_pair(SOCK_DGRAM, fd);
	pid_t sender = fork_as("sender");
	if (sender == 0) {
		close(fd[0]);
		limit_memory(fd[1], 16384);
		printf("sender: %d messages went\n", fill(fd[1]));
		put(fd[1], child, sizeof(child));
		exit(0);
	}
	close(fd[1]);
	wait_until_in(sender, IN_SEND);
	while (recv(fd[0], text, sizeof(text), MSG_DONTWAIT) != -1)
		;
	reap(sender, 0);
	close(fd[0]);
}

static void refused(void)
{
	int fd = new_socket(SOCK_DGRAM), other;
	struct sock_name name;

	call_me("sender");
	other = new_socket(SOCK_DGRAM);
	name = give_name(other);
	if (connect_to(fd, &name) == -1)
		die("connect");
	put(fd, child, sizeof(child));
	close(other); /* with the message unread: nobody is told */
	if (write(fd, child, sizeof(child)) == -1)
		printf("write: %s\n", strerror(errno));
	if (connect_to(fd, &name) == -1)
		printf("connect: %s\n", strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"bounds", bounds}, {"full", full}, {"pair", pair}, {"refused", refused}, {0}};

	return lesson_main(argc, argv, cases);
}
