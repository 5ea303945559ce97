/* SPDX-License-Identifier: GPL-2.0 */
/* Which memory of its caller a system call reads and writes. */
#ifndef IPCTRACE_WATCH_STEP_CALL_H
#define IPCTRACE_WATCH_STEP_CALL_H

#include "watch/step_table.h"

/*
 * Fills in the spans of call, whose number and arguments are set, made by thread tid, which stands
 * still. Calls that move bytes, and futex(2); what others write is found by the word's value.
 */
void step_call__spans(struct step_call *call, pid_t tid);
/*
 * Whether the call, which returned ret, accessed len bytes at addr. *span: how, of those that do the
 * one that stores.
 */
bool step_call__covers(const struct step_call *call, __u64 addr, __u8 len, long ret,
		       const struct step_span **span);
/* futex(2): the value that the kernel found in the word, if what it returned proves one. */
bool step_call__found(const struct step_call *call, long ret, __u32 *value);

#endif
