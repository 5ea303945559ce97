/* SPDX-License-Identifier: GPL-2.0 */
/* A process that survives whatever happens to the process that forks it. */
#ifndef IPCTRACE_LAUNCH_APART_H
#define IPCTRACE_LAUNCH_APART_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Forks a process in a session of its own: neither a signal to the group nor one by the terminal
 * reaches it. Every signal is blocked there. It is no child that wait(2) without __WALL sees, and
 * sends no SIGCHLD. 0: this is it; its pid, or -errno.
 */
pid_t apart__fork(const char *name);
/* Keeps these descriptors, which get other numbers, and closes all others. 0 or -errno. */
int apart__keep(int *fds, size_t n);
/* Whether it has not ended; if it has, it is reaped. */
bool apart__lives(pid_t pid);
/* Waits for its end. */
void apart__reap(pid_t pid);

#endif
