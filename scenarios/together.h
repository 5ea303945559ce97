/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that must do something at the same time, or one after the other, without a lock. */
#ifndef TOGETHER_H
#define TOGETHER_H

#include <stdatomic.h>
#include <sys/types.h>

/* Binds the caller to the nth of the processors that it may use, round and round. How many those
 * are. */
int pin(int nth);
/* Waits until n processes have come here: they go on within a microsecond or so. Again and again. */
void meet(atomic_int *here, int n);
/* Sleeps until somebody says go(). */
void wait_for_go(void);
/* Waits until pid sleeps in wait_for_go(), and wakes it. */
void go(pid_t pid);

#endif
