/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds where processes have watched words of shared memory mapped, so that the loader can open
 * hardware watchpoints there.
 *
 * A process that maps a word is stopped on its way out of the system call, so that its first access
 * is seen. Children inherit their parents' watchpoints, and where the words are.
 */
#include "fd/call.bpf.h"
#include "core/perf_tp.bpf.h"
#include "mech/read.bpf.h"
#include "watch/find.bpf.h"
#include "watch/hold.bpf.h"

#define MAX_ERRNO 4095

struct watch_word watch_words[WATCH_WORDS] = {};
__u64 watch_n = 0;

/* They are watched by stepping. */
__u64 watch_steps = 0;

/* Whether it was mapped at all. */
__u64 watch_mapped[WATCH_WORDS] = {};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} watch_requests SEC(".maps");

/* The last mapping of each process of a file that has no watched word yet. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} watch_unnamed SEC(".maps");

static struct watch_process no_places;

/* Another word is there already. */
static __always_inline bool is_taken(const struct watch_process *p, __u32 i, __u64 addr)
{
	for (__u32 k = 0; k < WATCH_WORDS; k++)
		if (k != i && p->places[k].live && p->places[k].addr == addr)
			return true;
	return false;
}

/* The word is at addr from now on. Whether it must be armed there. */
VERIFIED_ONCE int place_word(struct watch_process *p, __u32 i, const struct mapped *m, __u64 addr)
{
	struct watch_place *place;
	bool there;

	if (!p || !m)
		return false;
	place = &p->places[i & (WATCH_WORDS - 1)];
	there = place->addr == addr && (place->live || !watch_steps);
	watch_mapped[i & (WATCH_WORDS - 1)] = 1;
	/* Twice in one process, or asked for by two names: only the first is watched. */
	if ((place->live && !there) || is_taken(p, i, addr)) {
		count_lost(LOST_WATCH, 1);
		return false;
	}
	if (place->obj.id != m->obj.id || place->obj.dev != m->obj.dev)
		place->obj = m->obj;
	place->addr = addr;
	place->live = 1;
	/* Watchpoints stay when a mapping goes: they are used again at the same address. A
	 * stepped thread is released then. */
	return !there;
}

/* Asks the loader to arm, and stops the process until then. */
static __always_inline void request(__u32 pid, const __u64 *addr, bool stop)
{
	struct watch_request *r = bpf_ringbuf_reserve(&watch_requests, sizeof(*r), 0);
	__u32 held = WATCH_HELD;

	if (!r) {
		count_lost(LOST_WATCH, 1);
		return;
	}
	r->pid = pid;
	for (int i = 0; i < WATCH_HARDWARE; i++)
		r->addr[i] = addr[i];
	r->stopped = 0;
	if (stop && !bpf_map_update_elem(&watch_held, &pid, &held, 0)) {
		r->stopped = !bpf_send_signal(SIGSTOP);
		if (!r->stopped)
			bpf_map_delete_elem(&watch_held, &pid);
	}
	bpf_ringbuf_submit(r, BPF_RB_FORCE_WAKEUP);
}

/* Process pid has m: where are words in it? Whether there are any. */
VERIFIED_ONCE int map_words(const struct mapped *m, __u32 pid, int stop)
{
	__u64 addr[WATCH_HARDWARE] = {};
	struct watch_process *p;
	bool arm = false;
	int any = 0;

	if (!m)
		return 0;
	for (__u32 i = 0; i < WATCH_WORDS; i++) {
		struct watch_word *w = &watch_words[i];

		if (i >= watch_n)
			break;
		if (!is_word_of(w, m) || w->offset < m->offset ||
		    w->offset + w->len > m->offset + m->len)
			continue;
		any = 1;
		p = bpf_map_lookup_elem(&watch_processes, &pid);
		if (!p) {
			bpf_map_update_elem(&watch_processes, &pid, &no_places, BPF_NOEXIST);
			p = bpf_map_lookup_elem(&watch_processes, &pid);
		}
		if (!p) {
			count_lost(LOST_WATCH, 1);
			continue;
		}
		if (place_word(p, i, m, m->addr + (w->offset - m->offset))) {
			if (i < WATCH_HARDWARE)
				addr[i] = m->addr + (w->offset - m->offset);
			arm = true;
		}
	}
	/* A stepped thread is handled at the end of this call, where it stands still. */
	if (arm)
		request(pid, addr, stop && !is_stepped((__u64)bpf_get_current_task_btf()));
	return any;
}

/* What was at these addresses is gone. */
static __always_inline void unmap_words(__u32 pid, __u64 addr, __u64 len)
{
	struct watch_process *p = bpf_map_lookup_elem(&watch_processes, &pid);

	for (int i = 0; p && i < WATCH_WORDS; i++)
		if (p->places[i].addr - addr < len)
			p->places[i].live = 0;
}

/* The arguments of the system call that a task is in: call_read() would look for its row, too. */
struct args {
	__u64 a[4];
};

static __always_inline void args_read(struct args *c, struct pt_regs *regs)
{
	c->a[0] = PT_REGS_PARM1_SYSCALL(regs);
	c->a[1] = PT_REGS_PARM2_SYSCALL(regs);
	c->a[2] = PT_REGS_PARM3_SYSCALL(regs);
	c->a[3] = PT_REGS_PARM4_SYSCALL(regs);
}

/* shmdt(addr): all of the segment; a word's place says where that began. */
static __always_inline void detached(__u32 pid, __u64 addr)
{
	struct watch_process *p = bpf_map_lookup_elem(&watch_processes, &pid);

	for (int i = 0; p && i < WATCH_WORDS; i++)
		if (p->places[i].addr == addr + watch_words[i].offset)
			p->places[i].live = 0;
}

/* Something shared was mapped at addr: what was there before is gone. */
VERIFIED_ONCE int mapped_at(__u32 pid, __u64 addr)
{
	struct mapped m = {};

	if (!find_mapped(&m, addr))
		return 0;
	unmap_words(pid, m.addr, m.len);
	if (!map_words(&m, pid, 1) && m.obj.mech == MECH_SHMEM)
		bpf_map_update_elem(&watch_unnamed, &pid, &addr, 0);
	return 0;
}

static __always_inline void mmapped(__u32 pid, const struct args *c, __u64 addr)
{
	unmap_words(pid, addr, c->a[1]); /* MAP_FIXED */
	if (c->a[3] & MAP_SHARED_BIT)
		mapped_at(pid, addr);
}

struct move {
	__u64 from, len, to;
	__u32 pid;
};

static long look_at_moved(__u32 i, struct move *m)
{
	struct watch_process *p = bpf_map_lookup_elem(&watch_processes, &m->pid);
	__u64 at;

	if (!p)
		return 1;
	at = p->places[i & (WATCH_WORDS - 1)].addr - m->from;
	if (at < m->len)
		mapped_at(m->pid, m->to + at);
	return 0;
}

/*
 * mremap(old, old_len, new_len, flags): the old place is gone, but if it is mapped twice. Since 6.17
 * one may move several areas, as they lie: mapped_at() knows the words of the first.
 */
static __always_inline void moved(__u32 pid, const struct args *c, __u64 to)
{
	__u64 old = c->a[0], old_len = page_align(c->a[1]), len = page_align(c->a[2]);
	struct move m = {.from = old, .len = old_len < len ? old_len : len, .to = to, .pid = pid};

	if (to == old && len <= old_len) {
		unmap_words(pid, old + len, old_len - len);
		return;
	}
	if (old_len && !(c->a[3] & MREMAP_DONTUNMAP))
		unmap_words(pid, old, old_len);
	if (to != old)
		unmap_words(pid, to, len); /* MREMAP_FIXED */
	mapped_at(pid, to);
	if (to != old)
		bpf_loop(WATCH_WORDS, look_at_moved, &m, 0);
}

/* The name behind /dev/shm/, where shm_open() and sem_open() of every C library have theirs. */
static __always_inline bool read_name(char name[WATCH_NAME], __u64 path)
{
	char dir[SHM_DIR_LEN + 1];

	return bpf_probe_read_user_str(dir, sizeof(dir), (void *)path) == sizeof(dir) &&
	       in_dev_shm(dir) &&
	       bpf_probe_read_user_str(name, WATCH_NAME, (void *)path + SHM_DIR_LEN) > 0;
}

/*
 * link and rename: the file that this process mapped last has a new name. sem_open() makes a
 * semaphore so: it writes and maps it under a temporary name, then links it to its own name.
 */
VERIFIED_ONCE int named(__u32 pid, __u64 from, __u64 to)
{
	__u64 *addr = bpf_map_lookup_elem(&watch_unnamed, &pid);
	struct mapped m = {};
	char name[WATCH_NAME] = {};
	bool same;

	if (!addr || !read_name(name, from) || !find_mapped(&m, *addr))
		return 0;
	same = same_name(m.name, name);
	__builtin_memset(name, 0, sizeof(name));
	if (!read_name(name, to) || (!same && !same_name(m.name, name)))
		return 0;
	__builtin_memcpy(m.name, name, sizeof(name));
	map_words(&m, pid, 1);
	return 0;
}

static __always_inline int call_is_over(long ret)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct pt_regs *regs = user_regs(t);
	long nr = regs_nr(regs);
	__u32 pid = pid_here(t);
	struct args c;

	if (nr != __NR_shmat && nr != __NR_shmdt && nr != __NR_mmap && nr != __NR_munmap &&
	    nr != __NR_mremap && nr != __NR_link && nr != __NR_linkat && nr != __NR_rename &&
	    nr != __NR_renameat && nr != __NR_renameat2)
		return 0;
	if (!traced(t) || in_compat_call(t, nr) || (__u64)ret >= (__u64)-MAX_ERRNO)
		return 0;
	args_read(&c, regs);
	if (nr == __NR_shmat)
		mapped_at(pid, (__u64)ret);
	else if (nr == __NR_mmap)
		mmapped(pid, &c, (__u64)ret);
	else if (nr == __NR_mremap)
		moved(pid, &c, (__u64)ret);
	else if (nr == __NR_shmdt)
		detached(pid, c.a[0]);
	else if (nr == __NR_munmap)
		unmap_words(pid, c.a[0], c.a[1]);
	else if (nr == __NR_link || nr == __NR_rename)
		named(pid, c.a[0], c.a[1]);
	else
		named(pid, c.a[1], c.a[3]);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(watch_sys_exit, struct pt_regs *regs, long ret)
{
	return call_is_over(ret);
}

SEC("?tp/raw_syscalls/sys_exit")
int watch_perf_sys_exit(struct raw_syscalls_event *ctx)
{
	return call_is_over(ctx->ret);
}

static __always_inline int fork_over(struct task_struct *parent, struct task_struct *child)
{
	__u32 from = pid_here(parent), to = pid_here(child);
	struct watch_process *p;

	if (from == to)
		return 0;
	p = bpf_map_lookup_elem(&watch_processes, &from);
	if (p && bpf_map_update_elem(&watch_processes, &to, p, 0))
		count_lost(LOST_WATCH, 1);
	return 0;
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(watch_fork, struct task_struct *parent, struct task_struct *child)
{
	return fork_over(parent, child);
}

SEC("?tp/sched/sched_process_fork")
int watch_perf_fork(struct trace_event_raw_sched_process_fork *ctx)
{
	return fork_by_perf(ctx, fork_over);
}

static __always_inline int exec_over(void)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u32 pid = pid_here(t);

	bpf_map_delete_elem(&watch_processes, &pid);
	return 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(watch_exec)
{
	return exec_over();
}

SEC("?tp/sched/sched_process_exec")
int watch_perf_exec(void *ctx)
{
	return exec_over();
}

static __always_inline int exit_begins(void)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u32 pid = pid_here(t);

	if (BPF_CORE_READ(t, signal, live.counter) == 0) {
		bpf_map_delete_elem(&watch_processes, &pid);
		bpf_map_delete_elem(&watch_held, &pid);
	}
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(watch_exit)
{
	return exit_begins();
}

SEC("?tp/sched/sched_process_exit")
int watch_perf_exit(void *ctx)
{
	return exit_begins();
}

/* What those who are followed have mapped already. */
SEC("?iter/task_vma")
int watch_adopt(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct task_struct *t = ctx->task;
	struct mapped m = {};

	if (!t || !vma || t->pid != t->tgid || !traced(t))
		return 0;
	read_mapped(&m, vma);
	if (name_mapped(&m))
		map_words(&m, pid_here(t), 0);
	return 0;
}
