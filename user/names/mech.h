/* SPDX-License-Identifier: GPL-2.0 */
/* The mechanism table of bpf/abi/mech.def, for user space. */
#ifndef IPCTRACE_NAMES_MECH_H
#define IPCTRACE_NAMES_MECH_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

#define SHM_DIR "/dev/shm" /* where shm_open(3) has its names */

/* What a mechanism's objects are like, as its row of abi/mech.def says. */
enum mech_trait {
	MT_FD = 1,     /* descriptors hold it; it is gone when none does */
	MT_ENDS = 2,   /* it has a read end and a write end, and counts who holds each */
	MT_PATH = 4,   /* it has a path, by which others may come; its number is of a file system */
	MT_MAPPED = 8, /* processes map it */
	MT_SYSV = 16,  /* its number is of an IPC namespace, its dev; it is there until removed */
	MT_HASH = 32,  /* its number is a hash, which cannot be looked up */
	MT_MESSAGES = 64, /* what is put in is a message, and comes out as one */
	MT_EVENTS = 256,  /* an operation on it is an event for who polls it */
	MT_PICK = 128,	  /* an option of its name follows one alone, by its number */
	MT_NAMED = 512,	  /* it exists without a holder as long as its word "links" is not 0 */
	MT_PEER = 2048, /* it talks to one peer of its kind: its word "peer" is that one's number */
	MT_TIMER =
	    1024, /* it has a timer: its words "due_s", "due_ns", "interval_s", "interval_ns" */
};

struct mech {
	const char *name;		/* "pipe" */
	unsigned int traits;		/* enum mech_trait */
	const char *words[STATE_WORDS]; /* names of struct ipc_state's words; NULL: unused */
};

/* Who could end a sleep. */
enum enders {
	ENDERS_ELSEWHERE, /* that is not known by the reason */
	ENDERS_WRITERS,	  /* who has the object open for writing */
	ENDERS_READERS,	  /* for reading */
	ENDERS_HOLDERS,	  /* who has it open */
	ENDERS_WATCHED,	  /* who holds the objects that it polls */
	ENDERS_OWNER,	  /* who has the mutex */
	ENDERS_OPENER,	  /* whoever opens it, too, as long as it has a name */
	ENDERS_ANYBODY,	  /* whoever may operate on it */
	/* Who has its peer open, by writing or by reading; by shutdown(2) also who has it open itself. */
	ENDERS_PEER_WRITERS,
	ENDERS_PEER_READERS,
	ENDERS_ACCEPTERS, /* who has it open, by accept(2) */
	ENDERS_EXPIRY,	  /* its own timer */
	ENDERS_SETTERS,	  /* who has it open, by setting its timer */
};

struct reason {
	const char *name;     /* "full" */
	const char *sentence; /* "all {slots} slots are full ({bytes} bytes)" */
	__u8 mech;
	__u8 enders; /* enum enders */
};

const struct mech *mech__get(unsigned int id); /* NULL: no such row */
/* As mech__get()'s name, but as the links of /proc/PID/fd begin; there must be such a row. */
const char *mech__link_name(unsigned int id);
int mech__find(const char *name); /* 0: no such row */
/* Whether its objects have this trait, or any of these. */
bool mech__has(unsigned int id, unsigned int traits);
/* Those that have this trait, or any of these, a bit each. */
__u32 mech__all(unsigned int traits);
/* Whether an object in this state, NULL if that is not known, may have a name by which it can be
 * opened, even without a holder. */
bool mech__is_named(const struct ipc_object *key, const struct ipc_state *st);
/* When an object's own timer runs out, in ns from the state on that tells of it. */
struct expiry {
	__u64 due;	/* 0: it is not armed */
	__u64 interval; /* from then on; 0: once */
};

/* False: such an object has no timer. */
bool mech__expiry(unsigned int mech, const struct ipc_state *st, struct expiry *e);
/* "pipe:[123]", "fifo:[8:1:123]": as an object is called that has no path. */
void mech__object_name(char *buf, size_t size, const struct ipc_object *key);
/* The same beside objects of ipc namespace home, 0: none: ids of another one, which may be the same, are told
 * apart: "sem:[4026532410:0]". */
void mech__object_name_in(char *buf, size_t size, const struct ipc_object *key, __u32 home);
/*
 * What a file in memory is called by the first len bytes of its path: "shmem:/NAME" in SHM_DIR; or, of a
 * memfd, by the name that memfd_create(2) was given: "shmem:memfd:NAME".
 */
void mech__memory_name(char *buf, size_t size, const char *path, size_t len, bool memfd);
/* The ipc namespace of a SysV object, by its inode number; 0: it is none, or not known. */
__u32 mech__ipc_ns(const struct ipc_object *key);
const struct reason *reason__get(unsigned int id); /* NULL: no such row, or WAIT_UNKNOWN */
enum enders reason__enders(unsigned int id);
bool reason__by_peer(unsigned int id); /* whether that is who has its peer open */
/* Fills {word} and {word:noun} of a sentence from a state, with "?" when st is NULL. Returns the
 * length. */
size_t mech__sentence(char *buf, size_t size, const char *sentence, const struct mech *m,
		      const struct ipc_state *st);

#endif
