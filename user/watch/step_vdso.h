/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vDSO: the kernel's functions in every process that read the clock without a system call. They
 * retry if the clock was set meanwhile; a stepped thread would retry for ever. So they are replaced
 * by the system calls that they stand for.
 */
#ifndef IPCTRACE_WATCH_STEP_VDSO_H
#define IPCTRACE_WATCH_STEP_VDSO_H

#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

#define VDSO_CALLS 5

struct step_vdso {
	__u64 size;    /* 0: there is none */
	__u64 syscall; /* where an instruction is that makes one, from the beginning */
	struct {
		__u64 at;
		long nr;
	} calls[VDSO_CALLS];
	unsigned int n;
};

/* That of this process: it is the same image in all. */
void step_vdso__look(struct step_vdso *v);
/* Where a process has it; 0: nowhere, or its system calls are filtered (seccomp(2)). */
__u64 step_vdso__base(pid_t pid);
/* The system call that the function which begins at ip stands for; -1: none does. */
long step_vdso__call(const struct step_vdso *v, __u64 base, __u64 ip);

#endif
