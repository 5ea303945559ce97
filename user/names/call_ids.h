/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls of other machines, by their ids of abi/sysop.def, or else by the number on that
 * machine.
 */
#ifndef IPCTRACE_NAMES_CALL_IDS_H
#define IPCTRACE_NAMES_CALL_IDS_H

#include <stddef.h>
#include <linux/types.h>

/* Numbers of system calls in memory: this machine's are below, others from there on. */
#define CALLS_HERE 0x1000

/* Those whose errors, signals and flags have the numbers that they have here. */
enum call_machine {
	MACHINE_UNKNOWN = -1,
	MACHINE_X86_64,
	MACHINE_AARCH64,
	MACHINE_RISCV64,
	MACHINE_LOONGARCH64,
	MACHINES,
};

/* By `uname -m`. */
enum call_machine call_machine(const char *name);

/* Ids of this machine's numbers: table[nr] is 0 for a call without one. */
void call_ids__fill(__u16 *table, size_t n);
/* This machine's number of the call; one of no machine where it lacks the call; -1: no such id. */
__s16 call_ids__number(__u16 id);
/* A number here for a call without an id, which has number nr on machine m; syscall_name() has its name. */
__s16 call_ids__foreign(enum call_machine m, __s16 nr);
/* What syscall_name() says of numbers from CALLS_HERE on. */
const char *call_ids__name(int nr);

#endif
