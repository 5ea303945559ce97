/* SPDX-License-Identifier: GPL-2.0 */
/* The floor: empty programs on the hooks of the syscall backend. Nothing can cost less. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define EMPTY(name)                                                                                \
	SEC("tp_btf/" #name) int BPF_PROG(floor_##name)                                            \
	{                                                                                          \
		return 0;                                                                          \
	}

EMPTY(sys_enter)
EMPTY(sys_exit)
EMPTY(sched_switch)
EMPTY(sched_waking)
EMPTY(sched_process_fork)
EMPTY(sched_process_exec)
EMPTY(sched_process_exit)
EMPTY(task_rename)
EMPTY(signal_generate)
EMPTY(signal_deliver)
EMPTY(hrtimer_expire_entry)
EMPTY(hrtimer_expire_exit)
EMPTY(timer_expire_entry)
EMPTY(timer_expire_exit)
