/* SPDX-License-Identifier: GPL-2.0 */
/* Phrases of SysV message queues. Those that return a bool: false if the fact is not about one. */
#ifndef IPCTRACE_TEXT_PHRASE_MSG_H
#define IPCTRACE_TEXT_PHRASE_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

/* "msgsnd 5 type 1", "msgrcv type -3 nowait", "msgctl IPC_RMID" */
bool phrase_msg__call(const struct ev_op *op, char *buf, size_t size);
/* " type 1": of the message that a msgrcv got, where the call did not name it; else "" */
void phrase_msg__got(const struct ev_op *op, char *buf, size_t size);
/* "msgsnd sleeps: no room for 8192", "msgrcv sleeps: none of type 2" */
bool phrase_msg__block(const struct ev_wait *w, const char *call, char *buf, size_t size);
/* "makes a queue, owner uid 0" */
bool phrase_msg__object(const struct ev_object *ob, char *buf, size_t size);

#endif
