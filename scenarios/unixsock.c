// SPDX-License-Identifier: GPL-2.0
/* Unix sockets as the scenarios need them: pairs, and names that nobody else has and that need no removal. */
#include <unistd.h>

#include "lesson.h"
#include "unixsock.h"

int new_socket(int type)
{
	int fd = socket(AF_UNIX, type, 0);

	if (fd == -1)
		die("socket");
	return fd;
}

void new_pair(int type, int fd[2])
{
	if (socketpair(AF_UNIX, type, 0, fd) == -1)
		die("socketpair");
}

void limit_memory(int fd, int bytes)
{
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)) == -1)
		die("SO_SNDBUF");
}

struct sock_name give_name(int fd)
{
	struct sock_name name = {.address.sun_family = AF_UNIX, .len = sizeof(name.address)};

	/* An address of its family alone asks the kernel to choose. */
	if (bind(fd, (struct sockaddr *)&name.address, sizeof(sa_family_t)) == -1)
		die("bind");
	if (getsockname(fd, (struct sockaddr *)&name.address, &name.len) == -1)
		die("getsockname");
	return name;
}

int new_listener(int backlog, struct sock_name *name)
{
	int fd = new_socket(SOCK_STREAM);

	*name = give_name(fd);
	if (listen(fd, backlog) == -1)
		die("listen");
	return fd;
}

int connect_to(int fd, const struct sock_name *name)
{
	return connect(fd, (const struct sockaddr *)&name->address, name->len);
}

void put(int fd, const void *bytes, size_t n)
{
	if (write(fd, bytes, n) != (ssize_t)n)
		die("write");
}

size_t get(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	if (n == -1)
		die("read");
	text[n] = '\0';
	return n;
}
