/* SPDX-License-Identifier: GPL-2.0 */
/* What every BPF file shares: maps, the state kept with each traced task, and the one way to emit.
 */
#ifndef IPCTRACE_CORE_COMMON_BPF_H
#define IPCTRACE_CORE_COMMON_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "abi/event.h"
#include "abi/filter.h"
#include "core/pids.bpf.h"
#include "core/ring.bpf.h"
#include "abi/sysop.h"
#include "core/typed.bpf.h"

#define SYSOPS	     512
#define PF_IO_WORKER 0x00000010
#define PF_EXITING   0x00000004
#define PF_KTHREAD   0x00200000
#define S_IFMT	     0170000
#define S_IFIFO	     0010000
/* include/linux/sched.h, of task_struct.__state */
#define TASK_INTERRUPTIBLE 0x0001
#define __TASK_STOPPED	   0x0004
#define TASK_SLEEPS	   0x0007 /* these, TASK_UNINTERRUPTIBLE */
#define TASK_WAKEKILL	   0x0100
#define SIGTRAP		   5
#define SIGKILL		   9
#define SIGCHLD		   17
#define SIGCONT		   18
#define SIGSTOP		   19
#define SIGTSTP		   20
#define SIGTTIN		   21
#define SIGTTOU		   22

struct op_target {
	struct file *file;
	void *object; /* what obj names; NULL: none that is of interest */
	struct ipc_object obj;
	struct ipc_state before;
	__s32 fd;
	__u32 f_flags; /* when the operation began */
};

/*
 * What a descriptor was found to be, so that fewer reads are needed the next time; see
 * target_find().
 */
struct fd_seen {
	struct file *file;
	struct inode *inode;
	struct pipe_inode_info *pipe;
	struct ipc_object obj;
};

#define FDS_SEEN 4 /* a power of two */

#define OP_SLEPT	0x01
#define OP_SLEPT_WANTED 0x02 /* and the filter wants the wait */

/* The system call, or the call of a pipe function, that a task is in. */
struct op_flight {
	__u64 start; /* 0: none */
	ASKED_ARG;
	__u64 user; /* a user address that the end needs: fds, path, msghdr, pollfds */
	struct op_target t;
	struct op_target t2; /* splice, tee, sendfile: the output; dup2: what it replaces */
	__s32 cmd;
	__s16 nr;
	__u8 class; /* enum op_class */
	__u8 slept; /* OP_SLEPT* */
	__u32 refs; /* close, dup2: of the description that goes */
	ASKED_KEY;
	__u8 bits; /* ev_op.bits */
	ASKED_TYPE;
};

struct wait_flight {
	__u64 slept; /* 0: not asleep */
	__u64 woken;
	void *object; /* what obj names, if it has a state */
	struct ipc_object obj;
	struct ipc_state state;
	struct ipc_state state_woken;
	struct ev_waker waker;
	__s32 fd;
	__s16 nr;
	__u8 op;
	__u8 reason;
	__u8 flags;
	__u8 woken_read; /* state_woken was read; set by the waker */
	__u8 last;	 /* ev_wait.last */
	__u64 arg;	 /* ev_wait.arg, value */
	__u32 value;
};

/* A page fault whose page is not there yet. */
struct touch_flight {
	__u64 ts; /* 0: none */
	__u64 addr;
	__u64 offset;
	__u64 ip;
	__u64 inode;
	struct ipc_object obj;
	__s16 nr;
	__u8 write;
	__u8 denied;
	__u8 beyond;
	__u8 pad[3];
};

/* Kept with each traced task. Only the task itself writes op; wait is written by the scheduler's
 * hooks. */
struct task_ctx {
	__u32 trace;	   /* enum trace_state; struct task_head */
	__u32 in_function; /* a pipe function ran in this system call */
	struct op_flight op;
	struct wait_flight wait;
	struct fd_seen seen[FDS_SEEN];
	struct touch_flight touch;
};

_Static_assert(__builtin_offsetof(struct task_ctx, trace) ==
		   __builtin_offsetof(struct task_head, trace),
	       "what user space writes of it comes first");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_ctx);
} tasks SEC(".maps") __weak;

/* Counters that user space reads; enum lost_cause. */
extern __u64 lost[LOST_CAUSES];

/* The row of each system call number, filled in by the loader. */
extern const volatile struct sysop sysops[SYSOPS];

extern const volatile struct filter filter;

/* Random, of this run. */
extern const volatile __u64 cookie_key;

static __always_inline void count_lost(enum lost_cause cause, __u64 n)
{
	__sync_fetch_and_add(&lost[cause], n);
}

/* A task that no BPF program stores anything with costs one load. */
static __always_inline bool has_context(struct task_struct *t)
{
	return loosely(t)->bpf_storage;
}

static __always_inline struct task_ctx *context_of(struct task_struct *t)
{
	return has_context(t) ? bpf_task_storage_get(&tasks, t, 0, 0) : NULL;
}

/* The context of a traced task, or NULL. */
static __always_inline struct task_ctx *traced(struct task_struct *t)
{
	struct task_ctx *tc = context_of(t);

	return tc && tc->trace == TRACE_ON ? tc : NULL;
}

/* As traced(), or that of a partner, whose operations on other objects are not recorded. */
static __always_inline struct task_ctx *party(struct task_struct *t)
{
	struct task_ctx *tc = context_of(t);

	return tc && tc->trace >= TRACE_PARTNER ? tc : NULL;
}

/* The same for hooks that run seldom: loading that pointer takes 6.18's verifier a millisecond. */
static __always_inline struct task_ctx *traced_rarely(struct task_struct *t)
{
	struct task_ctx *tc = bpf_task_storage_get(&tasks, t, 0, 0);

	return tc && tc->trace == TRACE_ON ? tc : NULL;
}

static __always_inline struct task_ctx *party_rarely(struct task_struct *t)
{
	struct task_ctx *tc = bpf_task_storage_get(&tasks, t, 0, 0);

	return tc && tc->trace >= TRACE_PARTNER ? tc : NULL;
}

/* Room for a record; NULL (and counted) when the ring is full. */
static __always_inline void *quick_reserve(__u32 cpu, __u64 size)
{
	void *record = ring_reserve(cpu, size);

	if (!record)
		count_lost(LOST_RING, 1);
	return record;
}

/* The same, once in a program however many records it may write: the kernel takes the longer to
 * load one the more places in it have to be rewritten, as each lookup in an array is. */
static __noinline void *record_reserve(__u32 cpu, __u64 size)
{
	return quick_reserve(cpu, size);
}

/* Its head, and zeroes. From here on it is filled without a call: so the compiler zeroes nothing
 * that is stored anyway. */
static __always_inline void *record_begin(struct event *e, __u64 ts, __u32 pid, __u32 tid,
					  enum event_kind kind, __u64 size, __u32 cpu)
{
	__builtin_memset(e, 0, size);
	e->ts = ts;
	e->pid = pid;
	e->tid = tid;
	e->size = size;
	e->kind = kind;
	e->cpu = cpu;
	return e;
}

/* A record about a task of what was over at ts; NULL: there is no room. pid and tid are found
 * last, which needs less stack. */
#define record_in(reserve, ts, pid, tid, kind, type)                                               \
	({                                                                                         \
		_Static_assert(sizeof(type) % sizeof(__u64) == 0 &&                                \
				   sizeof(type) + sizeof(__u64) <= RING_SLACK,                     \
			       "a record has its place in a ring");                                \
		__u64 ts_ = ts;                                                                    \
		__u32 cpu_ = bpf_get_smp_processor_id();                                           \
		type *e_ = reserve(cpu_, sizeof(type));                                            \
                                                                                                   \
		e_ ? (type *)record_begin((struct event *)e_, ts_, pid, tid, kind, sizeof(type),   \
					  cpu_)                                                    \
		   : NULL;                                                                         \
	})

/* A record of what is over now. */
#define record(pid, tid, kind, type)                                                               \
	record_in(record_reserve, bpf_ktime_get_ns(), pid, tid, kind, type)

/* The same about t: as the verifier knows it, not an address. */
#define new_record(t, kind, type) record(pid_here(t), tid_here(t), kind, type)

/* The same for what was over at ts, in hooks that run all the time. */
#define quick_record(ts, t, kind, type)                                                            \
	record_in(quick_reserve, ts, pid_here(t), tid_here(t), kind, type)

/* User space drains on a timer; no task is woken for a record. */
static __always_inline void submit(void *e)
{
	ring_submit(e);
}

/*
 * A function that the verifier checks once, by itself, with whatever arguments: kernel objects
 * come in as addresses, and are read with BPF_CORE_READ. Inlined or static, each call would be
 * walked again in each state, which takes 7.x half a minute.
 */
#define VERIFIED_ONCE __weak __noinline

/* The n-th argument of a tp_btf program as an address. The verifier turns no pointer that it
 * knows into an address. */
static __always_inline __u64 arg_address(void *ctx, int n)
{
	__u64 p = 0;

	bpf_probe_read_kernel(&p, sizeof(p), (__u64 *)ctx + n);
	return p;
}

/* A pointer that the verifier knows, as a number. */
static __always_inline __u64 address(const void *p)
{
	__u64 n = 0;

	bpf_probe_read_kernel(&n, sizeof(n), &p);
	return n;
}

/* The same in hooks that run all the time. It takes more of the stack. */
static __always_inline __u64 quick_address(const void *p)
{
	return can_cast ? typed_address(p) : address(p);
}

/*
 * The same for a number that has just been stored in a map: when it is read back, it is no pointer.
 */
static __always_inline __u64 number_in(void *const *at)
{
	return *(const volatile __u64 *)at;
}

/* As a word of a struct ipc_state. */
static __always_inline __u32 no_more_than_word(__u64 n)
{
	return n > 0xffffffff ? 0xffffffff : n;
}

/* A kernel address as a name: equal addresses have equal names, and no address is disclosed. */
static __always_inline __u64 cookie(const void *p)
{
	return ((__u64)p ^ cookie_key) * 0x9e3779b97f4a7c15ULL;
}

#endif
