/* SPDX-License-Identifier: GPL-2.0 */
/* Phrases of SysV semaphores and of futexes in shared memory. Each returns false if the fact is not about one. */
#ifndef IPCTRACE_TEXT_PHRASE_SEM_H
#define IPCTRACE_TEXT_PHRASE_SEM_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

/* "semop [0] -1 undo", "semop 2/3 [1] +1", "semctl SETVAL [0] 1", "FUTEX_WAKE +8" */
bool phrase_sem__call(const struct ev_op *op, char *buf, size_t size);
/* "semop sleeps: [0] is 0, needs 1", "futex sleeps: +8 is 2" */
bool phrase_sem__block(const struct ev_wait *w, const char *call, char *buf, size_t size);
/* "makes a set of 3, owner uid 0" */
bool phrase_sem__object(const struct ev_object *ob, char *buf, size_t size);

#endif
