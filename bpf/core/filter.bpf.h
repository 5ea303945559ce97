/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the filter whether a task is followed, and whether an object's records are wanted. */
#ifndef IPCTRACE_CORE_FILTER_BPF_H
#define IPCTRACE_CORE_FILTER_BPF_H

#include "core/common.bpf.h"

#define CGROUP_DEPTH 16

/* The objects that a followed task holds: its partners' operations on them are recorded, too. */
struct object_key {
	__u64 id;
	__u64 dev;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct object_key);
	__type(value, __u8);
} shared_objects SEC(".maps") __weak;

/*
 * The objects that the filter does not have the number of, but that it was seen to mean: by a name that they have, or
 * had when they were opened, or by their peer.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct object_key);
	__type(value, __u8);
} meant_objects SEC(".maps") __weak;

static __always_inline struct object_key object_key(const struct ipc_object *obj)
{
	return (struct object_key){.id = obj->id, .dev = obj->dev};
}

static __always_inline bool same_comm(const char *comm)
{
	__u64 is[2] = {};

	bpf_probe_read_kernel(is, sizeof(is), comm);
	return is[0] == *(const volatile __u64 *)&filter.comm[0] &&
	       is[1] == *(const volatile __u64 *)&filter.comm[8];
}

static __always_inline bool in_cgroup(struct task_struct *t)
{
	struct cgroup *cg = BPF_CORE_READ(t, cgroups, dfl_cgrp);

	for (int i = 0; i < CGROUP_DEPTH && cg; i++) {
		if (BPF_CORE_READ(cg, kn, id) == filter.cgroup)
			return true;
		cg = (struct cgroup *)BPF_CORE_READ(cg, self.parent);
	}
	return false;
}

/* Whether t, by its comm, user and cgroup as they are now, is to be recorded. */
VERIFIED_ONCE int task_wanted(__u64 task)
{
	struct task_struct *t = (void *)task;

	if (filter.flags & FILTER_COMM && !same_comm(t->comm))
		return 0;
	if (filter.flags & FILTER_USER && BPF_CORE_READ(t, cred, euid.val) != filter.uid)
		return 0;
	if (filter.flags & FILTER_CGROUP && !in_cgroup(t))
		return 0;
	return 1;
}

/* The state of a task that is followed. */
static __always_inline __u32 trace_state_of(__u64 task)
{
	if (!(filter.flags & FILTER_TASKS))
		return TRACE_ON;
	return task_wanted(task) ? TRACE_ON : TRACE_MUTED;
}

VERIFIED_ONCE int among_objects(const struct ipc_object *obj)
{
	if (!obj)
		return 0;
	for (int i = 0; i < FILTER_OBJECTS; i++)
		if (i < filter.n_objects && filter.objects[i].id == obj->id &&
		    filter.objects[i].mech == obj->mech &&
		    (!filter.objects[i].dev || filter.objects[i].dev == obj->dev))
			return 1;
	return 0;
}

static __always_inline bool is_meant(const struct ipc_object *obj)
{
	struct object_key key = object_key(obj);

	return bpf_map_lookup_elem(&meant_objects, &key) != NULL;
}

/*
 * Something was seen of obj by which the filter means it; or does not mean it: if its number is meant, it was another
 * object's.
 */
static __always_inline void object_mean(const struct ipc_object *obj, bool meant)
{
	struct object_key key = object_key(obj);
	__u8 one = 1;

	if (!meant)
		bpf_map_delete_elem(&meant_objects, &key);
	else if (bpf_map_update_elem(&meant_objects, &key, &one, 0))
		count_lost(LOST_STORAGE, 1);
}

/* Whether len bytes, in the kernel, or (user) in the memory of the current task, are this name. */
static __always_inline bool is_name(const volatile struct filter_name *name, const char *from,
				    __u32 len, bool user)
{
	if (len != name->len)
		return false;
	for (__u32 i = 0; i < FILTER_NAME && i < name->len; i++) {
		char c = 0;

		if (user)
			bpf_probe_read_user(&c, 1, from + i);
		else
			bpf_probe_read_kernel(&c, 1, from + i);
		if (c != name->text[i])
			return false;
	}
	return true;
}

/* Whether the filter means the object of mech that has this name: see is_name(). */
VERIFIED_ONCE int filter_names(__u32 mech, __u64 from, __u32 len, __u32 user)
{
	for (int i = 0; i < FILTER_OBJECTS; i++)
		if (i < filter.n_objects && filter.objects[i].id == FILTER_NO_ID &&
		    filter.objects[i].mech == mech &&
		    is_name(&filter.names[i], (void *)from, len, user))
			return 1;
	return 0;
}

/* Whether the filter means sockets of this port. */
VERIFIED_ONCE int filter_ports(__u32 port)
{
	for (int i = 0; i < FILTER_OBJECTS; i++)
		if (i < filter.n_objects && filter.objects[i].mech == MECH_SOCK &&
		    filter.objects[i].id == (FILTER_PORT | port))
			return 1;
	return 0;
}

/* obj is one of those that the followed tasks hold. */
static __always_inline void object_share(const struct ipc_object *obj)
{
	struct object_key key = object_key(obj);
	__u8 one = 1;

	if (bpf_map_update_elem(&shared_objects, &key, &one, 0))
		count_lost(LOST_STORAGE, 1);
}

/* Whether the time that a signal has a task stopped is to be recorded. */
static __always_inline bool stop_wanted(void)
{
	return !filter.n_objects && (!filter.mechs || filter.mechs & MECHS_SIGNALS);
}

/* Whether what a task in this state (enum trace_state) does with obj is to be recorded. */
static __always_inline bool object_wanted(__u32 state, const struct ipc_object *obj)
{
	if (filter.mechs && !(filter.mechs & 1U << (obj->mech & 31)))
		return false;
	if (filter.n_objects && !among_objects(obj) && !is_meant(obj))
		return false;
	if (filter.flags & FILTER_PARTNERS && state == TRACE_PARTNER) {
		struct object_key key = object_key(obj);

		return bpf_map_lookup_elem(&shared_objects, &key);
	}
	return true;
}

#endif
