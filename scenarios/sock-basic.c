// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: a server and its client, over a unix socket, and over TCP.
 *
 * talk      socket, bind, listen, accept; socket, connect; a question, its answer, and the end
 * early     connect, write and close do not wait for accept: what was sent is there when it comes
 * name      a name in the file system stays when its socket goes: nobody listens, nobody can bind
 * abstract  an abstract name goes with its socket
 * tcp       as talk, but over TCP: a port in place of a name, the network of one machine in between
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lesson.h"
#include "sysv.h"
#include "tcpsock.h"
#include "unixsock.h"

static const struct sock_name server_name = {{AF_UNIX, "server.sock"}, sizeof(struct sockaddr_un)};

static int bind_to(int fd, const struct sock_name *name)
{
	return bind(fd, (const struct sockaddr *)&name->address, name->len);
}

/* A server in a directory of its own, so that the name is free. */
static int serve_as(const struct sock_name *name)
{
	int listener = new_socket(SOCK_STREAM);

	enter_new_directory("server.sock");
	if (bind_to(listener, name) == -1)
		die("bind");
	if (listen(listener, 8) == -1)
		die("listen");
	return listener;
}

static int accept_one(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd == -1)
		die("accept");
	return fd;
}

static int connect_unix(void)
{
	int fd = new_socket(SOCK_STREAM);

	if (connect_to(fd, &server_name) == -1)
		die("connect");
	return fd;
}

static struct sockaddr_in server_address;

static int connect_inet(void)
{
	int fd = new_tcp_socket();

	if (connect_tcp(fd, &server_address) == -1)
		die("connect");
	return fd;
}

/* A family of sockets, and where its calls sleep. */
static const struct family {
	int (*connects)(void);
	const char *in_accept, *in_read;
} unix_family = {connect_unix, IN_ACCEPT, IN_READ},
  inet_family = {connect_inet, IN_TCP_ACCEPT, IN_TCP_WAIT};

/* Connects when the server sleeps in accept, asks, and reads until the server closes. */
static pid_t fork_client(const struct family *f)
{
	pid_t client = fork_as("client");
	char text[100];

	if (client)
		return client;
	wait_until_in(getppid(), f->in_accept);
	int fd = f->connects();
	wait_until_in(getppid(), f->in_read);
	put(fd, "what is your name?", 18);
	while (get(fd, text, sizeof(text)))
		printf("client: %s\n", text);
	printf("client: the server has closed\n");
	exit(0);
}

/* What the server does from accept on. */
static void answer(int listener, const struct family *f)
{
	char text[100];
	pid_t client = fork_client(f);
	int fd = accept_one(listener);

	get(fd, text, sizeof(text));
	printf("server: %s\n", text);
	wait_until_in(client, f->in_read);
	put(fd, "server", 6);
	wait_until_in(client, f->in_read);
	close(fd);
	reap(client, 0);
	close(listener);
}

static void talk(void)
{
	call_me("server");
	answer(serve_as(&server_name), &unix_family);
	leave_new_directory();
}

static void tcp(void)
{
	call_me("server");
	answer(new_tcp_listener(8, &server_address), &inet_family);
}

static void early(void)
{
	struct sock_name name;
	char text[100];

	call_me("server");
	int listener = new_listener(8, &name);
	pid_t client = fork_as("client");
	if (client == 0) {
		int fd = new_socket(SOCK_STREAM);
		if (connect_to(fd, &name) == -1)
			die("connect");
		put(fd, "I was here", 10);
		exit(0);
	}
	reap(client, 0); /* it is gone before anybody accepts */
	int fd = accept_one(listener);
	while (get(fd, text, sizeof(text)))
		printf("server: %s\n", text);
	close(fd);
	close(listener);
}

/* Who wants what it cannot have is told why. */
static void try_both(const struct sock_name *name)
{
	int fd = new_socket(SOCK_STREAM);

	printf("connect: %s\n", connect_to(fd, name) == -1 ? strerror(errno) : "done");
	printf("bind: %s\n", bind_to(fd, name) == -1 ? strerror(errno) : "done");
	close(fd);
}

static void name(void)
{
	call_me("caller");
	close(serve_as(&server_name));
	try_both(&server_name);
	if (unlink("server.sock") == -1)
		die("unlink");
	try_both(&server_name);
	leave_new_directory();
}

static void abstract(void)
{
	struct sock_name name;

	call_me("caller");
	int listener = new_listener(8, &name);
	int fd = new_socket(SOCK_STREAM);
	printf("bind: %s\n", bind_to(fd, &name) == -1 ? strerror(errno) : "done");
	close(fd);
	close(listener);
	try_both(&name);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"talk", talk}, {"early", early},
						   {"name", name}, {"abstract", abstract},
						   {"tcp", tcp},   {0}};

	return lesson_main(argc, argv, cases);
}
