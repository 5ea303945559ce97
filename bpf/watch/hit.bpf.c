/* SPDX-License-Identifier: GPL-2.0 */
/* Records each load and store of a watched word that a hardware watchpoint reports. */
#include "core/pids.bpf.h"
#include "mech/shm.bpf.h"
#include "watch/watch.bpf.h"

/* Hits that the programs saw: of stores, of either. What the events counted beyond is lost. */
__u64 watch_seen[2] = {};

/* The last store of each word, as the event of stores told it. */
struct watch_store {
	__u64 task, ip, sp;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WATCH_HARDWARE);
	__type(key, __u32);
	__type(value, struct watch_store);
} watch_stores SEC(".maps");

/* Reading the word is one more trap for each byte. Here it is not needed. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct watch_move);
	__type(value, __u8);
} watch_moves SEC(".maps");

/* Which of its words a process has at addr; WATCH_HARDWARE: none, so that the hit is not ours. */
static __always_inline __u32 word_at(const struct watch_process *p, __u64 addr)
{
	for (__u32 i = 0; i < WATCH_HARDWARE; i++)
		if (p->places[i].live && p->places[i].addr == addr)
			return i;
	return WATCH_HARDWARE;
}

static __always_inline bool read_word(__u64 *v, __u64 addr, __u8 len)
{
	switch (len) {
	case 1:
		return !bpf_probe_read_user(v, 1, (void *)addr);
	case 2:
		return !bpf_probe_read_user(v, 2, (void *)addr);
	case 4:
		return !bpf_probe_read_user(v, 4, (void *)addr);
	}
	return !bpf_probe_read_user(v, 8, (void *)addr);
}

/* The only attach of the segment is in this address space, and that has one thread. */
static __always_inline bool is_alone(const struct ipc_object *obj)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u64 ns = ipc_ns_of((__u64)t);
	struct ipc_state st = {};

	/* The kernel does not count who has other memory mapped. */
	return obj->mech == MECH_SHM && BPF_CORE_READ(t, mm, mm_users.counter) == 1 && ns &&
	       BPF_CORE_READ((struct ipc_namespace *)ns, ns.inum) == obj->dev &&
	       shm_state(ns, obj->id, &st) && st.v[SHM_NATTCH] == 1;
}

static __always_inline void take_value(struct ev_access *a)
{
	struct watch_move move = {.ip = a->ip, .pid = a->e.pid};

	if (bpf_map_lookup_elem(&watch_moves, &move))
		return;
	if (read_word(&a->after, a->addr, a->len))
		a->from = is_alone(&a->obj) ? FROM_ALONE : FROM_MEMORY;
}

static __always_inline void take_code(struct watch_hit *h, struct bpf_perf_event_data *ctx)
{
	h->access.nr = -1;
	h->access.ip = trap_ip(ctx);
	regs_copy(h, ctx);
	h->has_code =
	    !bpf_probe_read_user(h->code, WATCH_CODE, (void *)(h->access.ip - WATCH_CODE));
}

/* A hit at ctx->addr, told as an access of this kind. */
static __always_inline void tell(struct bpf_perf_event_data *ctx, struct watch_process *p, __u32 i,
				 enum access_kind kind)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct watch_hit *h = record(pid_here(t), tid_here(t), EV_ACCESS, struct watch_hit);

	if (!h)
		return;
	h->access.obj = p->places[i].obj;
	h->access.addr = ctx->addr;
	h->access.offset = watch_words[i].offset;
	h->access.len = watch_words[i].len;
	h->access.word = i;
	h->access.kind = kind;
	take_code(h, ctx);
	take_value(&h->access);
	submit(h);
}

static __always_inline struct watch_process *current_process(void)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u32 pid = pid_here(t);

	return bpf_map_lookup_elem(&watch_processes, &pid);
}

/* The event of stores. It leads its group, so the kernel calls it first for a store. */
SEC("?perf_event")
int watch_store(struct bpf_perf_event_data *ctx)
{
	struct watch_process *p = current_process();
	struct watch_store *store;
	__u32 i;

	__sync_fetch_and_add(&watch_seen[0], 1);
	i = p ? word_at(p, ctx->addr) : WATCH_HARDWARE;
	if (!p || i >= WATCH_HARDWARE)
		return 0;
	tell(ctx, p, i, ACCESS_STORE);
	store = bpf_map_lookup_elem(&watch_stores, &i);
	if (store) {
		store->task = bpf_get_current_pid_tgid();
		store->ip = trap_ip(ctx);
		store->sp = trap_sp(ctx);
	}
	return 0;
}

/* Whether the trap that goes on was told by watch_store(). Emulators call only one of them. */
static __always_inline bool is_store(struct bpf_perf_event_data *ctx, __u32 i)
{
	struct watch_store *store = bpf_map_lookup_elem(&watch_stores, &i);
	bool same = store && store->task == bpf_get_current_pid_tgid() &&
		    store->ip == trap_ip(ctx) && store->sp == trap_sp(ctx);

	if (store)
		store->task = 0;
	return same;
}

/* The event of both loads and stores. Where it is the word's only one, it does not tell which it was. */
SEC("?perf_event")
int watch_any(struct bpf_perf_event_data *ctx)
{
	struct watch_process *p = current_process();
	__u32 i;

	__sync_fetch_and_add(&watch_seen[1], 1);
	i = p ? word_at(p, ctx->addr) : WATCH_HARDWARE;
	if (!p || i >= WATCH_HARDWARE)
		return 0;
	if (watch_n > WATCH_EXACT)
		tell(ctx, p, i, ACCESS_UNKNOWN);
	else if (!is_store(ctx, i))
		tell(ctx, p, i, ACCESS_LOAD);
	return 0;
}
