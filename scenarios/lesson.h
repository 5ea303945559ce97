/* SPDX-License-Identifier: GPL-2.0 */
/* What every scenario needs besides its lesson: arguments, names of its processes, their order.
 */
#ifndef LESSON_H
#define LESSON_H

#include <stdbool.h>
#include <sys/types.h>

struct lesson_case {
	const char *name;
	void (*run)(void);
};

/* All of main: runs the cases that argv names, or all; the last row of cases is empty. */
int lesson_main(int argc, char **argv, const struct lesson_case *cases);

extern bool lesson_pace; /* --pace lesson: the lesson's own sleeps and all of its output */

/* Sleeps for --hold MS: this is how long an endless wait is watched. */
void hold(void);
/* The calling process's name, its role in this lesson. */
void call_me(const char *role);
/* fork(2), and the child has its role's name; it dies with its parent. Never -1. */
pid_t fork_as(const char *role);
/*
 * Waits until pid sleeps in a function of the kernel whose name contains where ("pipe_read", or
 * "this|that"), as /proc/PID/wchan and `ps -o wchan` tell it. So order comes from the blocking
 * itself, not from sleeps.
 */
void wait_until_in(pid_t pid, const char *where);
/* The same, in a call on this descriptor of its own (/proc/PID/syscall): for who also prints, and may
 * sleep in that. */
void wait_until_on(pid_t pid, const char *where, int fd);
/* Waits for the end of pid. Anything but the planned wait status ends the scenario. */
int reap(pid_t pid, int planned);
/* Says which step failed and why, and exits with 1. */
_Noreturn void die(const char *step);

#endif
