// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: connections that nobody has accepted yet, of which a listener keeps only so many.
 *
 * full    the backlog is full: the next connect sleeps until one is accepted
 * raised  or until listen makes the backlog longer
 * nowait  who will not wait gets EAGAIN
 * closed  the listener is closed: who sleeps is refused, who is connected already is reset
 * syn     as full, but over TCP: accept does not wake who sleeps, its SYN has to be sent again
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lesson.h"
#include "tcpsock.h"
#include "unixsock.h"

#define BACKLOG 1 /* the kernel takes one more */

static struct sock_name name;
static struct sockaddr_in address;
static int listener;

static int connect_unix(void)
{
	return connect_to(new_socket(SOCK_STREAM), &name);
}

static int connect_inet(void)
{
	return connect_tcp(new_tcp_socket(), &address);
}

static int new_connection(void)
{
	int fd = new_socket(SOCK_STREAM);

	if (connect_to(fd, &name) == -1)
		die("connect");
	return fd;
}

/* A client that fills the backlog, and one that sleeps beyond it. */
static pid_t fork_clients(int (*connects)(void))
{
	pid_t filler = fork_as("filler");

	if (filler == 0) {
		for (int i = 0; i < BACKLOG + 1; i++)
			if (connects() == -1)
				die("connect");
		wait_until_in(getppid(), "do_wait");
		exit(0);
	}
	reap(filler, 0);	      /* it is gone, its connections are not */
	if (connects == connect_inet) /* which returns before the last ACK has come */
		wait_until_queued(listener, BACKLOG + 1);
	pid_t client = fork_as("client");
	if (client)
		return client;
	close(listener);
	if (connects() == -1)
		printf("client: %s\n", strerror(errno));
	else
		printf("client: connected\n");
	exit(0);
}

/* Makes room for the client, which sleeps. */
static void accept_one(pid_t client)
{
	int fd = accept(listener, NULL, NULL);
	if (fd == -1)
		die("accept");
	reap(client, 0);
	close(fd);
	close(listener);
}

static void full(void)
{
	call_me("server");
	listener = new_listener(BACKLOG, &name);
	pid_t client = fork_clients(connect_unix);
	wait_until_in(client, IN_CONNECT);
	accept_one(client);
}

static void raised(void)
{
	call_me("server");
	listener = new_listener(BACKLOG, &name);
	pid_t client = fork_clients(connect_unix);
	wait_until_in(client, IN_CONNECT);
	if (listen(listener, BACKLOG + 1) == -1)
		die("listen");
	reap(client, 0);
	close(listener);
}

static void nowait(void)
{
	call_me("caller");
	listener = new_listener(BACKLOG, &name);
	for (int i = 0; i < BACKLOG + 1; i++)
		new_connection();
	int fd = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
	if (connect_to(fd, &name) == -1)
		printf("connect: %s\n", strerror(errno));
	close(fd);
	close(listener);
}

static void closed(void)
{
	char text[1];

	call_me("server");
	listener = new_listener(BACKLOG, &name);
	int fd = new_connection(); /* the server's own */
	pid_t other = fork_as("other");
	if (other == 0) {
		close(listener);
		new_connection();
		int late = new_socket(SOCK_STREAM);
		if (connect_to(late, &name) == -1)
			printf("other: connect: %s\n", strerror(errno));
		exit(0);
	}
	wait_until_in(other, IN_CONNECT);
	close(listener);
	reap(other, 0);
	if (read(fd, text, sizeof(text)) == -1)
		printf("server: read: %s\n", strerror(errno));
	close(fd);
}

static void syn(void)
{
	call_me("server");
	listener = new_tcp_listener(BACKLOG, &address);
	pid_t client = fork_clients(connect_inet);
	wait_until_in(client, IN_TCP_WAIT);
	accept_one(client);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"full", full},	{"raised", raised}, {"nowait", nowait},
	    {"closed", closed}, {"syn", syn},	    {0},
	};

	return lesson_main(argc, argv, cases);
}
