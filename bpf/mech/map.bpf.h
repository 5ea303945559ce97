/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings that come and go: updates the table of mech/vma.bpf.h, and writes a record of each
 * change.
 *
 * What a call did to the address space is known from its arguments and result; the object's state
 * is read after it, so it has the kernel's own count of mappings.
 */
#ifndef IPCTRACE_MECH_MAP_BPF_H
#define IPCTRACE_MECH_MAP_BPF_H

#include "core/filter.bpf.h"
#include "mech/shm.bpf.h"

#define MAP_SHARED_BIT	 0x01 /* of MAP_SHARED and MAP_SHARED_VALIDATE, not of MAP_PRIVATE */
#define MREMAP_DONTUNMAP 4

/* The segments that the followed tasks use. The first task that finds one gone tells it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct object_key);
	__type(value, __u8);
} segments SEC(".maps") __weak;

/*
 * The table of an address space that has nothing mapped yet. It is only copied from, never written.
 */
static struct address_space_maps no_maps;

struct map_how {
	__u64 start; /* of what came or went */
	__u64 end;
	__u32 pid;
	__u32 tid;
	__u32 trace; /* enum trace_state */
	__s32 fd;
	__s16 nr;
	__u8 change; /* enum map_change */
	__u8 prot;   /* MAP_PROTECTED */
	__u32 err;   /* as in ev_map */
};

static __always_inline void map_how(struct map_how *how, __s16 nr, __u8 change, __u32 trace)
{
	struct task_struct *t = bpf_get_current_task_btf();

	how->pid = pid_here(t);
	how->tid = tid_here(t);
	how->trace = trace;
	how->fd = -1;
	how->nr = nr;
	how->change = change;
}

static __always_inline void segment_seen(const struct ipc_object *obj)
{
	struct object_key key = object_key(obj);
	__u8 one = 1;

	bpf_map_update_elem(&segments, &key, &one, 0);
}

/* One record about a segment as such, by the current task. */
static __always_inline void emit_segment(const struct ipc_object *obj, const struct ipc_state *st,
					 __s16 nr, __u8 change, bool forced)
{
	struct ev_object *e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);

	if (!e)
		return;
	e->obj = *obj;
	if (st)
		e->state = *st;
	e->fd = -1;
	e->nr = nr;
	e->change = change;
	e->forced = forced;
	submit(e);
}

/* By itself, so that its state's place on the stack is free afterwards. */
static __always_inline bool segment_is_there(const struct ipc_object *obj, __u64 ns)
{
	struct ipc_state st = {};

	return shm_state(ns, obj->id, &st);
}

/*
 * The current task gave up something that kept the segment alive: if the segment is gone now, that
 * was the last. If two let go at once, only one finds the note of it.
 */
VERIFIED_ONCE int segment_settle(const struct ipc_object *obj, __u64 ns, __s16 nr, __u32 trace)
{
	struct ipc_namespace *of = (void *)ns;
	struct object_key key;

	if (!obj || obj->mech != MECH_SHM || segment_is_there(obj, ns))
		return 0;
	key = object_key(obj);
	if (!bpf_map_delete_elem(&segments, &key) && object_wanted(trace, obj))
		emit_segment(obj, NULL, nr, OBJ_DESTROYED, BPF_CORE_READ(of, shm_rmid_forced));
	return 1;
}

/* How says which part of m it is about. */
VERIFIED_ONCE int emit_map(const struct mapping *m, const struct map_how *how)
{
	struct ev_map *e;

	if (!m || !how || !object_wanted(how->trace, &m->obj))
		return 0;
	e = record(how->pid, how->tid, EV_MAP, struct ev_map);
	if (!e)
		return 0;
	e->obj = m->obj;
	memory_state(&m->obj, m->at, &e->state);
	e->addr = how->start;
	e->len = how->end - how->start;
	e->offset = m->offset + (how->start - m->start);
	e->prot = how->change == MAP_PROTECTED ? how->prot : m->prot;
	e->fd = how->fd;
	e->nr = how->nr;
	e->change = how->change;
	e->err = how->err;
	submit(e);
	return 0;
}

struct add_walk {
	struct address_space_maps *in;
	const struct mapping *m; /* of which a new slot gets this part */
	__u64 start, end;
	bool done;
};

/* Who sees the slot before its end is set finds no address in it. */
static long add_mapping(__u32 i, struct add_walk *w)
{
	struct mapping *slot = &w->in->maps[i & (MAPPINGS - 1)];
	const struct mapping *m = w->m;

	if (slot->start || __sync_val_compare_and_swap(&slot->start, 0, w->start))
		return 0;
	slot->offset = m->offset + (w->start - m->start);
	slot->obj = m->obj;
	slot->at = m->at;
	slot->inode = m->inode;
	slot->since = m->since;
	slot->prot = m->prot;
	slot->end = w->end;
	w->done = true;
	return 1;
}

static __always_inline void map_keep(struct add_walk *w)
{
	bpf_loop(MAPPINGS, add_mapping, w, 0);
	if (!w->done)
		count_lost(LOST_WALK, 1);
}

static __always_inline struct address_space_maps *maps_make(__u64 mm, const struct map_how *how)
{
	struct address_space_maps *in = maps_of(mm);

	if (in)
		return in;
	bpf_map_update_elem(&mapped, &mm, &no_maps, BPF_NOEXIST);
	in = maps_of(mm);
	if (!in) {
		count_lost(LOST_STORAGE, 1);
		return NULL;
	}
	in->pid = how->pid;
	in->tid = how->tid;
	in->trace = how->trace;
	return in;
}

/* A mapping that came into mm: noted and recorded. */
VERIFIED_ONCE int map_add(__u64 mm, struct mapping *m, struct map_how *how)
{
	struct add_walk w = {};

	if (!m || !how || m->start >= m->end)
		return 0;
	w.in = maps_make(mm, how);
	if (!w.in)
		return 0;
	m->since = bpf_ktime_get_ns();
	w.m = m;
	how->start = w.start = m->start;
	how->end = w.end = m->end;
	map_keep(&w);
	if (m->obj.mech == MECH_SHM)
		segment_seen(&m->obj);
	return emit_map(m, how);
}

enum cut_kind {
	CUT_GONE,      /* the addresses are something else now */
	CUT_SHMDT,     /* so are all of the segment that begins at from */
	CUT_PROTECTED, /* they are what they were: how.prot */
	CUT_FAILED,    /* the call failed; how.err: find what it unmapped nevertheless */
};

struct cut {
	__u64 mm;
	__u64 from, to;
	__u64 behind; /* where it goes on behind a hole, and until where; 0: no hole */
	__u64 end;
	__s32 slot;
	__u8 kind;     /* enum cut_kind */
	bool recorded; /* the second pass: when all have gone, whether their objects have */
	struct map_how how;
};

/* What is left of the mapping in a slot when from..to is cut out of it. */
VERIFIED_ONCE int cut_mapping(struct cut *c, __u32 slot, __u64 from, __u64 to)
{
	struct address_space_maps *in;
	__u64 start, end;
	struct mapping *m;

	if (!c)
		return 0;
	in = maps_of(c->mm);
	if (!in)
		return 0;
	m = &in->maps[slot & (MAPPINGS - 1)];
	start = m->start;
	end = m->end;
	c->how.start = from > start ? from : start;
	c->how.end = to < end ? to : end;
	if (c->kind == CUT_PROTECTED) {
		c->how.change = MAP_PROTECTED;
		if (from <= start && to >= end)
			m->prot = c->how.prot;
		return emit_map(m, &c->how);
	}
	c->how.change = from > start || to < end ? MAP_CUT : MAP_DETACHED;
	if (!c->recorded)
		return emit_map(m, &c->how);
	segment_settle(&m->obj, m->at, c->how.nr, c->how.trace);
	if (from > start) {
		m->end = from;
		c->slot = slot;
		c->behind = to < end ? to : 0;
		c->end = end;
	} else if (to < end) {
		m->offset += to - start;
		m->start = to;
	} else {
		m->end = 0;
		m->start = 0;
	}
	return 0;
}

struct cut_walk {
	struct address_space_maps *in;
	struct cut cut;
};

static long see_end(struct task_struct *t, struct vm_area_struct *vma, __u64 *end)
{
	*end = vma->vm_end;
	return 0;
}

/* Whether the current task has nothing mapped there. Another thread that maps there now says so. */
static __always_inline bool nothing_at(__u64 addr)
{
	__u64 end = 0;
	long err = bpf_find_vma(bpf_get_current_task_btf(), addr, see_end, &end, 0);

	if (err && err != -ENOENT)
		count_lost(LOST_WALK, 1);
	return err == -ENOENT;
}

static long look_at_mapping(__u32 i, struct cut_walk *w)
{
	struct mapping *m = &w->in->maps[i & (MAPPINGS - 1)];
	__u64 from = w->cut.from, to = w->cut.to;

	if (!m->start)
		return 0;
	if (w->cut.kind == CUT_SHMDT) {
		if (m->obj.mech != MECH_SHM || m->start - m->offset != from)
			return 0;
		from = m->start;
		to = m->end;
	}
	if (from >= m->end || to <= m->start)
		return 0;
	if (w->cut.kind != CUT_FAILED || nothing_at(from > m->start ? from : m->start))
		cut_mapping(&w->cut, i, from, to);
	return 0;
}

/* What is left behind a hole. */
VERIFIED_ONCE int map_behind(__u64 mm, __s32 slot, __u64 start, __u64 end)
{
	struct add_walk rest = {.in = maps_of(mm), .start = start, .end = end};

	if (!rest.in)
		return 0;
	rest.m = &rest.in->maps[slot & (MAPPINGS - 1)];
	map_keep(&rest);
	return 0;
}

/*
 * The addresses from..to of the current task changed; kind: enum cut_kind, and from bit 8 prot, or
 * the error.
 */
VERIFIED_ONCE int map_cut(__u64 from, __u64 to, __s16 nr, __u32 trace, __u32 kind)
{
	__u64 mm = mm_of(bpf_get_current_task());
	struct cut_walk w = {.in = maps_of(mm)};

	if (!w.in)
		return 0;
	w.cut.mm = mm;
	w.cut.from = from;
	w.cut.to = to;
	w.cut.kind = kind;
	map_how(&w.cut.how, nr, MAP_CUT, trace);
	if (w.cut.kind == CUT_FAILED)
		w.cut.how.err = kind >> 8;
	else
		w.cut.how.prot = kind >> 8;
	bpf_loop(MAPPINGS, look_at_mapping, &w, 0);
	if (w.cut.kind == CUT_PROTECTED)
		return 0;
	w.cut.recorded = true;
	bpf_loop(MAPPINGS, look_at_mapping, &w, 0);
	if (w.cut.behind)
		map_behind(mm, w.cut.slot, w.cut.behind, w.cut.end);
	return 0;
}

/* By a call that failed with ret < 0. */
static __always_inline void map_lost(__u64 from, __u64 to, __s16 nr, __s64 ret, __u32 trace)
{
	map_cut(from, to, nr, trace, CUT_FAILED | (__u32)-ret << 8);
}

#endif
