/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shows a live session from a separate thread. Records wait for it in a spool, so neither slow
 * printing nor a reader that does not read keeps the tracer from its rings. The tracer's thread
 * calls all these functions.
 */
#ifndef IPCTRACE_SESSION_PRINTER_H
#define IPCTRACE_SESSION_PRINTER_H

#include "claims/claims.h"
#include "abi/event.h"
#include "opts/opts.h"
#include "abi/sums.h"
#include "file/trace_file.h"

struct printer;

/* As show__new() and show__watched(); interrupt__init() was called. NULL after one message. */
struct printer *printer__new(const struct opts *o, const char *backend, const char *kernel,
			     const char *watched);
/* As show__begin(). */
int printer__begin(struct printer *p, const struct trace_run *run, const struct expect *expect);
/* A record, a tick, a row of sums: to be shown in this order. 0 or -errno. */
int printer__record(struct printer *p, const struct event *rec);
void printer__tick(struct printer *p, __u64 ts);
int printer__sum_op(void *printer, const struct sum_op_key *key, const struct sum_op *sum);
int printer__sum_wait(void *printer, const struct sum_wait_key *key, const struct sum_wait *sum);
/* How many records came so far; one that was summed up counts as well. */
__u64 printer__records(const struct printer *p);
/* What was given until now is to be shown now, however little it is. */
void printer__push(struct printer *p);
/* The first failure of what is shown, not of writing it. 0 or -errno. */
int printer__failed(struct printer *p);
/* The first failure to write, EPIPE if the reader is gone. 0, or an errno. */
int printer__unwritten(struct printer *p);
/*
 * Waits until all that was given is shown, then ends as show__finish() does. Once a signal has
 * come it waits no longer than some seconds for a reader who does not read, and a signal that
 * comes meanwhile ends it at once; then the output is unwritten. 0 or -errno.
 */
int printer__finish(struct printer *p);
/* As show__end(). Waits in the same way. */
void printer__end(struct printer *p, const struct trace_end *end);
/* As show__failed() and show__close(). Waits in the same way. */
int printer__close(struct printer *p, bool failed);

#endif
