/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Internal to the process that steps: watch/stepper.c is its loop, watch/step_word.c follows the
 * words.
 */
#ifndef IPCTRACE_WATCH_STEP_INT_H
#define IPCTRACE_WATCH_STEP_INT_H

#include "watch/places.h"
#include "watch/step_page.h"
#include "watch/step_table.h"
#include "watch/step_vdso.h"
#include "watch/watch.h"
#include "arch_x86/mem.h"

struct ring_buffer;

/* What is known about a word. Only a process that is not followed can store in it unseen. */
struct step_last {
	struct ipc_object obj;
	bool known;
	__u64 value;
	__u64 serial; /* of stores */
};

struct stepper {
	struct watch_bpf bpf;
	struct step_page *page;
	struct step_table table;
	struct step_last last[WATCH_WORDS];
	struct places *places;
	struct step_vdso vdso;
	struct ring_buffer *requests;
	pid_t self;
	int ipctrace; /* a pidfd */
	bool leaving; /* nobody is stepped any more */
	bool quit;
};

/* Which words the instruction reaches: a bit each. */
__u64 step_word__reached(const struct stepper *s, const struct step_process *p,
			 const struct x86_mem *m);
/* What is read of a word before its access, and told of it when that is over. */
struct step_access {
	__u64 words; /* bits */
	__u64 ts;
	__u64 before[WATCH_WORDS];
	bool known[WATCH_WORDS];
};
void step_word__before(struct stepper *s, struct step_thread *th, struct step_access *a);
/* ip and flags: after it. */
void step_word__after(struct stepper *s, struct step_thread *th, const struct step_access *a,
		      const struct x86_mem *m, __u64 ip, __u64 flags);
/* A system call begins; it ends. */
void step_word__call(struct stepper *s, struct step_thread *th);
void step_word__call_over(struct stepper *s, struct step_thread *th, long ret);
/* Where the process has words now; false: it has none. */
bool step_word__places(struct stepper *s, struct step_process *p);

/* Takes a process on, with all its threads; held: the hooks have stopped it. */
void step_stop__seize(struct stepper *s, pid_t pid, bool held);
/* A thread stopped, or ended, as waitpid(2) says: it goes on, or is let go. */
void step_stop(struct stepper *s, pid_t tid, int status);
/* Ends the stepping: each thread is asked to stop, and is released as soon as it does. */
void step_stop__leave(struct stepper *s);

#endif
