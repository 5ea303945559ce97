/* SPDX-License-Identifier: GPL-2.0 */
/* The stepped threads and their processes. */
#ifndef IPCTRACE_WATCH_STEP_TABLE_H
#define IPCTRACE_WATCH_STEP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/watchword.h"

/* Memory that a system call reads or writes. */
struct step_span {
	__u64 addr, len;
	bool stores;
	bool by_ret; /* no more of it than the call returns */
};

#define STEP_SPANS 8

/* The system call that a thread is in. */
struct step_call {
	long nr; /* -1: none */
	__u64 args[6];
	struct step_span spans[STEP_SPANS];
	unsigned int n;
	__u64 serial[WATCH_WORDS]; /* of the words when it began */
	bool told[WATCH_WORDS];	   /* what it stored */
	bool vdso;		   /* it stands for a function of watch/step_vdso.h */
};

struct step_process {
	pid_t pid;
	unsigned int threads;
	struct watch_process at; /* where it has words */
	bool touched[WATCH_WORDS];
	int pagemap;  /* -1: not open */
	__u64 vdso;   /* where it has that; 0: nowhere */
	bool held;    /* by the hooks, with SIGSTOP, and not yet released */
	bool leaving; /* none of its threads is stepped any more */
};

struct step_thread {
	pid_t tid;
	struct step_process *proc;
	bool running;
	bool interrupted; /* PTRACE_INTERRUPT is on its way */
	struct step_call call;
};

struct step_table {
	struct step_thread **threads;
	size_t n, room;
};

struct step_thread *step_table__find(const struct step_table *t, pid_t tid);
/* The process of that pid, if a thread of it is there. */
struct step_process *step_table__process(const struct step_table *t, pid_t pid);
/* NULL: no memory. */
struct step_thread *step_table__add(struct step_table *t, pid_t pid, pid_t tid);
void step_table__drop(struct step_table *t, struct step_thread *th);

#endif
