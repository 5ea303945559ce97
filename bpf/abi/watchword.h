/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watched words: what the hooks of bpf/watch/ and the loader say to each other.
 *
 * Includes nothing; whoever includes it provides __u8 ... __u64, and abi/event.h.
 */
#ifndef IPCTRACE_ABI_WATCHWORD_H
#define IPCTRACE_ABI_WATCHWORD_H

#define WATCH_WORDS    64 /* by stepping */
#define WATCH_HARDWARE 4  /* by hardware: as many as x86 has registers for */
/*
 * Up to this number, each word has two: one for stores, one for both. Beyond it, the instruction
 * has to tell.
 */
#define WATCH_EXACT 2

#define WATCH_NAME 48

/* A word that is asked for. */
struct watch_word {
	__u64 offset; /* in the object, bytes */
	__u32 id;     /* SHM: key_t, or with by_id the segment's id */
	__u32 dev;    /* SHMEM: of the file system, kernel's dev_t */
	__u8 mech;    /* MECH_SHM, MECH_SHMEM */
	__u8 by_id;
	__u8 len; /* 1, 2, 4, 8; offset is a multiple of it */
	__u8 pad[5];
	char name[WATCH_NAME]; /* SHMEM: the file's, as its directory entry has it */
};

/* Where a process has a word. */
struct watch_place {
	__u64 addr; /* 0: it never had it */
	struct ipc_object obj;
	__u64 live; /* 1: it is mapped now */
};

struct watch_process {
	struct watch_place places[WATCH_WORDS];
};

/* A process has mapped words; it stands still until they are armed, if it could be stopped. */
struct watch_request {
	__u32 pid;
	__u32 stopped;
	__u64 addr[WATCH_HARDWARE]; /* 0: not this word; by stepping all are */
};

/* In `watch_held`: a process that was stopped for that. */
enum watch_hold {
	WATCH_HELD = 1,
	WATCH_RELEASED = 2,
	WATCH_STOPPED = 3, /* held, or just released, and another process has stopped it as well */
};

/* In `watch_moves`: an instruction whose registers tell the value that it moved. */
struct watch_move {
	__u64 ip;
	__u64 pid;
};

enum watch_reg {
	WATCH_AX,
	WATCH_CX,
	WATCH_DX,
	WATCH_BX,
	WATCH_SP,
	WATCH_BP,
	WATCH_SI,
	WATCH_DI,
	WATCH_R8, /* to R15 */
	WATCH_REGS = 16,
};

#define WATCH_CODE 16

/* An access as it comes through the ring, with what is needed to find the moved value. */
struct watch_hit {
	struct ev_access access;
	__u64 regs[WATCH_REGS]; /* after the instruction */
	__u8 code[WATCH_CODE];	/* bytes that end where the instruction ended */
	__u32 has_code;
	__u32 flags; /* after the instruction */
};

#endif
