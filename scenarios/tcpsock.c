// SPDX-License-Identifier: GPL-2.0
/* TCP sockets as the scenarios need them: on this machine alone, at a port that nobody else has. */
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>

#include "lesson.h"
#include "tcpsock.h"

int new_tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1)
		die("socket");
	return fd;
}

int new_tcp_listener(int backlog, struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = new_tcp_socket();

	/* Port 0 asks the kernel to choose. */
	*address =
	    (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(fd, (struct sockaddr *)address, len) == -1)
		die("bind");
	if (getsockname(fd, (struct sockaddr *)address, &len) == -1)
		die("getsockname");
	if (listen(fd, backlog) == -1)
		die("listen");
	return fd;
}

int connect_tcp(int fd, const struct sockaddr_in *address)
{
	return connect(fd, (const struct sockaddr *)address, sizeof(*address));
}

void wait_until_queued(int listener, unsigned int connections)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	for (;;) {
		if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &len) == -1)
			die("TCP_INFO");
		/* A listener has here who is to be accepted (net/ipv4/tcp.c tcp_get_info()). */
		if (info.tcpi_unacked >= connections)
			return;
		sched_yield();
	}
}
