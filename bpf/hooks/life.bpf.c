/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of tasks: fork, exec, exit and new names, and the objects that each of them takes along
 * or drops.
 */
#include "mech/fork_map.bpf.h"
#include "mech/orphan.bpf.h"
#include "core/perf_tp.bpf.h"
#include "mech/refs.bpf.h"
#include "mech/sem_undo.bpf.h"
#include "core/unseen.bpf.h"

#define PATH_MAX_READ 4096
#define SIGPIPE	      13
#define SIG_IGN	      1

/* It holds an end of the followed tasks' objects. */
static __always_inline bool is_partner(__u64 task)
{
	return emit_refs(task, ALL_FDS, -1, OBJ_COUNT, TRACE_PARTNER);
}

/* LIFE_* of t. */
static __always_inline __s32 life_code(__u64 t)
{
	__u64 handler = (__u64)BPF_CORE_READ((struct task_struct *)t, sighand,
					     action[SIGPIPE - 1].sa.sa_handler);

	return LIFE_KNOWN | (handler == SIG_IGN ? LIFE_IGNORES_SIGPIPE : 0);
}

/* parent has made child, which has not run yet. */
static __always_inline int fork_over(struct task_struct *parent, struct task_struct *child)
{
	__u64 at = address(child);
	struct task_ctx *of_parent = bpf_task_storage_get(&tasks, parent, 0, 0);
	struct task_ctx *tc;
	struct ev_life *e;

	if (!of_parent || of_parent->trace < TRACE_MUTED)
		return 0;
	tc = bpf_task_storage_get(&tasks, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!tc) {
		count_lost(LOST_STORAGE, 1);
		return 0;
	}
	tc->trace = of_parent->trace == TRACE_PARTNER ? TRACE_PARTNER : trace_state_of(at);
	if (tc->trace == TRACE_PARTNER && !is_partner(at))
		tc->trace = TRACE_OFF;
	if (tc->trace <= TRACE_MUTED)
		return 0;
	e = new_record(parent, EV_FORK, struct ev_life);
	if (e) {
		e->child_pid = pid_here(child);
		e->child_tid = tid_here(child);
		e->code = life_code(at);
		life_inner(e, at);
		bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), child->comm);
		submit(e);
	}
	if (loosely(child)->files != loosely(parent)->files)
		emit_refs(at, ALL_FDS, -1, OBJ_INHERITED, tc->trace);
	fork_maps(parent, child, tc->trace);
	return 0;
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	return fork_over(parent, child);
}

SEC("?tp/sched/sched_process_fork")
int perf_fork(struct trace_event_raw_sched_process_fork *ctx)
{
	return fork_by_perf(ctx, fork_over);
}

/* Too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[PATH_MAX_READ]);
} path_buf SEC(".maps");

/* The tail of a path, which tells most if the path does not fit. */
static __always_inline void read_path_tail(char dst[PATH_LEN], const char *src)
{
	__u32 zero = 0;
	char *buf = bpf_map_lookup_elem(&path_buf, &zero);
	long n = buf ? bpf_probe_read_kernel_str(buf, PATH_MAX_READ, src) : 0;

	if (n > PATH_LEN)
		src += n - PATH_LEN;
	bpf_probe_read_kernel_str(dst, PATH_LEN, src);
}

/* The current task has become another program; path is in the kernel's memory. */
static __always_inline int exec_over(const char *path)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct task_ctx *tc = bpf_task_storage_get(&tasks, t, 0, 0);
	struct ev_life *e;
	__u32 before;

	if (!tc || tc->trace == TRACE_OFF)
		return 0;
	before = tc->trace;
	if (before != TRACE_PARTNER)
		tc->trace = trace_state_of(bpf_get_current_task());
	if (before < TRACE_PARTNER && tc->trace == TRACE_MUTED)
		return 0;
	e = new_record(t, EV_EXEC, struct ev_life);
	if (e) {
		life_inner(e, bpf_get_current_task());
		bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), t->comm);
		read_path_tail(e->path, path);
		e->code = life_code(bpf_get_current_task());
		submit(e);
	}
	if (before < TRACE_PARTNER)
		emit_refs(bpf_get_current_task(), ALL_FDS, -1, OBJ_HELD, tc->trace);
	else if (before == TRACE_PARTNER && !is_partner(bpf_get_current_task()))
		tc->trace = TRACE_OFF;
	return 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *t, pid_t old_pid, struct linux_binprm *bprm)
{
	return exec_over(BPF_CORE_READ(bprm, filename));
}

/* The low half of the word says where in the event the path is. */
SEC("?tp/sched/sched_process_exec")
int perf_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	return exec_over((const char *)ctx + (__u16)ctx->__data_loc_filename);
}

/* Another process has its descriptors too (CLONE_FILES): none of them goes. Some of several threads
 * may only be on their way out. */
static __always_inline bool leaves_files_to_others(struct task_struct *t)
{
	return loosely(t)->signal->nr_threads == 1 && !files_are_own(t);
}

/* The current task ends; its descriptors are still there (kernel/exit.c exit_files()). */
static __always_inline int exit_begins(void)
{
	struct task_struct *t = bpf_get_current_task_btf();
	bool last = BPF_CORE_READ(t, signal, live.counter) == 0;
	struct task_ctx *tc = party_rarely(t);
	struct ev_life *e;

	if (!tc)
		return 0;
	see_awake(tc);
	e = new_record(t, EV_EXIT, struct ev_life);
	if (e) {
		e->code = BPF_CORE_READ(t, exit_code);
		e->last = last;
		bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), t->comm);
		submit(e);
	}
	emit_undo(tc->trace);
	emit_orphans(tc->trace);
	if (last && !leaves_files_to_others(t))
		emit_refs(bpf_get_current_task(), ALL_FDS, -1, OBJ_EXIT_CLOSED, tc->trace);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(on_exit)
{
	return exit_begins();
}

SEC("?tp/sched/sched_process_exit")
int perf_exit(void *ctx)
{
	return exit_begins();
}

static __always_inline int rename_begins(struct task_struct *t, const char *comm)
{
	struct ev_life *e;

	if (!party_rarely(t))
		return 0;
	e = new_record(t, EV_RENAME, struct ev_life);
	if (!e)
		return 0;
	bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), comm);
	submit(e);
	return 0;
}

SEC("?tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *t, const char *comm)
{
	return rename_begins(t, comm);
}

SEC("?tp/task/task_rename")
int perf_rename(struct trace_event_raw_task_rename *ctx)
{
	struct task_struct *t = lent_task_from_pid(ctx->pid);

	if (!t)
		return 0;
	rename_begins(t, ctx->newcomm);
	lent_task_release(t);
	return 0;
}
