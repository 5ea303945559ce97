/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watched words of shared memory: in which process they are mapped where, for the loader to open
 * hardware watchpoints there.
 *
 * A process that maps a word is stopped on its way out of the system call, so that its first access
 * is seen. Children inherit their parents' watchpoints, and where the words are.
 */
#include <asm/unistd_64.h>

#include "read.bpf.h"
#include "call.bpf.h"
#include "ipcid.bpf.h"
#include "watch.bpf.h"
#include "watch_hold.bpf.h"

#define MAX_ERRNO 4095
#define SIGSTOP	  19

struct watch_word watch_words[WATCH_WORDS] = {};
__u64 watch_n = 0;
__u32 watch_memory_dev = 0; /* of the file system that memfds and SysV segments are in */

/* Whether it was mapped at all. */
__u64 watch_mapped[WATCH_WORDS] = {};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} watch_requests SEC(".maps");

static struct watch_process no_places;

/* A mapping of an object: len bytes at addr, from offset on. */
struct mapped {
	__u64 addr, len, offset;
	struct ipc_object obj;
	__u32 key; /* SHM */
	char name[WATCH_NAME];
};

static __always_inline bool is_word_of(const struct watch_word *w, const struct mapped *m)
{
	if (w->mech != m->obj.mech)
		return false;
	if (w->mech == MECH_SHM)
		return w->by_id ? w->id == (__u32)m->obj.id : w->id == m->key;
	if (w->dev != m->obj.dev)
		return false;
	for (int i = 0; i < WATCH_NAME / 8; i++)
		if (((const __u64 *)w->name)[i] != ((const __u64 *)m->name)[i])
			return false;
	return true;
}

/* The word is at addr from now on. Whether it must be armed there. */
static __always_inline bool place_word(struct watch_process *p, __u32 i, const struct mapped *m,
				       __u64 addr)
{
	struct watch_place *place = &p->places[i & (WATCH_WORDS - 1)];
	bool there = place->addr == addr;

	watch_mapped[i & (WATCH_WORDS - 1)] = 1;
	if (place->live && !there) {
		/* Twice in one process: only the first is watched. */
		count_lost(LOST_WATCH, 1);
		return false;
	}
	if (place->obj.id != m->obj.id || place->obj.dev != m->obj.dev)
		place->obj = m->obj;
	place->addr = addr;
	place->live = 1;
	/* Watchpoints stay when a mapping goes: at the same address they serve again. */
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
	for (int i = 0; i < WATCH_WORDS; i++)
		r->addr[i] = addr[i];
	r->stopped = 0;
	if (stop && !bpf_map_update_elem(&watch_held, &pid, &held, 0)) {
		r->stopped = !bpf_send_signal(SIGSTOP);
		if (!r->stopped)
			bpf_map_delete_elem(&watch_held, &pid);
	}
	bpf_ringbuf_submit(r, BPF_RB_FORCE_WAKEUP);
}

/* Process pid has m: where are words in it? */
VERIFIED_ONCE int map_words(const struct mapped *m, __u32 pid, int stop)
{
	__u64 addr[WATCH_WORDS] = {};
	struct watch_process *p;
	bool arm = false;

	if (!m)
		return 0;
	for (__u32 i = 0; i < WATCH_WORDS; i++) {
		struct watch_word *w = &watch_words[i];

		if (i >= watch_n || !is_word_of(w, m) || w->offset < m->offset ||
		    w->offset + w->len > m->offset + m->len)
			continue;
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
			addr[i] = m->addr + (w->offset - m->offset);
			arm = true;
		}
	}
	if (arm)
		request(pid, addr, stop);
	return 0;
}

/* What was at these addresses is gone. */
static __always_inline void unmap_words(__u32 pid, __u64 addr, __u64 len)
{
	struct watch_process *p = bpf_map_lookup_elem(&watch_processes, &pid);

	for (int i = 0; p && i < WATCH_WORDS; i++)
		if (p->places[i].addr - addr < len)
			p->places[i].live = 0;
}

/* Of the system call that a task is in; call_read() has no sixth. */
struct args {
	__u64 a[6];
};

static __always_inline void args_read(struct args *c, struct pt_regs *regs)
{
	c->a[0] = PT_REGS_PARM1_SYSCALL(regs);
	c->a[1] = PT_REGS_PARM2_SYSCALL(regs);
	c->a[2] = PT_REGS_PARM3_SYSCALL(regs);
	c->a[3] = PT_REGS_PARM4_SYSCALL(regs);
	c->a[4] = PT_REGS_PARM5_SYSCALL(regs);
	c->a[5] = regs->r9;
}

/* shmat(id): all of the segment, at addr. */
static __always_inline void attached(__u32 pid, __s32 id, __u64 addr)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	__u64 perm = ns ? ipc_find(ns, IPC_TABLE_SHM, id) : 0;
	struct mapped m = {.addr = addr};

	if (!perm)
		return;
	ipc_name(&m.obj, ns, id, MECH_SHM);
	m.key = BPF_CORE_READ((struct kern_ipc_perm *)perm, key);
	/* shmid_kernel begins with its kern_ipc_perm. */
	m.len = BPF_CORE_READ((struct shmid_kernel *)perm, shm_segsz);
	map_words(&m, pid, 1);
}

/* shmdt(addr): all of the segment; a word's place says where that began. */
static __always_inline void detached(__u32 pid, __u64 addr)
{
	struct watch_process *p = bpf_map_lookup_elem(&watch_processes, &pid);

	for (int i = 0; p && i < WATCH_WORDS; i++)
		if (p->places[i].addr == addr + watch_words[i].offset)
			p->places[i].live = 0;
}

static __always_inline void name_file(struct mapped *m, struct file *f)
{
	struct inode *inode = BPF_CORE_READ(f, f_inode);
	const unsigned char *name = BPF_CORE_READ(f, f_path.dentry, d_name.name);

	m->obj.id = BPF_CORE_READ(inode, i_ino);
	m->obj.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	m->obj.mech = MECH_SHMEM;
	bpf_probe_read_kernel_str(m->name, sizeof(m->name), name);
}

/* mmap: what was there is gone, what is there may be a file in memory. */
static __always_inline void mmapped(__u32 pid, const struct args *c, __u64 addr)
{
	struct mapped m = {.addr = addr, .len = c->a[1], .offset = c->a[5]};
	struct file *f = current_file((__s32)c->a[4]);

	unmap_words(pid, addr, c->a[1]);
	/* MAP_SHARED 1, MAP_SHARED_VALIDATE 3, MAP_ANONYMOUS 0x20 */
	if (!(c->a[3] & 1) || c->a[3] & 0x20 || !f)
		return;
	name_file(&m, f);
	map_words(&m, pid, 1);
}

/* mremap: words that were at the old place are at the new one. */
static __always_inline void moved(__u32 pid, const struct args *c, __u64 to)
{
	struct watch_process *p = bpf_map_lookup_elem(&watch_processes, &pid);
	__u64 addr[WATCH_WORDS] = {};
	bool arm = false;

	if (!p || to == c->a[0])
		return;
	for (int i = 0; i < WATCH_WORDS; i++) {
		struct watch_place *place = &p->places[i];

		if (!place->live || place->addr - c->a[0] >= c->a[1])
			continue;
		place->addr += to - c->a[0];
		addr[i] = place->addr;
		arm = true;
	}
	if (arm)
		request(pid, addr, true);
}

static __always_inline int call_is_over(long ret)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct pt_regs *regs = user_regs(t);
	long nr = regs_nr(regs);
	__u32 pid = pid_here(t);
	struct args c;

	if (nr != __NR_shmat && nr != __NR_shmdt && nr != __NR_mmap && nr != __NR_munmap &&
	    nr != __NR_mremap)
		return 0;
	if (!traced(t) || in_compat_call(t) || (__u64)ret >= (__u64)-MAX_ERRNO)
		return 0;
	args_read(&c, regs);
	if (nr == __NR_shmat)
		attached(pid, (__s32)c.a[0], (__u64)ret);
	else if (nr == __NR_mmap)
		mmapped(pid, &c, (__u64)ret);
	else if (nr == __NR_mremap)
		moved(pid, &c, (__u64)ret);
	else if (nr == __NR_shmdt)
		detached(pid, c.a[0]);
	else
		unmap_words(pid, c.a[0], c.a[1]);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(watch_sys_exit, struct pt_regs *regs, long ret)
{
	return call_is_over(ret);
}

/* As in syscall.bpf.c: the same where a tp_btf program may be skipped. */
SEC("?tp/raw_syscalls/sys_exit")
int watch_perf_sys_exit(struct raw_syscalls_event *ctx)
{
	return call_is_over(ctx->ret);
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(watch_fork, struct task_struct *parent, struct task_struct *child)
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

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(watch_exec, struct task_struct *t)
{
	__u32 pid = pid_here(t);

	bpf_map_delete_elem(&watch_processes, &pid);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(watch_exit, struct task_struct *t)
{
	__u32 pid = pid_here(t);

	if (BPF_CORE_READ(t, signal, live.counter) == 0) {
		bpf_map_delete_elem(&watch_processes, &pid);
		bpf_map_delete_elem(&watch_held, &pid);
	}
	return 0;
}

/* A SysV segment is a file of the kernel's own, "SYSV" and its key, behind another one that is
 * mapped, and that knows its id (ipc/shm.c). */
static __always_inline void name_mapped(struct mapped *m, struct file *f)
{
	struct shm_file_data *shm;
	__u64 perm;

	name_file(m, f);
	if (m->obj.dev != watch_memory_dev || *(__u32 *)m->name != 0x56535953 /* SYSV */)
		return;
	shm = BPF_CORE_READ(f, private_data);
	ipc_name(&m->obj, (__u64)BPF_CORE_READ(shm, ns), BPF_CORE_READ(shm, id), MECH_SHM);
	perm = ipc_find((__u64)BPF_CORE_READ(shm, ns), IPC_TABLE_SHM, BPF_CORE_READ(shm, id));
	m->key = perm ? BPF_CORE_READ((struct kern_ipc_perm *)perm, key) : 0;
}

/* What those who are followed have mapped already. */
SEC("?iter/task_vma")
int watch_adopt(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct task_struct *t = ctx->task;
	struct mapped m = {};
	struct file *f;

	if (!t || !vma || t->pid != t->tgid || !traced(t))
		return 0;
	f = BPF_CORE_READ(vma, vm_file);
	if (!f)
		return 0;
	m.addr = BPF_CORE_READ(vma, vm_start);
	m.len = BPF_CORE_READ(vma, vm_end) - m.addr;
	m.offset = BPF_CORE_READ(vma, vm_pgoff) << 12;
	name_mapped(&m, f);
	map_words(&m, pid_here(t), 0);
	return 0;
}
