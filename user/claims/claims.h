/* SPDX-License-Identifier: GPL-2.0 */
/* Claims: reads an .expect file once, takes the facts of each case, and returns verdicts. */
#ifndef IPCTRACE_CLAIMS_CLAIMS_H
#define IPCTRACE_CLAIMS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "timeline/timeline.h"

enum verdict_result { CLAIM_HOLDS, CLAIM_FAILS, CLAIM_INCONCLUSIVE };

#define VERDICT_EVIDENCE 8

struct verdict {
	const char *scenario;  /* NULL: of a command */
	const char *case_name; /* NULL: it has but one */
	const char *claim;     /* its short name, one word */
	const char *title;     /* its sentence */
	const char *lesson;    /* section of the lesson, "1.4", or NULL */
	const char *quote;     /* the lesson's sentence, or NULL */
	const char *gloss;     /* the same in English, or NULL */
	const char *differs;   /* where the kernel and the lesson differ, or NULL */
	enum verdict_result result;
	const char *why;     /* fails, inconclusive: one line; NULL when it holds */
	const char *file;    /* the .expect file, as it was named */
	int line;	     /* of the .expect file: the pattern that decided, or the claim's */
	const char *pattern; /* text of that line */
	const char *evidence[VERDICT_EVIDENCE]; /* records that proved or broke it, one line each */
	size_t n_evidence;
};

struct expect; /* a parsed .expect file */

/* What the scheduler decides in a case, so that two runs tell it differently; each has all before it. */
enum varies { VARIES_NOTHING, VARIES_STATE, VARIES_SLEEPS, VARIES_TURNS, VARIES_CALLS };

struct expect_case {
	const char *name; /* "4"; "" when the file has one unnamed case */
	const char *title;
	const char *const *watches; /* of --watch, what its claims need; ends with NULL */
	bool interactive;	    /* it asks for something, if it is told --interactive */
	enum varies varies;
};

/* Parses. NULL with errno EINVAL after one message in err ("FILE:LINE: what is wrong"). */
struct expect *expect__parse(FILE *in, const char *file, char *err, size_t err_size);
const char *expect__title(const struct expect *ex);
const char *expect__lesson(const struct expect *ex); /* "1.4", or NULL */
size_t expect__cases(const struct expect *ex, const struct expect_case **cases);
/* NULL: it has none of that name. */
const struct expect_case *expect__case(const struct expect *ex, const char *name);
void expect__free(struct expect *ex);

struct claims;

/* Claims of one case. ex outlives it. NULL with errno. */
struct claims *claims__new(const struct expect *ex, const char *scenario, const char *case_name);
void claims__feed(struct claims *cl, const struct fact *fact);
/* Makes every verdict of the case inconclusive, with this reason; the first that is given counts. */
void claims__doubt(struct claims *cl, const char *why);
/* Likewise of claims about loads and stores. */
void claims__doubt_accesses(struct claims *cl, const char *why);
/*
 * The story ended when this time (ns) was up: claims about what had not come fail. Those who were
 * asleep then are told before claims__finish(), one after the other, as a FACT_BLOCK each.
 */
void claims__limit(struct claims *cl, __u64 ns);
void claims__asleep(struct claims *cl, const struct fact *fact);
/*
 * The story was broken off: claims that are not decided by then are inconclusive, with this reason.
 */
void claims__broke_off(struct claims *cl, const char *why);
/* Decides; calls fn once a claim, in the file's order. */
void claims__finish(struct claims *cl, void (*fn)(void *ctx, const struct verdict *v), void *ctx);
void claims__free(struct claims *cl);

#endif
