/* SPDX-License-Identifier: GPL-2.0 */
/* References to objects: records of descriptors that come and go, one by one or a whole table. */
#ifndef IPCTRACE_MECH_REFS_BPF_H
#define IPCTRACE_MECH_REFS_BPF_H

#include "fd/call.bpf.h"
#include "core/filter.bpf.h"
#include "mech/held.bpf.h"
#include "mech/mq.bpf.h"
#include "mech/read.bpf.h"
#include "mech/sock_pick.bpf.h"

struct fd_span {
	__u32 first, last;
	bool cloexec_only;
};

/* The body of a record about f, a file of o: refs and state as they are now. */
static __always_inline void fill_ref(struct ev_object *e, struct file *f, const struct fd_object *o)
{
	held_state(o, &e->state);
	e->obj = o->obj;
	e->file = cookie(f);
	e->refs = file_refs(f);
	e->end = file_ends(f);
}

/* The pid of the introduced task in its own pid namespace. */
static __always_inline void life_inner(struct ev_life *e, __u64 task)
{
	e->inner_pid = number_inside(task, true);
	e->inner_tid = number_inside(task, false);
}

#define OBJ_COUNT 0    /* in place of a change: only count */
#define OBJ_FIRST 0x80 /* with a change: ev_object.first */

/* When the call that current is in began. A message takes its descriptors then, and may have arrived
 * elsewhere before the call returns. */
static __always_inline __u64 call_began(void)
{
	struct task_ctx *tc = party_rarely(bpf_get_current_task_btf());

	return tc && tc->op.start ? tc->op.start : bpf_ktime_get_ns();
}

/*
 * Writes one EV_OBJECT about fd of task, which is in this enum trace_state, if that is a descriptor
 * of a wanted object. Returns their number: 0 or 1.
 */
VERIFIED_ONCE int emit_ref(__u64 task, __s32 fd, __s16 nr, __u8 change, __u32 state)
{
	struct task_struct *t = (void *)task;
	struct file *f = file_of(t, fd);
	struct fd_object o = {};
	struct ev_object *e;

	if (!held_object((__u64)f, &o))
		return 0;
	mq_pick_file(&o.obj, (__u64)f);
	pick(&o.obj, o.at);
	if (!object_wanted(state, &o.obj))
		return 0;
	if (filter.flags & FILTER_PARTNERS && state == TRACE_ON) {
		object_share(&o.obj);
		if (o.obj.mech == MECH_SOCK)
			share_peer(&o);
	}
	if (change == OBJ_COUNT)
		return 1;
	e = record(pid_here_at(task), tid_here_at(task), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	fill_ref(e, f, &o);
	e->fd = fd;
	e->nr = nr;
	e->change = change & ~OBJ_FIRST;
	e->first = !!(change & OBJ_FIRST);
	if (change == OBJ_SENT)
		e->e.ts = call_began();
	if (o.obj.mech == MECH_SOCK)
		sock_name_of(o.at, (struct sock_name *)e->path);
	submit(e);
	return 1;
}

struct fd_walk {
	__u64 task;
	unsigned long *bits;
	__u64 word;
	__u32 base;
	struct fd_span span;
	__s16 nr;
	__u8 change;
	__u8 state;
	__u32 found;
};

static long walk_bit(__u32 bit, struct fd_walk *w)
{
	__u32 fd = w->base + bit;

	if (w->word & 1ULL << (bit & 63) && fd >= w->span.first && fd <= w->span.last)
		w->found +=
		    emit_ref(w->task, fd, w->nr,
			     w->found || !w->change ? w->change : w->change | OBJ_FIRST, w->state);
	return 0;
}

static long walk_word(__u32 i, struct fd_walk *w)
{
	w->word = 0;
	bpf_probe_read_kernel(&w->word, sizeof(w->word), w->bits + i);
	w->base = i * 64;
	if (w->word)
		bpf_loop(64, walk_bit, w, 0);
	return 0;
}

/* One record for each object among task's descriptors in span. How many there were. */
static __always_inline __u32 emit_refs(__u64 task, struct fd_span span, __s16 nr, __u8 change,
				       __u32 state)
{
	struct fd_walk w = {.task = task, .span = span, .nr = nr, .change = change, .state = state};
	struct fdtable *fdt = fdtable_of((void *)task);
	__u32 words;

	if (!fdt || filter.waits_only)
		return 0;
	w.bits =
	    span.cloexec_only ? BPF_CORE_READ(fdt, close_on_exec) : BPF_CORE_READ(fdt, open_fds);
	words = BPF_CORE_READ(fdt, max_fds) / 64;
	if (words > 1 << 14)
		count_lost(LOST_WALK, 1);
	bpf_loop(words, walk_word, &w, 0);
	return w.found;
}

#define ALL_FDS ((struct fd_span){.last = -1U})

#endif
