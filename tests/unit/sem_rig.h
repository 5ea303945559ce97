/* SPDX-License-Identifier: GPL-2.0 */
/* A set of semaphores, and records about it; for tests of semaphores. */
#ifndef IPCTRACE_SEM_RIG_H
#define IPCTRACE_SEM_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "names/names.h"
#include "waker_rig.h"

#define SET 7

static inline struct ipc_object set_key(void)
{
	return (struct ipc_object){.id = SET, .dev = 9, .mech = MECH_SEM};
}

/* One semaphore of a set of three. */
static inline struct ipc_state semaphore(__u32 num, __u32 value, __u32 lastpid)
{
	struct ipc_state st = {{0}};

	st.v[SEM_NSEMS] = 3;
	st.v[SEM_NUM] = num;
	st.v[SEM_VALUE] = value;
	st.v[SEM_NCNT] = 1;
	st.v[SEM_LASTPID] = lastpid;
	return st;
}

static inline union any_event on_set(union any_event op, struct ipc_state before,
				     struct ipc_state after)
{
	op.op.obj = set_key();
	op.op.fd = -1;
	op.op.before = before;
	op.op.after = after;
	return op;
}

static inline union any_event semop_by(__u32 tid, __u64 start, __u32 num, __u32 value, __s64 change,
				       __s64 ret)
{
	__u32 after = ret ? value : (__u32)(value + change);

	return on_set(rec_op(tid, start, start + 1000, "semop", 0, ret, (__u64)change),
		      semaphore(num, value, 1), semaphore(num, after, tid));
}

static inline union any_event sleep_on(__u32 num, __u32 value, __u32 needs, __u32 lastpid)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, "semop",
				     needs ? WAIT_SEM_VALUE : WAIT_SEM_ZERO, 0);

	w.wait.obj = set_key();
	w.wait.fd = -1;
	w.wait.state = w.wait.state_woken = semaphore(num, value, lastpid);
	w.wait.arg = needs;
	return w;
}

static inline union any_event woken_on_set(union any_event w, __u8 ctx, const char *call, __u64 arg)
{
	w = woken_by(w, ctx, 2, "locker", call, 0);
	w.wait.waker.obj = set_key();
	w.wait.waker.arg = arg;
	return w;
}

static inline union any_event set_object(__u32 tid, __u64 ts, __u8 change)
{
	union any_event o = rec_object(tid, ts, change, -1, 0, 0, 0);

	o.object.obj = set_key();
	o.object.state = semaphore(0, 0, 0);
	o.object.refs = 0;
	return o;
}

#endif
