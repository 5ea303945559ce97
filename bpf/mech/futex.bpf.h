/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls on a futex whose word lies in memory that processes share. A private futex is not seen, nor
 * a lock without contention, which makes no call.
 */
#ifndef IPCTRACE_MECH_FUTEX_BPF_H
#define IPCTRACE_MECH_FUTEX_BPF_H

#include "fd/call.bpf.h"
#include "mech/vma.bpf.h"

#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CMD_MASK	   0x7f

/* include/uapi/linux/futex.h */
enum {
	FUTEX_WAIT = 0,
	FUTEX_REQUEUE = 3,
	FUTEX_CMP_REQUEUE = 4,
	FUTEX_WAKE_OP = 5,
	FUTEX_LOCK_PI = 6,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAIT_REQUEUE_PI = 11,
	FUTEX_CMP_REQUEUE_PI = 12,
	FUTEX_LOCK_PI2 = 13,
};

static __always_inline bool futex_is_private(const struct call *c)
{
	return c->a[1] & FUTEX_PRIVATE_FLAG;
}

/* Sleeps until the word is a given value no longer. */
static __always_inline bool futex_compares(__u32 cmd)
{
	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_WAIT_REQUEUE_PI;
}

/* Also wakes tasks that sleep on a second word, or moves tasks there that sleep on the first. */
static __always_inline bool futex_has_second(__u32 cmd)
{
	return cmd == FUTEX_REQUEUE || cmd == FUTEX_CMP_REQUEUE || cmd == FUTEX_WAKE_OP ||
	       cmd == FUTEX_CMP_REQUEUE_PI;
}

/*
 * Fills w with the word that t waits on. That it is the wait itself, and not a fault of the page or
 * a lock of the address space, shows in its state: those are not interruptible.
 */
static __always_inline void sleep_in_futex(struct wait_flight *w, struct task_struct *t,
					   const struct call *c)
{
	__u32 cmd = c->a[1] & FUTEX_CMD_MASK;
	struct ipc_object obj = {};
	__u64 offset = 0;

	if (futex_is_private(c) || !(BPF_CORE_READ(t, __state) & TASK_INTERRUPTIBLE) ||
	    !(futex_compares(cmd) || cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2))
		return;
	if (!address_find(mm_of((__u64)t), c->a[0], &obj, &offset))
		return;
	w->obj = obj;
	w->arg = offset;
	w->reason = WAIT_FUTEX;
	w->flags |= EVF_NO_STATE;
	/*
	 * It sleeps because the word had this value. The arguments of LOCK_PI do not tell the
	 * value.
	 */
	if (futex_compares(cmd))
		w->value = c->a[2];
	else
		w->flags |= EVF_NO_WORD;
}

#endif
