/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds what runs already when tracing begins: which tasks are followed, what they hold and what
 * they sleep on. User space runs these passes, one after the other, when the other hooks are
 * attached.
 */
#include "mech/map.bpf.h"
#include "wait/opening.bpf.h"
#include "fd/poll_table.bpf.h"
#include "mech/refs.bpf.h"
#include "wait/sleep.bpf.h"
#include "watch/hold.bpf.h"
#include "wait/watches_told.bpf.h"

/* The processes that are asked for by number; without FILTER_ALL only these. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u8);
} adopted SEC(".maps");

/* Found by the passes: tasks that are followed now. */
__u64 adopted_tasks = 0;

/* One task at a time; too large for the stack. */
static struct wait_flight found_wait;

/* at: before the records of what it holds, so that they have its name. */
static __always_inline void emit_task(struct task_struct *t, bool partner, __u64 at)
{
	struct ev_life *e = new_record(t, EV_TASK, struct ev_life);

	if (!e)
		return;
	e->e.ts = at;
	e->last = partner;
	life_inner(e, address(t));
	bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), t->comm);
	submit(e);
}

/* Threads share their process's table; a task with its own table is told separately. */
static __always_inline bool has_own_files(struct task_struct *t)
{
	return BPF_CORE_READ(t, pid) == BPF_CORE_READ(t, tgid) ||
	       BPF_CORE_READ(t, files) != BPF_CORE_READ(t, group_leader, files);
}

#define POLLED_MAX 1024 /* files that are looked at, and steps between them */

/* One task at a time: too large for the stack. */
static struct {
	struct poll_walk at;
	struct fd_object first;
	struct file *last;
	__u64 task;
	struct watched w;
} polled;

/* A file that is open for reading and writing is in the table twice, in succession. */
static long look_for_object(__u32 i, void *none)
{
	struct file *f = poll_table_next(&polled.at);

	if (!f || f == polled.last)
		return polled.at.over & 1; /* a bound that the verifier of 6.18 sees */
	polled.last = f;
	polled.w.files++;
	if (!held_object((__u64)f, &polled.w.o) || !held_polled(&polled.w.o, polled.task))
		return 0;
	polled.w.events = polled.at.key;
	tell_watch(&polled.w, (__u64)f);
	if (!polled.first.at)
		polled.first = polled.w.o;
	return 0;
}

/* The objects on whose queues it is. The table does not tell by which descriptors. */
static __always_inline void find_polled(struct wait_flight *w, __u64 task, __u64 regs)
{
	__builtin_memset(&polled, 0, sizeof(polled));
	polled.task = task;
	polled.w.pid = pid_here_at(task);
	polled.w.tid = tid_here_at(task);
	polled.w.slept = w->slept;
	polled.w.fd = -1;
	if (!poll_table_begin(&polled.at, task, regs))
		return;
	bpf_loop(POLLED_MAX, look_for_object, NULL, 0);
	if (!polled.first.at)
		return;
	w->obj = polled.first.obj;
	w->object = (void *)polled.first.at;
	w->reason = WAIT_PIPE_POLL;
	w->value = polled.w.files;
	w->arg = polled.w.pipes | (polled.at.over ? 0 : POLLS_CUT);
	held_state(&polled.first, &w->state);
}

/* What t sleeps on. It is valid if t still sleeps, and has not run, when it is known. */
VERIFIED_ONCE int find_wait(__u64 task, __u64 regs)
{
	struct task_struct *t = (void *)task;
	struct wait_flight *w = &found_wait;
	struct call c = {};
	long nr = regs_nr_at(regs);

	__builtin_memset(w, 0, sizeof(*w));
	if (!asleep(t))
		return 0;
	if (BPF_CORE_READ(t, __state) & __TASK_STOPPED) {
		if (watching && hold_of(pid_here_at(task)))
			return 0;
		sleep_stopped(w, t);
		w->flags = EVF_BEFORE;
		w->slept = bpf_ktime_get_ns();
		return 1;
	}
	if (nr < 0 || in_compat_call_at(task, nr))
		return 0;
	call_read_at(&c, regs, nr);
	w->nr = nr;
	w->flags = EVF_BEFORE;
	w->slept = bpf_ktime_get_ns();
	sleep_reason(w, t, &c);
	if (w->op == OPC_POLL || w->op == OPC_SELECT)
		find_polled(w, task, regs);
	else if (w->reason == WAIT_EPOLL_EVENT)
		tell_epoll(w, task, w->slept);
	if (!w->reason)
		__builtin_memset(&w->obj, 0, sizeof(w->obj));
	return 1;
}

static __always_inline struct task_ctx *follow(struct task_struct *t, __u32 state)
{
	struct task_ctx *tc = bpf_task_storage_get(&tasks, t, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!tc) {
		count_lost(LOST_STORAGE, 1);
		return NULL;
	}
	tc->trace = state;
	__sync_fetch_and_add(&adopted_tasks, 1);
	return tc;
}

static __always_inline bool is_candidate(struct task_struct *t)
{
	/* Not ipctrace itself, which runs this. */
	return t && !(t->flags & (PF_KTHREAD | PF_EXITING)) &&
	       t->tgid != bpf_get_current_task_btf()->tgid;
}

/* A process has a greater pid than its parent, or is found in a second pass. */
static __always_inline bool is_child(struct task_struct *t)
{
	struct task_ctx *of_parent;

	if (!(filter.flags & FILTER_CHILDREN))
		return false;
	of_parent = bpf_task_storage_get(&tasks, t->real_parent, 0, 0);
	return of_parent && of_parent->trace >= TRACE_MUTED && of_parent->trace != TRACE_PARTNER;
}

SEC("iter/task")
int adopt_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct task_ctx *tc;
	__u32 pid, state;
	__u64 task;

	if (!is_candidate(t))
		return 0;
	/* Forked by one that is followed already: its fork told of it. */
	tc = bpf_task_storage_get(&tasks, t, 0, 0);
	if (tc && tc->trace)
		return 0;
	task = address(t);
	pid = pid_here(t);
	if (!(filter.flags & FILTER_ALL) && !bpf_map_lookup_elem(&adopted, &pid) && !is_child(t))
		return 0;
	state = trace_state_of(task);
	tc = follow(t, state);
	if (!tc || state != TRACE_ON)
		return 0;
	emit_task(t, false, bpf_ktime_get_ns());
	if (has_own_files(t))
		emit_refs(task, ALL_FDS, -1, OBJ_HELD, TRACE_ON);
	return 0;
}

/* The shared memory that a process has mapped, as an iterator shows it; false: none of interest. */
static __always_inline bool found_mapping(struct mapping *m, struct task_struct *t,
					  struct vm_area_struct *vma)
{
	if (!is_candidate(t) || !vma || t->pid != t->tgid || !(vma->vm_flags & VM_MAYSHARE) ||
	    !memory_of(address(vma->vm_file), m))
		return false;
	m->start = vma->vm_start;
	m->end = vma->vm_end;
	m->offset = vma->vm_pgoff << PAGE_SHIFT;
	m->prot = vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
	return true;
}

static __always_inline void hold_mapping(struct mapping *m, struct task_struct *t, __u32 trace)
{
	struct map_how how = {
	    .pid = pid_here(t), .tid = tid_here(t), .trace = trace, .fd = -1, .nr = -1};
	__u64 mm = address(t->mm);

	/* It came after the hooks: they told of it. */
	if (mapping_at(mm, m->start))
		return;
	how.change = MAP_HELD;
	map_add(mm, m, &how);
}

/* What they have mapped. */
SEC("?iter/task_vma")
int adopt_maps(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *t = ctx->task;
	struct mapping m = {};
	struct task_ctx *tc;

	if (!found_mapping(&m, t, ctx->vma))
		return 0;
	tc = party(t);
	if (!tc)
		return 0;
	if (filter.flags & FILTER_PARTNERS && tc->trace == TRACE_ON &&
	    object_wanted(TRACE_ON, &m.obj))
		object_share(&m.obj);
	hold_mapping(&m, t, tc->trace);
	return 0;
}

/* Who else has that mapped. */
SEC("?iter/task_vma")
int adopt_map_partners(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *t = ctx->task;
	struct mapping m = {};
	struct task_ctx *tc;

	if (!found_mapping(&m, t, ctx->vma) || !object_wanted(TRACE_PARTNER, &m.obj))
		return 0;
	tc = bpf_task_storage_get(&tasks, t, 0, 0);
	if (!tc) {
		tc = follow(t, TRACE_PARTNER);
		emit_task(t, true, bpf_ktime_get_ns());
	}
	if (tc && tc->trace == TRACE_PARTNER)
		hold_mapping(&m, t, TRACE_PARTNER);
	return 0;
}

/* Other tasks that hold an end of their objects. Threads come after their process. */
SEC("iter/task")
int adopt_partners(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct task_ctx *tc;
	__u64 began = bpf_ktime_get_ns();
	bool holds;

	if (!is_candidate(t) || bpf_task_storage_get(&tasks, t, 0, 0))
		return 0;
	if (has_own_files(t)) {
		holds = emit_refs(address(t), ALL_FDS, -1, OBJ_HELD, TRACE_PARTNER);
	} else {
		tc = bpf_task_storage_get(&tasks, t->group_leader, 0, 0);
		holds = tc && tc->trace == TRACE_PARTNER;
	}
	if (holds && follow(t, TRACE_PARTNER))
		emit_task(t, true, began);
	return 0;
}

/* Who sleeps. Last, when all who hold an end are known. */
SEC("iter/task")
int adopt_waits(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct task_ctx *tc;
	__u64 switches;

	if (!is_candidate(t))
		return 0;
	tc = traced_rarely(t);
	if (!tc || tc->wait.slept || tc->wait.woken)
		return 0;
	switches = t->nvcsw;
	if (!find_wait(address(t), address((void *)bpf_task_pt_regs(t))))
		return 0;
	tc->wait = found_wait;
	/* It may have woken meanwhile: then this sleep is over, and no hook saw its end. */
	if ((!asleep(t) || switches != t->nvcsw) && tc->wait.slept == found_wait.slept)
		__builtin_memset(&tc->wait, 0, sizeof(tc->wait));
	else
		emit_opening(address(t), &found_wait, found_wait.slept);
	return 0;
}
