/* SPDX-License-Identifier: GPL-2.0 */
/* Record builders and a fact recorder for the unit tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "words/explain.h"
#include "names/names.h"
#include "names/opclass.h"
#include "records.h"

static __s16 nr_of(const char *call)
{
	int nr = call ? syscall_number(call) : -1;

	if (call)
		assert_true(nr >= 0);
	return (__s16)nr;
}

static union any_event rec_new(__u32 tid, __u64 ts, __u8 kind, size_t size)
{
	union any_event r = {0};

	r.e.ts = ts;
	r.e.pid = r.e.tid = tid;
	r.e.kind = kind;
	r.e.size = (__u16)size;
	return r;
}

struct ipc_object pipe_key(__u64 ino)
{
	struct ipc_object key = {.id = ino, .dev = 14, .mech = ino ? MECH_PIPE : MECH_NONE};

	return key;
}

struct ipc_state pipe_state(__u32 used, __u32 bytes, __u32 readers, __u32 writers)
{
	struct ipc_state st = {{used, 16, bytes, 16, readers, writers}};

	return st;
}

union any_event rec_op(__u32 tid, __u64 start, __u64 end, const char *call, __u64 ino, __s64 ret,
		       __u64 arg)
{
	union any_event r = rec_new(tid, end, EV_OP, sizeof(r.op));

	r.op.start = start;
	r.op.ret = ret;
	r.op.arg = arg;
	r.op.obj = pipe_key(ino);
	r.op.nr = nr_of(call);
	r.op.op = op_class_of(r.op.nr);
	r.op.fd = r.op.op == OPC_WRITE ? 4 : 3;
	r.op.before = r.op.after = pipe_state(0, 0, 1, 1);
	return r;
}

union any_event rec_wait(__u32 tid, __u64 slept, __u64 woken, __u64 ran, const char *call,
			 __u8 reason, __u64 ino)
{
	union any_event r = rec_new(tid, ran, EV_WAIT, sizeof(r.wait));

	r.wait.slept = slept;
	r.wait.woken = woken;
	r.wait.obj = pipe_key(ino);
	r.wait.nr = nr_of(call);
	r.wait.op = op_class_of(r.wait.nr);
	r.wait.fd = r.wait.op == OPC_WRITE ? 4 : 3;
	r.wait.reason = reason;
	r.wait.state =
	    reason == WAIT_PIPE_FULL ? pipe_state(16, 65520, 1, 1) : pipe_state(0, 0, 1, 1);
	r.wait.state_woken = r.wait.state;
	r.wait.waker.nr = r.wait.waker.fd = -1;
	return r;
}

static struct ev_waker waker_of(__u8 ctx, __u32 tid, const char *comm, const char *call, __u64 ino)
{
	struct ev_waker w = {.ctx = ctx, .pid = tid, .tid = tid, .obj = pipe_key(ino), .fd = -1};

	w.nr = nr_of(call);
	if (ino)
		w.fd = op_class_of(w.nr) == OPC_READ ? 3 : 4;
	if (comm)
		strncpy(w.comm, comm, sizeof(w.comm) - 1);
	return w;
}

union any_event woken_by(union any_event wait, __u8 ctx, __u32 tid, const char *comm,
			 const char *call, __u64 ino)
{
	wait.wait.waker = waker_of(ctx, tid, comm, call, ino);
	return wait;
}

union any_event rec_signal(__u32 tid, __u64 ts, int sig, int code, __u32 sender, const char *comm,
			   const char *call, __u64 ino)
{
	union any_event r = rec_new(tid, ts, EV_SIGNAL_GEN, sizeof(r.signal));

	r.signal.sig = sig;
	r.signal.code = code;
	r.signal.sender = waker_of(sender ? WAKE_TASK : WAKE_IRQ, sender, comm, call, ino);
	return r;
}

union any_event rec_deliver(__u32 tid, __u64 ts, int sig, int fatal, __u64 handler)
{
	union any_event r = rec_new(tid, ts, EV_SIGNAL_DELIVER, sizeof(r.signal));

	r.signal.sig = sig;
	r.signal.fatal = fatal;
	r.signal.handler = handler;
	return r;
}

static union any_event rec_life(__u32 tid, __u64 ts, __u8 kind, const char *comm)
{
	union any_event r = rec_new(tid, ts, kind, sizeof(r.life));

	if (comm)
		strncpy(r.life.comm, comm, sizeof(r.life.comm) - 1);
	return r;
}

union any_event rec_fork(__u32 tid, __u64 ts, __u32 child, const char *comm)
{
	union any_event r = rec_life(tid, ts, EV_FORK, comm);

	r.life.child_pid = r.life.child_tid = child;
	return r;
}

union any_event rec_exec(__u32 tid, __u64 ts, const char *comm)
{
	return rec_life(tid, ts, EV_EXEC, comm);
}

union any_event rec_rename(__u32 tid, __u64 ts, const char *comm)
{
	return rec_life(tid, ts, EV_RENAME, comm);
}

union any_event rec_task(__u32 tid, __u64 ts, const char *comm, bool partner)
{
	union any_event r = rec_life(tid, ts, EV_TASK, comm);

	r.life.last = partner;
	return r;
}

union any_event rec_exit(__u32 tid, __u64 ts, int code)
{
	union any_event r = rec_life(tid, ts, EV_EXIT, NULL);

	r.life.code = code;
	r.life.last = 1;
	return r;
}

union any_event rec_lost(__u64 ts, __u64 count)
{
	union any_event r = rec_new(0, ts, EV_LOST, sizeof(r.lost));

	r.lost.count = count;
	return r;
}

static const char *call_of(__u8 change)
{
	switch (change) {
	case OBJ_CREATED:
		return "pipe2";
	case OBJ_OPENED:
	case OBJ_OPENING:
		return "openat";
	case OBJ_DUPLICATED:
		return "dup";
	case OBJ_RECEIVED:
		return "recvmsg";
	case OBJ_SENT:
		return "sendmsg";
	case OBJ_CLOSED:
	case OBJ_RELEASED:
		return "close";
	case OBJ_EXEC_CLOSED:
		return "execve";
	default:
		return NULL;
	}
}

union any_event rec_object(__u32 tid, __u64 ts, __u8 change, __s32 fd, __u8 end, __u64 ino,
			   __u64 file)
{
	union any_event r = rec_new(tid, ts, EV_OBJECT, sizeof(r.object));

	r.object.obj = pipe_key(ino);
	r.object.state = pipe_state(0, 0, 1, 1);
	r.object.file = file;
	r.object.refs = 1;
	r.object.fd = fd;
	r.object.nr = nr_of(call_of(change));
	r.object.change = change;
	r.object.end = end;
	return r;
}

static void keep_object(struct object *dst, const struct object **ptr, struct seen *s)
{
	if (!*ptr)
		return;
	if (ptr == &s->f.obj)
		object__see_holders((struct object *)*ptr);
	*dst = **ptr;
	if (ptr == &s->f.obj) {
		size_t n = dst->n_holders < 16 ? dst->n_holders : 16;

		for (size_t i = 0; i < n; i++)
			s->holders[i] = dst->holders[i];
		dst->n_holders = n;
		dst->holders = s->holders;
	} else {
		dst->holders = NULL;
		dst->n_holders = 0;
	}
	*ptr = dst;
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct run *r = ctx;
	struct seen *s;

	if (r->n == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		r->seen = realloc(r->seen, r->room * sizeof(*r->seen));
		assert_non_null(r->seen);
	}
	s = &r->seen[r->n++];
	memset(s, 0, sizeof(*s));
	explain(fact, s->why, sizeof(s->why));
	s->f = *fact;
	s->rec = *fact->rec;
	keep_object(&s->obj, &s->f.obj, s);
	keep_object(&s->by_obj, &s->f.cause.obj, s);
}

struct run *run_new(void)
{
	struct timeline_opts opts = {0};
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->tl = timeline__new(&opts, on_fact, r);
	assert_non_null(r->tl);
	return r;
}

void run_feed(struct run *r, union any_event rec)
{
	assert_int_equal(timeline__feed(r->tl, &rec.e), 0);
}

struct run *run_finish(struct run *r)
{
	assert_int_equal(timeline__finish(r->tl), 0);
	/* No more facts: the copies may now be pointed to. */
	for (size_t i = 0; i < r->n; i++) {
		struct seen *s = &r->seen[i];

		s->f.rec = &s->rec;
		s->obj.holders = s->holders;
		if (s->f.obj)
			s->f.obj = &s->obj;
		if (s->f.cause.obj)
			s->f.cause.obj = &s->by_obj;
	}
	return r;
}

void run_free(struct run *r)
{
	timeline__free(r->tl);
	free(r->seen);
	free(r);
}

const struct seen *run_get(const struct run *r, enum fact_kind kind, size_t nth)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->seen[i].f.kind == kind && nth-- == 0)
			return &r->seen[i];
	}
	fail_msg("no such fact: kind %d", kind);
	return NULL;
}

size_t run_count(const struct run *r, enum fact_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->seen[i].f.kind == kind;
	return n;
}
