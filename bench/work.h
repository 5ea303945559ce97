/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the measured work share. */
#ifndef IPCTRACE_BENCH_WORK_H
#define IPCTRACE_BENCH_WORK_H

void pin(int cpu);
double now(void); /* in ns */
void check(int failed, const char *what);

/* On sockets (sockets.c): n rounds, n writes, n requests. The last prints its figures itself. */
void unix_pingpong(long n);
void unix_stream(long n);
void unix_load(long n);
void tcp_pingpong(long n);
void tcp_stream(long n);
void tcp_load(long n);

#endif
