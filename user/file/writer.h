/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes a trace file. Whatever ends the writer, the file has all but the last second, and can be
 * read. The first error is kept: every later call returns it.
 */
#ifndef IPCTRACE_FILE_WRITER_H
#define IPCTRACE_FILE_WRITER_H

#include <linux/types.h>

#include "abi/event.h"
#include "file/trace_file.h"

struct writer;

/* Takes over fd, in case of an error, too. max_size: bytes, 0 is no limit. NULL with errno. */
struct writer *writer__new(int fd, const struct trace_about *about, __u64 max_size);
/* A run begins. Returns 0 or -errno, as all that follow. */
int writer__run(struct writer *w, const struct trace_run *run);
/*
 * -EPROTO for a record whose kind or size is none. Beyond the greatest size of the file records
 * are only counted, and writer__run_end() writes an EV_LOST.
 */
int writer__record(struct writer *w, const struct event *rec);
/* timeline__advance(ts) was called here. */
int writer__tick(struct writer *w, __u64 ts);
/* Writes out what has waited for a second, at now (ns, CLOCK_MONOTONIC). */
int writer__flush(struct writer *w, __u64 now);
int writer__run_end(struct writer *w, const struct trace_end *end);
/* Records that the file has no room for. */
__u64 writer__dropped(const struct writer *w);
/* Bytes, and records, that are in the file. */
__u64 writer__size(const struct writer *w);
__u64 writer__records(const struct writer *w);
/* Ends the file in good order, closes, frees. 0 or -errno. */
int writer__close(struct writer *w);

#endif
