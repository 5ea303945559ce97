/* SPDX-License-Identifier: GPL-2.0 */
/* Prints the answer of `ipctrace why`, as text, JSON or dot. */
#ifndef IPCTRACE_WHY_REPORT_H
#define IPCTRACE_WHY_REPORT_H

#include "why/graph.h"
#include "print/style.h"

struct report {
	const struct graph *graph;
	const size_t *shown; /* indices of tasks, in the order in which they are shown */
	size_t n_shown;
	const char *kernel; /* uname -r */
	__u64 apart;	    /* ns between the two looks */
	bool all;	    /* of every process that waits, not of one */
};

void report__text(const struct report *r, const struct style *st);
/* One object a line; words/schema.c describes them. */
void report__json(const struct report *r, FILE *out);
/* The wait-for graph, for Graphviz: what can be reached from the tasks shown. 0 or -ENOMEM. */
int report__dot(const struct report *r, FILE *out);

#endif
