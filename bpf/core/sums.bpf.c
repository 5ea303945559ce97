// SPDX-License-Identifier: GPL-2.0
/*
 * Sums in place of records: one row for many operations, or waits, that are alike. If there is no
 * room for a row, the record is written.
 *
 * User space replaces the maps that are being filled by empty ones. It reads the full ones when no
 * program can use them any more.
 */
#include "core/sums.bpf.h"

#define OP_ROWS	    8192
#define WAIT_ROWS   16384
#define MAX_RETRIES 32

/*
 * If the filter asks for no sums, these maps are not made. Then the functions must be dead code,
 * because before 6.8 the verifier checks global functions that nothing calls.
 */
struct op_sums {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OP_ROWS);
	__type(key, struct sum_op_key);
	__type(value, struct sum_op);
};

struct wait_sums {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WAIT_ROWS);
	__type(key, struct sum_wait_key);
	__type(value, struct sum_wait);
};

struct op_sums op_sums_a SEC(".maps"), op_sums_b SEC(".maps");
struct wait_sums wait_sums_a SEC(".maps"), wait_sums_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct op_sums);
} op_sums SEC(".maps") = {.values = {&op_sums_a}};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct wait_sums);
} wait_sums SEC(".maps") = {.values = {&wait_sums_a}};

static const struct sum_op no_ops;
static const struct sum_wait no_waits;

static __always_inline void add(__u64 *to, __u64 n)
{
	__sync_fetch_and_add(to, n);
}

static __always_inline struct sum_op *op_row(const struct sum_op_key *key)
{
	__u32 zero = 0;
	void *map = bpf_map_lookup_elem(&op_sums, &zero);
	struct sum_op *s;

	if (!map)
		return NULL;
	s = bpf_map_lookup_elem(map, key);
	if (s)
		return s;
	bpf_map_update_elem(map, key, &no_ops, BPF_NOEXIST);
	s = bpf_map_lookup_elem(map, key);
	if (s)
		bpf_get_current_comm(s->comm, sizeof(s->comm));
	return s;
}

int sum_op(const struct ipc_object *obj, __u32 class, __s64 ret)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u64 bytes = ret > 0 ? ret : 0;
	struct sum_op_key key = {};
	struct sum_op *s;

	if (!obj || !filter.sums)
		return 0;
	if (!obj->mech || sums_over)
		return 1;
	key.obj = *obj;
	key.pid = pid_here(t);
	s = op_row(&key);
	if (!s)
		return 0;
	add(&s->ops, 1);
	s->last = bpf_ktime_get_ns();
	switch (class) {
	case OPC_READ:
	case OPC_RECEIVE:
		add(&s->reads, 1);
		add(&s->read_bytes, bytes);
		break;
	case OPC_WRITE:
	case OPC_SEND:
		add(&s->writes, 1);
		add(&s->write_bytes, bytes);
		break;
	case OPC_SPLICE:
	case OPC_VMSPLICE:
		add(&s->splices, 1);
		add(&s->splice_bytes, bytes);
		break;
	}
	return 1;
}

static __always_inline struct sum_wait *wait_row(const struct sum_wait_key *key,
						 const struct wait_flight *w, __u64 task)
{
	__u32 zero = 0;
	void *map = bpf_map_lookup_elem(&wait_sums, &zero);
	struct sum_wait *s;

	if (!map)
		return NULL;
	s = bpf_map_lookup_elem(map, key);
	if (s)
		return s;
	bpf_map_update_elem(map, key, &no_waits, BPF_NOEXIST);
	s = bpf_map_lookup_elem(map, key);
	if (!s)
		return NULL;
	bpf_probe_read_kernel_str(s->comm, sizeof(s->comm), ((struct task_struct *)task)->comm);
	__builtin_memcpy(s->by_comm, w->waker.comm, sizeof(s->by_comm));
	return s;
}

static __always_inline void wait_add(struct sum_wait *s, __u64 ns, __u32 octave, __u64 now)
{
	__u64 max = s->max;

	__sync_fetch_and_add(&s->steps[sum_step(ns, octave) & (SUM_STEPS - 1)], 1);
	add(&s->sum, ns);
	s->last = now;
	for (int i = 0; i < MAX_RETRIES && ns > max; i++) {
		__u64 was = __sync_val_compare_and_swap(&s->max, max, ns);

		if (was == max)
			break;
		max = was;
	}
}

/* As user/stat/tally.c has it: under an interrupt a task merely ran. */
static __always_inline bool woken_by_task(const struct wait_flight *w)
{
	return w->waker.ctx == WAKE_TASK || w->waker.ctx == WAKE_SIGNAL ||
	       w->waker.ctx == WAKE_EXIT;
}

int sum_wait(const struct wait_flight *w, __u64 task, __u32 pid)
{
	__u64 now = bpf_ktime_get_ns(), end, slept, delay;
	struct sum_wait_key key = {.pid = pid, .nr = -1};
	struct sum_wait *asleep, *delayed;
	__u32 octave;

	if (!w || !filter.sums)
		return 0;
	end = w->woken ? w->woken : now;
	slept = end > w->slept ? end - w->slept : 0;
	delay = now - end;
	octave = sum_octave(slept);
	key.obj = w->obj;
	if (!w->obj.mech)
		key.nr = w->flags & EVF_COMPAT ? -1 : w->nr;
	key.reason = w->reason;
	key.earlier = !!(w->flags & EVF_BEFORE);
	if (w->woken) {
		key.ctx = w->waker.ctx;
		key.by = woken_by_task(w) ? w->waker.pid : 0;
	}
	key.octave = octave;
	asleep = wait_row(&key, w, task);
	if (!asleep)
		return 0;
	if (w->woken && !(w->flags & EVF_LATE)) {
		key.what = SUM_DELAY;
		key.octave = sum_octave(delay);
		delayed = wait_row(&key, w, task);
		if (!delayed)
			return 0;
		wait_add(delayed, delay, key.octave, now);
	}
	wait_add(asleep, slept, octave, now);
	return 1;
}
