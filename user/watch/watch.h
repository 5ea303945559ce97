/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The watchpoints of a run: opens them where the hooks of watch/map.bpf.c report a mapped word, and
 * counts what they missed.
 */
#ifndef IPCTRACE_WATCH_WATCH_H
#define IPCTRACE_WATCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#include "abi/event.h"
#include "kern/rings.h"
#include "names/watch_spec.h"
#include "abi/watchword.h"

/* What of the loaded BPF programs it works with. */
struct watch_bpf {
	int store, any; /* programs */
	int requests;	/* maps */
	int held, processes, moves;
	struct watch_word *words; /* WATCH_WORDS */
	volatile __u64 *n;	  /* how many words the hooks look for */
	volatile __u64 *seen;	  /* 2: hits of stores, of either */
	volatile __u64 *steps;	  /* they are stepped, not left to the hardware */
	volatile __u64 *mapped;	  /* WATCH_WORDS */
	volatile __u32 *watcher;  /* whose stops are no story */
};

struct watch;

/* NULL with errno. bpf is copied. */
struct watch *watch__new(const struct watch_bpf *bpf);
/*
 * Chooses how n words, or fewer, are watched, and begins. The hardware is tried on the caller:
 * drain() must hand each hit to watch__tried() before it returns. If there are more words than
 * registers, they are stepped. If the hardware was asked for and does not work, a warning is
 * printed, nothing is watched, and everything is lost. Stopped processes go on if ipctrace dies. 0
 * or -errno.
 */
int watch__start(struct watch *w, size_t n, enum watch_by by, void (*drain)(void *ctx), void *ctx);
/* How words are watched. */
enum watch_by watch__by(const struct watch *w);
/* Hands over what the process that steps has seen: how many, or what fn returned that was not 0. */
int watch__drain(struct watch *w, rings_fn fn, void *ctx);
/*
 * A hit, as it comes through the ring, as the record that it becomes. True: another one comes before
 * it, which says what its instruction is called.
 */
bool watch__take(struct watch *w, struct ev_access *to, const struct watch_hit *hit,
		 struct ev_symbol *symbol);
/* Every other record. */
void watch__follow(struct watch *w, const struct event *rec);
void watch__tried(struct watch *w, const struct ev_access *a);
/* Whether the trial went well. */
bool watch__works(const struct watch *w);
/* A run begins, with these words to watch: none of them is mapped. 0 or -errno. */
int watch__begin(struct watch *w, const struct watch_spec *words, size_t n);
/* Readable when a process waits to be armed. For poll(2). */
int watch__fd(const struct watch *w);
/* Arms the waiting processes, and lets them go on. 0 or -errno. */
int watch__serve(struct watch *w);
/*
 * The run is over: removes the watchpoints, and counts what they missed. Returns NULL, or the first
 * word that was not mapped.
 */
const char *watch__end(struct watch *w);
/* Accesses and words that were not seen, ever. */
__u64 watch__lost(const struct watch *w);
void watch__free(struct watch *w); /* NULL is fine */

/* How --watch would watch here, in words. Size: 128 is enough. */
const char *watch__way(char *buf, size_t size);

#endif
