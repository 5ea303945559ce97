/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings that come and go: keeps the table of vma.bpf.h, and writes a record of each change.
 *
 * What a call did to the address space is known from its arguments and result; the object's state
 * is read after it, so it has the kernel's own count of mappings.
 */
#ifndef IPCTRACE_MAP_BPF_H
#define IPCTRACE_MAP_BPF_H

#include "filter.bpf.h"
#include "state.bpf.h"

#define VM_READ	  1 /* include/linux/mm.h; PROT_* are the same */
#define VM_WRITE  2
#define VM_EXEC	  4
#define VM_SHARED 8

/* The segments that the followed tasks use: who sees one of them gone first says so. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct object_key);
	__type(value, __u8);
} segments SEC(".maps") __weak;

/* Copied from, never written: the table of an address space that has nothing mapped yet. */
static struct address_space_maps no_maps;

struct map_how {
	__u32 pid;
	__u32 tid;
	__u32 trace; /* enum trace_state */
	__s32 fd;
	__s16 nr;
	__u8 change; /* enum map_change */
	__u8 pad;
};

static __always_inline struct map_how map_how(__s16 nr, __u8 change, __u32 trace)
{
	struct task_struct *t = bpf_get_current_task_btf();

	return (struct map_how){
	    .pid = t->tgid, .tid = t->pid, .trace = trace, .fd = -1, .nr = nr, .change = change};
}

static __always_inline void segment_seen(const struct ipc_object *obj)
{
	struct object_key key = object_key(obj);
	__u8 one = 1;

	bpf_map_update_elem(&segments, &key, &one, 0);
}

/* One record about a segment as such, by the current task. */
static __always_inline void emit_segment(const struct ipc_object *obj, const struct ipc_state *st,
					 __s16 nr, __u8 change)
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
	submit(e);
}

/*
 * Something that kept the segment alive is gone by the current task's doing: if the segment is
 * too, this was the last. Of two that let go at once only one finds the note of it.
 */
VERIFIED_ONCE int segment_settle(const struct ipc_object *obj, __u64 ns, __s16 nr, __u32 trace)
{
	struct ipc_state st = {};
	struct object_key key;

	if (!obj || obj->mech != MECH_SHM || shm_state(ns, obj->id, &st))
		return 0;
	key = object_key(obj);
	if (!bpf_map_delete_elem(&segments, &key) && object_wanted(trace, obj))
		emit_segment(obj, NULL, nr, OBJ_DESTROYED);
	return 1;
}

VERIFIED_ONCE int emit_map(const struct mapping *m, const struct map_how *how)
{
	struct ev_map *e;

	if (!m || !how || !object_wanted(how->trace, &m->obj))
		return 0;
	e = record(how->pid, how->tid, EV_MAP, sizeof(*e));
	if (!e)
		return 0;
	e->obj = m->obj;
	object_state(&m->obj, (void *)m->at, &e->state);
	e->addr = m->start;
	e->len = m->end - m->start;
	e->offset = m->offset;
	e->prot = m->prot;
	e->fd = how->fd;
	e->nr = how->nr;
	e->change = how->change;
	submit(e);
	return 0;
}

struct add_walk {
	struct address_space_maps *in;
	struct mapping m;
	bool done;
};

/* Who sees the slot before its end is set finds no address in it. */
static long add_mapping(__u32 i, struct add_walk *w)
{
	struct mapping *slot = &w->in->maps[i & (MAPPINGS - 1)];

	if (slot->start || __sync_val_compare_and_swap(&slot->start, 0, w->m.start))
		return 0;
	slot->offset = w->m.offset;
	slot->obj = w->m.obj;
	slot->at = w->m.at;
	slot->inode = w->m.inode;
	slot->since = w->m.since;
	slot->prot = w->m.prot;
	slot->end = w->m.end;
	w->done = true;
	return 1;
}

static __always_inline void map_keep(struct address_space_maps *in, const struct mapping *m)
{
	struct add_walk w = {.in = in, .m = *m};

	bpf_loop(MAPPINGS, add_mapping, &w, 0);
	if (!w.done)
		count_lost(LOST_WALK, 1);
}

/* A mapping of the current task, or of a task in an iterator: noted and recorded. */
VERIFIED_ONCE int map_add(__u64 mm, struct mapping *m, const struct map_how *how)
{
	struct address_space_maps *in;

	if (!m || !how || m->start >= m->end)
		return 0;
	in = maps_of(mm);
	if (!in) {
		bpf_map_update_elem(&mapped, &mm, &no_maps, BPF_NOEXIST);
		in = maps_of(mm);
		if (!in) {
			count_lost(LOST_STORAGE, 1);
			return 0;
		}
		in->pid = how->pid;
		in->tid = how->tid;
		in->trace = how->trace;
	}
	m->since = bpf_ktime_get_ns();
	map_keep(in, m);
	if (m->obj.mech == MECH_SHM)
		segment_seen(&m->obj);
	return emit_map(m, how);
}

struct cut_walk {
	struct address_space_maps *in;
	__u64 from, to;
	struct map_how how;
	struct mapping gone;
	struct mapping rest; /* behind a hole */
	bool shmdt;	     /* from: where its segment begins */
};

static long cut_mapping(__u32 i, struct cut_walk *w)
{
	struct mapping *m = &w->in->maps[i & (MAPPINGS - 1)];
	__u64 start = m->start, end = m->end, from = w->from, to = w->to;

	if (!start)
		return 0;
	if (w->shmdt) {
		if (m->obj.mech != MECH_SHM || start - m->offset != from)
			return 0;
		from = start;
		to = end;
	}
	if (from >= end || to <= start)
		return 0;
	from = from > start ? from : start;
	to = to < end ? to : end;
	w->gone = *m;
	w->gone.start = from;
	w->gone.end = to;
	w->gone.offset += from - start;
	w->how.change = MAP_CUT;
	if (from > start && to < end) {
		w->rest = *m;
		w->rest.start = to;
		w->rest.offset += to - start;
	}
	if (from > start) {
		m->end = from;
	} else if (to < end) {
		m->offset += to - start;
		m->start = to;
	} else {
		w->how.change = MAP_DETACHED;
		m->end = 0;
		m->start = 0;
	}
	emit_map(&w->gone, &w->how);
	segment_settle(&w->gone.obj, w->gone.at, w->how.nr, w->how.trace);
	return 0;
}

/* The addresses from..to of the current task are something else now; shmdt: see cut_walk. */
VERIFIED_ONCE int map_cut(__u64 from, __u64 to, __s16 nr, __u32 trace, bool shmdt)
{
	struct cut_walk w = {.in = maps_of(mm_of(bpf_get_current_task())), .from = from, .to = to};

	if (!w.in)
		return 0;
	w.how = map_how(nr, MAP_CUT, trace);
	w.shmdt = shmdt;
	bpf_loop(MAPPINGS, cut_mapping, &w, 0);
	if (w.rest.start)
		map_keep(w.in, &w.rest);
	return 0;
}

#endif
