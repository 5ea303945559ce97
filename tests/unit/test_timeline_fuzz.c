/* SPDX-License-Identifier: GPL-2.0 */
/* Feeds thousands of random records, well formed and not: whatever comes, the timeline is safe. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "words/explain.h"
#include "names/names.h"
#include "timeline/timeline.h"

static __u64 seed;

/* xorshift64: the same records on every machine. */
static __u32 rnd(__u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (__u32)(seed >> 32) % n;
}

static struct ipc_object random_object(void)
{
	struct ipc_object o = {
	    .id = rnd(6), .dev = rnd(2), .mech = (__u8)(rnd(20) ? rnd(4) : rnd(256))};

	return o;
}

static __s16 random_call(void)
{
	static const char *const calls[] = {"read",   "write", "close",	  "dup2",    "execve",
					    "splice", "poll",  "pipe2",	  "openat",  "fcntl",
					    "kill",   "wait4", "sendmsg", "recvmsg", "epoll_wait"};

	return rnd(10) ? (__s16)syscall_number(calls[rnd(15)]) : (__s16)((int)rnd(600) - 50);
}

static struct ipc_state random_state(void)
{
	struct ipc_state st = {{rnd(18), rnd(17), rnd(65536), 16, rnd(4), rnd(4)}};

	return st;
}

static void random_waker(struct ev_waker *w, __u64 ts)
{
	w->pid = rnd(8);
	w->tid = rnd(3) ? w->pid : rnd(8);
	w->obj = random_object();
	w->fd = (__s32)rnd(8) - 2;
	w->nr = random_call();
	w->ctx = (__u8)(rnd(30) ? rnd(6) : rnd(256));
	w->sig = (__u8)rnd(70);
	memset(w->comm, rnd(2) ? 'a' + (int)(ts % 26) : 0xff, rnd(COMM_LEN + 1));
}

static __u64 about(__u64 ts)
{
	__u64 d = rnd(1000);

	return rnd(2) ? ts + d : ts > d ? ts - d : 0;
}

static void random_details(union any_event *r, __u64 ts)
{
	switch (r->e.kind) {
	case EV_OP:
		r->op.start = about(ts);
		r->op.ret = (__s64)rnd(1200) - 600;
		r->op.arg = rnd(1000);
		r->op.obj = random_object();
		r->op.before = random_state();
		r->op.after = random_state();
		r->op.nr = random_call();
		r->op.op = (__u8)rnd(21);
		r->op.cmd = rnd(2) ? 1031 : 0;
		break;
	case EV_WAIT:
		r->wait.slept = about(ts);
		r->wait.woken = rnd(4) ? about(ts) : 0;
		r->wait.obj = random_object();
		r->wait.state = random_state();
		r->wait.state_woken = random_state();
		r->wait.nr = random_call();
		r->wait.op = (__u8)rnd(21);
		r->wait.reason = (__u8)(rnd(30) ? rnd(7) : rnd(256));
		random_waker(&r->wait.waker, ts);
		break;
	case EV_SIGNAL_GEN:
	case EV_SIGNAL_DELIVER:
		r->signal.sig = (__s32)rnd(64) + 1;
		r->signal.code = (__s32)rnd(140) - 10;
		r->signal.result = (__s32)rnd(6);
		r->signal.fatal = rnd(2) ? (__s32)rnd(300) : 0;
		r->signal.handler = rnd(3);
		random_waker(&r->signal.sender, ts);
		break;
	case EV_OBJECT:
		r->object.obj = random_object();
		r->object.obj.mech = (__u8)(1 + rnd(3));
		r->object.state = random_state();
		r->object.file = rnd(8);
		r->object.refs = rnd(4);
		r->object.fd = (__s32)rnd(8) - 2;
		r->object.nr = random_call();
		r->object.change = (__u8)(1 + rnd(13));
		r->object.end = (__u8)rnd(5);
		r->object.released = (__u8)rnd(2);
		memset(r->object.path, 'p', rnd(PATH_LEN + 1));
		break;
	case EV_MAP:
		r->map.obj = random_object();
		r->map.obj.mech = (__u8)(1 + rnd(6));
		r->map.state = random_state();
		r->map.fd = (__s32)rnd(8) - 2;
		r->map.nr = random_call();
		r->map.change = (__u8)(1 + rnd(7));
		r->map.prot = (__u8)rnd(8);
		break;
	case EV_FAULT:
		r->fault.obj = random_object();
		r->fault.obj.mech = (__u8)(1 + rnd(6));
		r->fault.pfn = rnd(8);
		r->fault.nr = random_call();
		break;
	case EV_ACCESS:
		r->access.obj = random_object();
		r->access.obj.mech = (__u8)(1 + rnd(6));
		r->access.kind = (__u8)(1 + rnd(3));
		r->access.known = (__u8)rnd(2);
		r->access.after = rnd(4);
		r->access.ip = rnd(4);
		r->access.from = (__u8)rnd(4);
		r->access.update = (__u8)rnd(4);
		break;
	case EV_WATCH:
		r->watch.obj = random_object();
		r->watch.obj.mech = (__u8)(1 + rnd(3));
		r->watch.used = rnd(3);
		r->watch.writers = rnd(4);
		r->watch.end = (__u8)rnd(4);
		r->watch.item = (__u8)rnd(2);
		r->watch.events = rnd(3) ? rnd(8) : 1u << 31;
		break;
	case EV_SYMBOL:
		r->symbol.ip = rnd(4);
		memset(r->symbol.symbol, 's', rnd(SYMBOL_LEN + 1));
		memset(r->symbol.file, 'f', rnd(PATH_LEN + 1));
		break;
	case EV_LOST:
		r->lost.cause = rnd(LOST_CAUSES);
		break;
	default:
		r->life.child_pid = rnd(8);
		r->life.child_tid = rnd(3) ? r->life.child_pid : rnd(8);
		r->life.last = rnd(2);
		memset(r->life.comm, 'c', rnd(COMM_LEN + 1));
	}
}

static union any_event random_record(__u64 ts)
{
	static const struct {
		__u8 kind;
		size_t size;
	} kinds[] = {
	    {EV_OP, sizeof(struct ev_op)},
	    {EV_OP, sizeof(struct ev_op)},
	    {EV_WAIT, sizeof(struct ev_wait)},
	    {EV_WAIT, sizeof(struct ev_wait)},
	    {EV_OBJECT, sizeof(struct ev_object)},
	    {EV_OBJECT, sizeof(struct ev_object)},
	    {EV_OBJECT, sizeof(struct ev_object)},
	    {EV_SIGNAL_GEN, sizeof(struct ev_signal)},
	    {EV_SIGNAL_DELIVER, sizeof(struct ev_signal)},
	    {EV_FORK, sizeof(struct ev_life)},
	    {EV_EXEC, sizeof(struct ev_life)},
	    {EV_EXIT, sizeof(struct ev_life)},
	    {EV_RENAME, sizeof(struct ev_life)},
	    {EV_TASK, sizeof(struct ev_life)},
	    {EV_LOST, sizeof(struct ev_lost)},
	    {EV_MAP, sizeof(struct ev_map)},
	    {EV_FAULT, sizeof(struct ev_fault)},
	    {EV_ACCESS, sizeof(struct ev_access)},
	    {EV_SYMBOL, sizeof(struct ev_symbol)},
	    {EV_WATCH, sizeof(struct ev_watch)},
	};
	union any_event r = {0};
	__u32 k = rnd(sizeof(kinds) / sizeof(kinds[0]));

	r.e.ts = about(ts);
	r.e.pid = rnd(8);
	r.e.tid = rnd(3) ? r.e.pid : rnd(8);
	r.e.kind = kinds[k].kind;
	r.e.size = (__u16)kinds[k].size;
	r.e.flags = rnd(3) ? 0 : (__u8)rnd(256);
	random_details(&r, ts);
	return r;
}

struct seen_facts {
	size_t n, waits;
	__u64 sum;
};

/* Reads all that a sink may read, so that the sanitizer sees what is not there. */
static void look(void *ctx, const struct fact *f)
{
	struct seen_facts *s = ctx;
	union any_event copy = *f->rec;
	char buf[96];

	s->n++;
	s->waits += f->kind == FACT_BLOCK || f->kind == FACT_WAKE;
	s->sum += copy.e.ts + f->who.tid + explain(f, buf, sizeof(buf));
	assert_true(strlen(buf) < sizeof(buf));
	s->sum += explain(f, buf, rnd(20));
	if (f->obj && f->kind != FACT_BLOCK)
		object__see_holders((struct object *)f->obj);
	for (size_t i = 0; f->obj && i < f->obj->n_holders; i++)
		s->sum += f->obj->holders[i].file + strlen(f->obj->holders[i].who.comm);
	if (f->cause.obj)
		s->sum += f->cause.obj->index + strlen(f->cause.obj->name);
	s->sum += strlen(f->who.comm) + strlen(f->cause.by.comm);
}

static void well_formed(void **state)
{
	for (__u64 round = 1; round <= 40; round++) {
		struct timeline_opts opts = {.start = 500};
		struct seen_facts s = {0};
		struct timeline *tl = timeline__new(&opts, look, &s);
		size_t waits = 0;

		assert_non_null(tl);
		seed = round * 0x9e3779b97f4a7c15ull;
		for (__u64 i = 0; i < 4000; i++) {
			union any_event r = random_record(1000 + i * 50);

			waits += r.e.kind == EV_WAIT;
			assert_int_equal(timeline__feed(tl, &r.e), 0);
			if (!rnd(50))
				assert_int_equal(timeline__advance(tl, 1000 + i * 50), 0);
		}
		assert_int_equal(timeline__finish(tl), 0);
		assert_true(s.n > 3000);
		assert_true(s.waits > waits / 2);
		timeline__free(tl);
	}
}

static void damaged(void **state)
{
	struct timeline_opts opts = {0};
	struct seen_facts s = {0};
	struct timeline *tl = timeline__new(&opts, look, &s);

	assert_non_null(tl);
	seed = 7;
	for (__u64 i = 0; i < 40000; i++) {
		union any_event r = random_record(1000 + i * 50);
		unsigned char *bytes = (unsigned char *)&r;
		size_t size = r.e.size;
		int err;

		for (__u32 k = rnd(8); k; k--)
			bytes[rnd((__u32)size)] = (unsigned char)rnd(256);
		/* A source never hands over more than it has. */
		if (r.e.size > sizeof(r))
			r.e.size = (__u16)size;
		err = timeline__feed(tl, &r.e);
		assert_true(err == 0 || err == -EPROTO);
		if (!rnd(50))
			timeline__advance(tl, 1000 + i * 50);
	}
	assert_int_equal(timeline__finish(tl), 0);
	assert_true(s.n > 1000);
	timeline__free(tl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(well_formed),
	    cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
