/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `ipctrace stat` sums up in the kernel: the rows that take the place of EV_OP and EV_WAIT.
 *
 * A row is about one process and one object. A row of waits is also about one reason, one waker and
 * one power of two of the time. So rows can be added up to objects, to pairs of processes, and to
 * histograms. Includes nothing but abi/event.h. Not written into files: fields may change.
 */
#ifndef IPCTRACE_ABI_SUMS_H
#define IPCTRACE_ABI_SUMS_H

#include "abi/event.h"

struct sum_op_key {
	struct ipc_object obj;
	__u32 pid;
	__u32 pad;
};

struct sum_op {
	__u64 ops; /* all, also the failed ones and the ones below */
	__u64 reads, read_bytes;
	__u64 writes, write_bytes;
	__u64 splices, splice_bytes;
	__u64 last; /* when one of the last was over, ns */
	char comm[COMM_LEN];
};

enum sum_what {
	SUM_WAIT = 0,  /* asleep until woken */
	SUM_DELAY = 1, /* woken until it ran */
};

struct sum_wait_key {
	struct ipc_object obj; /* mech 0: none, nr says where */
	__u32 pid;
	__u32 by;  /* the process that woke it; 0: no task, or not known */
	__s16 nr;  /* mech 0: the system call, -1 for a 32-bit one; else -1 */
	__u8 what; /* enum sum_what */
	__u8 octave;
	__u8 reason;  /* enum wait_reason */
	__u8 ctx;     /* enum wake_ctx */
	__u8 earlier; /* began before tracing */
	__u8 pad;
};

/*
 * A time's bucket: every power of two is an octave, cut into SUM_STEPS equal steps; below SUM_STEPS
 * every value has its own bucket, in octave 0.
 */
#define SUM_BITS    4
#define SUM_STEPS   (1U << SUM_BITS)
#define SUM_OCTAVES (64 - SUM_BITS + 1)

struct sum_wait {
	__u32 steps[SUM_STEPS]; /* how many, by step of the octave */
	__u64 sum, max;		/* ns */
	__u64 last;		/* when one of the last was over, ns */
	char comm[COMM_LEN], by_comm[COMM_LEN];
};

static inline __u32 sum_octave(__u64 ns)
{
	__u32 log = 0;

	/* clang 14 has no count of leading zeros for BPF. */
	for (__u32 i = 32; i; i >>= 1)
		if (ns >> log >> i)
			log += i;
	return log < SUM_BITS ? 0 : log - SUM_BITS + 1;
}

static inline __u32 sum_step(__u64 ns, __u32 octave)
{
	return (octave ? ns >> (octave - 1) : ns) & (SUM_STEPS - 1);
}

#endif
