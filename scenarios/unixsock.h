/* SPDX-License-Identifier: GPL-2.0 */
/* Unix sockets as the scenarios need them: pairs, and names that nobody else has and that need no removal. */
#ifndef UNIXSOCK_H
#define UNIXSOCK_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/* Where these sleep, as wait_until_in() wants it; SEND: for room in its own buffer. */
#define IN_READ	   "unix_stream_read|unix_stream_data_wait"
#define IN_SEND	   "sock_alloc_send|sock_wait_for_wmem"
#define IN_ACCEPT  "skb_wait_for_more|skb_recv_datagram|unix_accept"
#define IN_CONNECT "unix_stream_connect|unix_wait_for_peer"

struct sock_name {
	struct sockaddr_un address;
	socklen_t len;
};

/* socket(2) and socketpair(2) of AF_UNIX. */
int new_socket(int type);
void new_pair(int type, int fd[2]);
/* SO_SNDBUF: what it has sent may take so much memory, and as much again for the kernel's own use. */
void limit_memory(int fd, int bytes);
/* bind(2) to an abstract name that the kernel chooses: it goes when the socket goes. */
struct sock_name give_name(int fd);
/* A bound stream socket that listens. */
int new_listener(int backlog, struct sock_name *name);
/* -1 with errno, as connect(2). */
int connect_to(int fd, const struct sock_name *name);

/* write(2) of all of it, and read(2) of what is there; they end the scenario if that fails. */
void put(int fd, const void *bytes, size_t n);
/* What one read got; text is ended by a NUL. */
size_t get(int fd, char *text, size_t size);

#endif
