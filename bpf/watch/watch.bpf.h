/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known about watched words: watch/map.bpf.c finds where they are, watch/hit.bpf.c uses
 * that.
 */
#ifndef IPCTRACE_WATCH_WATCH_BPF_H
#define IPCTRACE_WATCH_WATCH_BPF_H

#include "core/common.bpf.h"
#include "abi/watchword.h"

/* Set by the loader before each run. */
extern struct watch_word watch_words[WATCH_WORDS];
extern __u64 watch_n;

/* By process. Not allocated on the way: perf programs run where that is not allowed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct watch_process);
} watch_processes SEC(".maps") __weak;

#endif
