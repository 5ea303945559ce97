/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that ipctrace stops for a moment, to watch words in them, and which signals are that. */
#ifndef IPCTRACE_WATCH_HOLD_BPF_H
#define IPCTRACE_WATCH_HOLD_BPF_H

#include "common.bpf.h"
#include "pids.bpf.h"
#include "watchword.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32); /* enum watch_hold */
} watch_held SEC(".maps") __weak;

/* Words are watched; by process watcher, which is ipctrace itself. */
extern const volatile bool watching;
extern const volatile __u32 watcher;

#define HOLD_CLD_STOPPED   5
#define HOLD_CLD_CONTINUED 6

static __always_inline __u32 hold_of(__u32 pid)
{
	__u32 *held = bpf_map_lookup_elem(&watch_held, &pid);

	return held ? *held : 0;
}

/*
 * What the parent is told. The process tells it of its stop when it stands still already, and may
 * be released by then.
 */
static __always_inline bool news_are_ours(__u32 pid, int code)
{
	__u32 hold = hold_of(pid);

	if (code == HOLD_CLD_STOPPED)
		return hold;
	if (code != HOLD_CLD_CONTINUED || hold != WATCH_RELEASED)
		return false;
	bpf_map_delete_elem(&watch_held, &pid);
	return true;
}

/* This signal, made by the current task for another, is part of such a stop. */
static __always_inline bool signal_is_ours(int sig, int code, __u64 task)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u32 self = pid_here(t);
	__u32 to;

	if (!watching)
		return false;
	to = pid_here_at(task);
	switch (sig) {
	case SIGSTOP:
		return self == to && hold_of(to) == WATCH_HELD;
	case SIGCONT:
		return self == watcher && hold_of(to);
	case SIGCHLD:
		return news_are_ours(self, code);
	}
	return false;
}

#endif
