/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc/PID/status says of a thread that is stepped. */
#ifndef IPCTRACE_WATCH_STEP_PROC_H
#define IPCTRACE_WATCH_STEP_PROC_H

#include <stdbool.h>
#include <sys/types.h>

/* A number, of this name with its colon; 0: it is not there. */
unsigned long long step_proc__status(pid_t tid, const char *name, int base);
/* A signal of these waits to be delivered, and is not blocked. */
bool step_proc__pending(pid_t tid, unsigned long long mask);
/* This signal would end it: it has no handler, and is not ignored. */
bool step_proc__fatal(pid_t tid, int sig);
/* The kernel would drop this signal if the thread were not stepped. */
bool step_proc__ignored(pid_t tid, int sig);

#endif
