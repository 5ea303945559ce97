/* SPDX-License-Identifier: GPL-2.0 */
/* What a call on a SysV message queue asks for, and why it waits, in words (msgop(2)). */
#ifndef IPCTRACE_NAMES_MSG_WORDS_H
#define IPCTRACE_NAMES_MSG_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

#define MSG_WORDS_LEN 128

/* A message of so many bytes has no room in a queue in this state (ipc/msg.c msg_fits_inqueue());
 * false also where a number is too great to tell. */
bool msg_is_full(const struct ipc_state *st, __u64 bytes);

/* A msgrcv with these flags has MSG_COPY, and not what that must go with. */
bool msg_copies_wrongly(int flags);
/* Which messages a msgrcv of this type with these flags takes: "of type 2", "of a type up to 3", "of another type than 2",
 * with MSG_COPY "at place 2, from 0"; "": any. */
void msg_wanted(char *buf, size_t size, __s64 type, int flags);
/* "none of the 2 messages in the queue is of type 2"; a clause, of WAIT_MSG_NONE and WAIT_MSG_FULL with a state. */
void msg_wait_words(char *buf, size_t size, const struct ev_wait *w);

#endif
