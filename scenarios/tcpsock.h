/* SPDX-License-Identifier: GPL-2.0 */
/* TCP sockets as the scenarios need them: on this machine alone, at a port that nobody else has. */
#ifndef TCPSOCK_H
#define TCPSOCK_H

#include <netinet/in.h>

/* Where these sleep, as wait_until_in() wants it; WAIT: in read, or in connect. */
#define IN_TCP_ACCEPT "inet_csk_accept|inet_csk_wait_for_connect"
#define IN_TCP_WAIT   "wait_woken|sk_wait_data|inet_wait_for_connect|inet_stream_connect"

int new_tcp_socket(void);
/* A socket that listens on 127.0.0.1, at a port that the kernel chooses. */
int new_tcp_listener(int backlog, struct sockaddr_in *address);
/* -1 with errno, as connect(2). */
int connect_tcp(int fd, const struct sockaddr_in *address);
/* Waits until so many connections wait to be accepted: connect(2) may return a moment before that. */
void wait_until_queued(int listener, unsigned int connections);

#endif
