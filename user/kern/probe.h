/* SPDX-License-Identifier: GPL-2.0 */
/* What this kernel allows. Every hook is tried with an empty program; nothing is assumed. */
#ifndef IPCTRACE_KERN_PROBE_H
#define IPCTRACE_KERN_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#define BTF_FILE "/sys/kernel/btf/vmlinux"

struct btf;

enum backend {
	BACKEND_AUTO,	 /* the best that works */
	BACKEND_FENTRY,	 /* fentry/fexit on the kernel's functions */
	BACKEND_KPROBE,	 /* kprobe on the functions' entry, sys_exit for the end */
	BACKEND_SYSCALL, /* sys_enter and sys_exit */
};

const char *backend_name(enum backend b); /* "fentry" */
/* -1: no such name. */
int backend_parse(const char *name, enum backend *b);

enum hook_type {
	HOOK_TP_BTF,
	HOOK_PERF_TP,
	HOOK_FENTRY,
	HOOK_FEXIT,
	HOOK_KPROBE,
	HOOK_ITER,
	HOOK_HELPER, /* no hook: a helper that the hooks call, which the kernel may forbid */
};

struct hook {
	enum hook_type type;
	const char *name;      /* "sched_switch", "anon_pipe_write", "task", "probe_read_kernel" */
	unsigned int backends; /* bit 1 << enum backend; all bits for a hook that every run needs */
	int error;	       /* 0: it loads and attaches; else the errno of the refusal */
};

struct probe {
	bool btf;	     /* BTF_FILE can be read */
	bool privileged;     /* CAP_BPF + CAP_PERFMON, or CAP_SYS_ADMIN */
	bool too_old;	     /* no task storage for tracing programs, or older than 5.18 */
	bool preempted;	     /* tp_btf programs can be, and are skipped elsewhere meanwhile */
	bool by_perf;	     /* preempted, and what can be goes by way of perf: HOOK_PERF_TP */
	struct btf *vmlinux; /* the kernel's types, read once; NULL without btf */
	struct hook *hooks;
	size_t n_hooks;
	unsigned long long tried; /* the probe's own */
};

/* Tries every hook that backend (or, AUTO, any backend) needs. 0 or -errno. */
int probe__run(struct probe *p, enum backend b);
/*
 * Enough to choose for a run, and cheap: AUTO stops at the first backend that works, and attached
 * is one function of each kind; what can only fail at the load (tracepoints, iterators) is not.
 */
int probe__quick(struct probe *p, enum backend b);
/* The best backend whose hooks all work; BACKEND_AUTO when none does. */
enum backend probe__best(const struct probe *p);
/* The first hook that keeps a backend from working; NULL when none does. */
const struct hook *probe__missing(const struct probe *p, enum backend b);
/* What this kernel calls a function that the programs call so: "anon_pipe_read" for "pipe_read". */
const char *probe__function(const struct probe *p, const char *name);
void probe__free(struct probe *p);

#endif
