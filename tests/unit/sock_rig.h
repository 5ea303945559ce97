/* SPDX-License-Identifier: GPL-2.0 */
/* A pair of sockets, and records about it, for tests of sockets. */
#ifndef IPCTRACE_SOCK_RIG_H
#define IPCTRACE_SOCK_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "mech/sock.h"
#include "names/names.h"
#include "waker_rig.h"

/* A pair: locker (2) holds 12 by fd 4, waiter (3) holds 13 by fd 5. */
#define THEIRS 12
#define OWN    13

static inline struct ipc_object key(__u64 id)
{
	return (struct ipc_object){.id = id, .dev = 8, .mech = MECH_SOCK};
}

static inline __u32 other(__u64 id)
{
	return id == OWN ? THEIRS : OWN;
}

static inline struct ipc_state sock(__u64 id, __u32 unread, __u32 used)
{
	return (struct ipc_state){
	    {unread, used, 1000, other(id), SOCKF_MUTUAL, AF_UNIX | SOCK_STREAM << 8 | 1 << 16}};
}

static inline struct ipc_state flagged(struct ipc_state st, __u32 flags)
{
	st.v[SOCK_FLAGS] |= flags;
	if (flags & SOCKF_PEER_GONE) {
		st.v[SOCK_FLAGS] &= ~(__u32)SOCKF_MUTUAL;
		st.v[SOCK_PEER] = 0;
	}
	return st;
}

static inline struct ipc_state typed(struct ipc_state st, __u32 type)
{
	st.v[SOCK_KIND] = AF_UNIX | type << 8 | 1 << 16;
	return st;
}

static inline union any_event reference(__u32 tid, __u64 ts, __u8 change, __u64 id, __s32 fd)
{
	union any_event r = rec_object(tid, ts, change, fd, END_READ | END_WRITE, 0, id * 10);

	r.object.obj = key(id);
	r.object.state = sock(id, 0, 0);
	if (change == OBJ_CREATED)
		r.object.nr = (__s16)syscall_number("socketpair");
	return r;
}

static inline struct run *with_pair(void)
{
	struct run *r = with_tasks();

	run_feed(r, reference(2, 10, OBJ_CREATED, THEIRS, 4));
	run_feed(r, reference(3, 20, OBJ_CREATED, OWN, 5));
	return r;
}

static inline union any_event call(__u32 tid, __u64 start, const char *name, __s64 ret, __u64 bytes)
{
	__u64 id = tid == 3 ? OWN : THEIRS;
	union any_event op = rec_op(tid, start, start + 1000, name, 0, ret, bytes);

	op.op.obj = key(id);
	op.op.fd = tid == 3 ? 5 : 4;
	op.op.before = op.op.after = sock(id, 0, 0);
	return op;
}

static inline union any_event with_state(union any_event op, struct ipc_state st)
{
	op.op.before = op.op.after = st;
	return op;
}

static inline union any_event asked(union any_event op, __s32 cmd)
{
	op.op.cmd = cmd;
	return op;
}

static inline union any_event asleep(const char *name, __u8 reason, struct ipc_state st)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, name, reason, 0);

	w.wait.obj = key(OWN);
	w.wait.fd = 5;
	w.wait.state = w.wait.state_woken = st;
	return w;
}

static inline union any_event woken(union any_event w, const char *name, __u64 id)
{
	w = woken_by(w, WAKE_TASK, 2, "locker", name, 0);
	w.wait.waker.obj = key(id);
	w.wait.waker.fd = 4;
	return w;
}

static inline union any_event closes(__u32 tid, __u64 ts, __u64 id, __u32 unread)
{
	union any_event r = reference(tid, ts, OBJ_CLOSED, id, tid == 3 ? 5 : 4);

	r.object.state = sock(id, unread, 0);
	r.object.released = 1;
	return r;
}

static inline void fails(struct run *r, union any_event op, enum cause_kind cause, const char *want)
{
	run_feed(r, op);
	says(r, FACT_OP, cause, want);
}

static inline void sleeps(struct run *r, union any_event w, const char *want)
{
	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE, want);
}

#endif
