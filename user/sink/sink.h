/* SPDX-License-Identifier: GPL-2.0 */
/* A sink prints facts and verdicts. It does not know whether they are live or replayed. */
#ifndef IPCTRACE_SINK_SINK_H
#define IPCTRACE_SINK_SINK_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

#include "claims/claims.h"
#include "timeline/timeline.h"

struct sink_opts {
	FILE *out;
	int columns; /* of the terminal, or what is assumed for a file */
	bool colour;
	bool ascii;    /* no box drawing, no character above 127 of our own */
	bool raw;      /* text: one line a record */
	bool evidence; /* text: the records that prove a claim, too */
};

/* What is about to run. */
struct run_info {
	const char *scenario;  /* NULL for `run` */
	const char *case_name; /* NULL: the scenario has one case, or none */
	const char *title;     /* of the case; NULL */
	const char *command;   /* "run -- ls -l", "attach -p 1"; NULL of a scenario */
	const char *backend;   /* "fentry", "kprobe", "syscall" */
	const char *kernel;    /* uname -r */
};

/* The trust line, at the end of everything. */
struct run_summary {
	__u64 records; /* facts that they tell: a sleep that goes on is one */
	__u64 summed;  /* operations and waits that the kernel summed up instead */
	__u64 lost[LOST_CAUSES];
	__u64 lost_total;
	const char *backend;
	const char *watched; /* how words were; NULL: none was to be */
	const char *kernel;
	const char *note; /* what this backend cannot see and the run used, or NULL */
	unsigned int held, failed, inconclusive; /* claims */
	bool incomplete; /* interrupted, timed out, crashed, or a file is not whole */
	bool not_whole;	 /* the trace file */
};

struct sink;

struct sink_ops {
	const char *name; /* -f NAME */
	struct sink *(*new)(const struct sink_opts *opts);
	void (*begin)(struct sink *s, const struct run_info *info); /* of one case */
	void (*fact)(struct sink *s, const struct fact *fact);
	/* What the traced program printed, when it was caught. */
	void (*output)(struct sink *s, const char *text, size_t len);
	void (*end)(struct sink *s); /* of one case */
	/* After end(): who slept when the story ended, as timeline__asleep() has it; one at least. */
	void (*asleep)(struct sink *s, const struct fact *facts, size_t n);
	void (*claim)(struct sink *s, const struct verdict *v);
	void (*summary)(struct sink *s, const struct run_summary *sum);
	void (*free)(struct sink *s);
};

extern const struct sink_ops sink_text, sink_json;
/* Prints nothing; no -f names it. */
extern const struct sink_ops sink_none;

/* NULL when there is no such sink. */
const struct sink_ops *sink__find(const char *name);

#endif
