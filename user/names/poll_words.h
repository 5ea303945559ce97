/* SPDX-License-Identifier: GPL-2.0 */
/* A pipe or socket that poll, select or epoll waits for, in words, for the timeline and for `why`. */
#ifndef IPCTRACE_NAMES_POLL_WORDS_H
#define IPCTRACE_NAMES_POLL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

/* An item of an epoll instance, with these events, that tells of no event more: EPOLLONESHOT, and its
 * event came. */
bool poll_disarmed(__u32 events);
/*
 * Why what an epoll instance watches is no event although the pipe's state would say so: " (disarmed: ...)",
 * " (holds 5 bytes, but edge-triggered: ...)"; "" where it is as it seems. end: END_* of the item; st: its
 * state, NULL not known, without bytes where only those are not.
 */
void poll_item_words(char *buf, size_t size, __u32 events, __u8 end, const struct ipc_state *st);
/*
 * Why a unix socket is not ready for who polls it for room: " (full: 214016 of 212992 bytes of memory)"; "" where its
 * memory is not why. used, limit: SOCK_USED and SOCK_LIMIT, in bytes.
 */
void poll_room_words(char *buf, size_t size, __u32 events, __u32 used, __u32 limit);

#endif
