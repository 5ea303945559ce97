/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace file of a session: what is written besides the records, and its messages. Every
 * function takes NULL, a session that is not recorded.
 */
#ifndef IPCTRACE_SESSION_RECORDER_H
#define IPCTRACE_SESSION_RECORDER_H

#include <linux/types.h>

#include "abi/event.h"
#include "opts/opts.h"
#include "file/trace_file.h"

struct recorder;

/* Begins the file o->record. NULL after one message. */
struct recorder *recorder__new(const struct opts *o, const char *backend, const char *watched);
/* An error is kept, and returned by recorder__flush() and recorder__close(). */
void recorder__run(struct recorder *r, const struct trace_run *run);
void recorder__record(struct recorder *r, const struct event *rec);
void recorder__tick(struct recorder *r, __u64 ts);
void recorder__run_end(struct recorder *r, const struct trace_end *end);
/* Writes what has waited for a second at now. 0 or -errno. */
int recorder__flush(struct recorder *r, __u64 now);
/* Ends the file, and prints what is in it, or one message about what went wrong. 0 or -errno. */
int recorder__close(struct recorder *r);

#endif
