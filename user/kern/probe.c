/* SPDX-License-Identifier: GPL-2.0 */
/* Which hooks each backend needs, and which of them this kernel allows. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch/calls.h"
#include "kern/bpf_log.h"
#include "kern/caps.h"
#include "lib/log.h"
#include "kern/probe.h"
#include "kern/probe_load.h"

#define EVERY	   ((1U << BACKEND_FENTRY) | (1U << BACKEND_KPROBE) | (1U << BACKEND_SYSCALL))
#define PIPE_READ  "pipe_read"
#define PIPE_WRITE "pipe_write"
#define SYS_CLOSE  SYSCALL_FUNCTION "close"

/* From 6.15 on anonymous pipes have functions of their own, which those of FIFOs call. */
static const struct hook all_hooks[] = {
    {HOOK_HELPER, "probe_read_kernel", EVERY, 0},
    {HOOK_TP_BTF, "sched_switch", EVERY, 0},
    {HOOK_TP_BTF, "sched_waking", EVERY, 0},
    {HOOK_TP_BTF, "sched_process_fork", EVERY, 0},
    {HOOK_TP_BTF, "sched_process_exec", EVERY, 0},
    {HOOK_TP_BTF, "sched_process_exit", EVERY, 0},
    {HOOK_TP_BTF, "task_rename", EVERY, 0},
    {HOOK_TP_BTF, "signal_generate", EVERY, 0},
    {HOOK_TP_BTF, "signal_deliver", EVERY, 0},
    {HOOK_TP_BTF, "hrtimer_expire_entry", EVERY, 0},
    {HOOK_TP_BTF, "hrtimer_expire_exit", EVERY, 0},
    {HOOK_TP_BTF, "timer_expire_entry", EVERY, 0},
    {HOOK_TP_BTF, "timer_expire_exit", EVERY, 0},
    {HOOK_ITER, "task", EVERY, 0},
    {HOOK_FENTRY, PIPE_READ, 1 << BACKEND_FENTRY, 0},
    {HOOK_FEXIT, PIPE_READ, 1 << BACKEND_FENTRY, 0},
    {HOOK_FENTRY, PIPE_WRITE, 1 << BACKEND_FENTRY, 0},
    {HOOK_FEXIT, PIPE_WRITE, 1 << BACKEND_FENTRY, 0},
    {HOOK_FENTRY, "pipe_release", 1 << BACKEND_FENTRY, 0},
    {HOOK_FENTRY, SYS_CLOSE, 1 << BACKEND_FENTRY, 0},
    {HOOK_FEXIT, SYS_CLOSE, 1 << BACKEND_FENTRY, 0},
    {HOOK_KPROBE, PIPE_READ, 1 << BACKEND_KPROBE, 0},
    {HOOK_KPROBE, PIPE_WRITE, 1 << BACKEND_KPROBE, 0},
    {HOOK_KPROBE, "pipe_release", 1 << BACKEND_KPROBE, 0},
    {HOOK_KPROBE, SYS_CLOSE, 1 << BACKEND_KPROBE, 0},
#define FD_FUNCTION(function, other, mech, class)                                                  \
	{HOOK_FENTRY, #function, 1 << BACKEND_FENTRY, 0},                                          \
	    {HOOK_KPROBE, #function, 1 << BACKEND_KPROBE, 0},
#include "abi/mech.def"
    {HOOK_TP_BTF, "sys_enter", 1 << BACKEND_SYSCALL, 0},
    {HOOK_TP_BTF, "sys_exit", 1 << BACKEND_KPROBE | 1 << BACKEND_SYSCALL, 0},
};

#define N_HOOKS (sizeof(all_hooks) / sizeof(all_hooks[0]))

static bool release_before(int major, int minor)
{
	struct utsname u;
	int is_major, is_minor;

	if (uname(&u) || sscanf(u.release, "%d.%d", &is_major, &is_minor) != 2)
		return false;
	return is_major < major || (is_major == major && is_minor < minor);
}

/* sched_switch tells the state of the task that goes from 5.18 on; bpf_loop came with 5.17. */
static bool release_too_old(void)
{
	return release_before(5, 18);
}

/* Until 6.19 a tracepoint calls its programs with preemption off. */
static bool tracepoints_preempted(void)
{
	return !release_before(7, 0);
}

/* The functions whose names differ between kernels: the first name that this kernel has counts. */
static const struct {
	const char *name; /* as the programs are called */
	const char *first, *second;
} functions[] = {
    {PIPE_READ, "anon_" PIPE_READ, PIPE_READ},
    {PIPE_WRITE, "anon_" PIPE_WRITE, PIPE_WRITE},
#define FD_FUNCTION(function, other, mech, class) {#function, #function, #other},
#include "abi/mech.def"
};

const char *probe__function(const struct probe *p, const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		const char *first = functions[i].first;

		if (!strcmp(functions[i].name, name))
			return btf__find_by_name_kind(p->vmlinux, first, BTF_KIND_FUNC) > 0
				   ? first
				   : functions[i].second;
	}
	return name;
}

/* Those whose programs find what they need in perf's events. */
static bool can_go_by_perf(const struct hook *hook)
{
	static const char *const names[] = {"sys_enter",	  "sys_exit",
					    "sched_process_fork", "sched_process_exec",
					    "sched_process_exit", "task_rename"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(hook->name, names[i]))
			return hook->type == HOOK_TP_BTF;
	return false;
}

/* One function of each kind is tried for all of its kind: on 6.1 attaching and detaching one
 * trampoline takes a quarter of a second. */
static bool stands_for_all(const struct hook *hook)
{
	return (hook->type == HOOK_FEXIT || hook->type == HOOK_KPROBE) &&
	       !strcmp(hook->name, SYS_CLOSE);
}

/* Tries those of the wanted backends' hooks that were not tried before. */
static void try_hooks(struct probe *p, const struct btf *btf, unsigned int wanted, bool all)
{
	for (size_t i = 0; i < N_HOOKS; i++) {
		struct hook *hook = &p->hooks[p->n_hooks];

		if (!(all_hooks[i].backends & wanted) || p->tried & 1ULL << i)
			continue;
		*hook = all_hooks[i];
		hook->name = probe__function(p, hook->name);
		if (p->by_perf && can_go_by_perf(hook))
			hook->type = HOOK_PERF_TP;
		hook->error = probe_load(btf, hook, all || stands_for_all(hook));
		p->tried |= 1ULL << i;
		p->n_hooks++;
	}
}

#define N_BACKENDS BACKEND_SYSCALL

/*
 * The best first. fentry costs other processes less than kprobe. But its programs can be preempted,
 * and are then skipped in other tasks (counted as nested). They are also attached and detached one
 * by one: 70 of them, each with a grace period of RCU tasks at the end before 7.0
 * (ftrace_shutdown()).
 */
static const enum backend best_first[] = {BACKEND_KPROBE, BACKEND_FENTRY, BACKEND_SYSCALL};

static int probe(struct probe *p, enum backend b, bool all)
{
	struct btf *btf;
	int err;

	bpf_log__take();
	*p = (struct probe){.privileged = may_trace(), .too_old = release_too_old()};
	p->hooks = calloc(N_HOOKS, sizeof(*p->hooks));
	if (!p->hooks)
		return -ENOMEM;
	err = p->privileged && !p->too_old ? probe_task_storage() : 0;
	if (err)
		log_debug("task storage: %s", strerror(err));
	p->too_old |= err == EINVAL || err == ENOTSUP;

	btf = btf__load_vmlinux_btf();
	if (!btf)
		return 0;
	p->btf = true;
	p->vmlinux = btf;
	if (p->privileged && !p->too_old) {
		p->preempted = tracepoints_preempted();
		p->by_perf = p->preempted && probe_perf_tracepoints();
		if (b != BACKEND_AUTO)
			try_hooks(p, btf, 1U << b, all);
		else if (all)
			try_hooks(p, btf, EVERY, all);
		for (int i = 0; b == BACKEND_AUTO && !all && i < N_BACKENDS; i++)
			if (probe__best(p) == BACKEND_AUTO)
				try_hooks(p, btf, 1U << best_first[i], all);
	}
	return 0;
}

int probe__run(struct probe *p, enum backend b)
{
	return probe(p, b, true);
}

int probe__quick(struct probe *p, enum backend b)
{
	return probe(p, b, false);
}

enum backend probe__best(const struct probe *p)
{
	for (int n = 0; n < N_BACKENDS; n++) {
		enum backend b = best_first[n];
		bool tried = true;

		for (size_t i = 0; i < N_HOOKS; i++)
			tried &= p->tried & 1ULL << i || !(all_hooks[i].backends & 1U << b);
		if (tried && !probe__missing(p, b))
			return b;
	}
	return BACKEND_AUTO;
}

const struct hook *probe__missing(const struct probe *p, enum backend b)
{
	for (size_t i = 0; i < p->n_hooks; i++)
		if (p->hooks[i].error && p->hooks[i].backends & 1U << b)
			return &p->hooks[i];
	return NULL;
}

void probe__free(struct probe *p)
{
	btf__free(p->vmlinux);
	p->vmlinux = NULL;
	free(p->hooks);
	p->hooks = NULL;
	p->n_hooks = 0;
}
