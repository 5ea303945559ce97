/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shows runs, one after the other, with records from the kernel or from a trace file. It joins
 * timeline, claims and sink, and keeps the score of all runs.
 */
#ifndef IPCTRACE_SHOW_SHOW_H
#define IPCTRACE_SHOW_SHOW_H

#include "claims/claims.h"
#include "opts/opts.h"
#include "abi/sums.h"
#include "file/trace_file.h"

struct show;

/* Opens the output. backend and kernel outlive it. NULL after one message. */
struct show *show__new(const struct opts *o, const char *backend, const char *kernel);
/* How words are watched, for the trust line: it outlives it, too. NULL: none is. */
void show__watched(struct show *sh, const char *how);
/* A run begins; run and expect (NULL: no claims) live until show__end(). 0 or -errno. */
int show__begin(struct show *sh, const struct trace_run *run, const struct expect *expect);
/* 0 or -errno; a record that is not well formed is left out, with a warning. */
int show__record(struct show *sh, const struct event *rec);
/* What the kernel summed up, in place of records; of `stat` only. 0 or -errno. */
int show__sum_op(void *show, const struct sum_op_key *key, const struct sum_op *sum);
int show__sum_wait(void *show, const struct sum_wait_key *key, const struct sum_wait *sum);
/* As timeline__advance() and timeline__finish(). */
int show__advance(struct show *sh, __u64 ts);
int show__finish(struct show *sh);
/* Writes what is buffered. 0, or the errno of the first failure. */
int show__flush(struct show *sh);
/* The errno of the first write that failed so far; 0: none. */
int show__write_error(const struct show *sh);
/*
 * For another thread than the one that shows: since when a write waits for its reader, ns, 0 if
 * none does; and to end that, for no write succeeds any more.
 */
__u64 show__blocked_since(const struct show *sh);
void show__give_up(struct show *sh);
/* "stdout", or the path. */
const char *show__output_name(const struct show *sh);
/* The run is over, or could not begin (show__begin() may have failed): the rest is printed. */
void show__end(struct show *sh, const struct trace_end *end);
/* Something failed that no run tells of: the exit status will say so. */
void show__failed(struct show *sh);
/* The trace file is not whole: summary and exit status will say so. */
void show__not_whole(struct show *sh);
/* Prints the summary and closes. The exit status. */
int show__close(struct show *sh);
void show__free(struct show *sh);

#endif
