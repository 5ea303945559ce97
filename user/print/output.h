/* SPDX-License-Identifier: GPL-2.0 */
/* The output of data: stdout or a file. It remembers the first write that failed, and why. */
#ifndef IPCTRACE_PRINT_OUTPUT_H
#define IPCTRACE_PRINT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

struct output {
	FILE *f; /* has no fileno(): its writes are watched */
	int fd;
	const char *name; /* "stdout", or the path */
	int error;	  /* errno of the first write that failed, 0 */
	int held;	  /* where it is kept meanwhile; -1: it is written */

	/* between the thread that writes and another */
	_Atomic __u64 blocked_since; /* ns: the write that goes on began then; 0: none does */
	_Atomic bool given_up;	     /* nothing is written any more; error becomes ECANCELED */
};

/* path NULL: stdout. replace: a file that exists. out must stay where it is. 0, or -errno after one
 * message. */
int output__open(struct output *out, const char *path, bool replace);
/*
 * Holds back what is written until it is released or closed, because another process uses the
 * terminal.
 */
void output__hold(struct output *out);
void output__let_go(struct output *out);
/* Writes what is buffered. 0, or the errno of the first failure. */
int output__flush(struct output *out);
/*
 * Flushes and closes, if it is open; one message when anything was not written, but none where a
 * reader had enough (EPIPE). 0 or -errno.
 */
int output__close(struct output *out);
/* The terminal's width, $COLUMNS, or what suits a file. */
int output__columns(const struct output *out);
/* Whether to write colours. when: "auto" (to a terminal, unless NO_COLOR), "always", "never". */
bool output__colour(const struct output *out, const char *when);
/* Whether the locale can show box drawing. */
bool output__utf8(void);

#endif
