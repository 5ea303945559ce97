/* SPDX-License-Identifier: GPL-2.0 */
/* How far one claim has come in its patterns, and what it has seen. Internal to the claims. */
#ifndef IPCTRACE_CLAIMS_PROGRESS_H
#define IPCTRACE_CLAIMS_PROGRESS_H

#include "claims/evidence.h"

/* Role of a fact whose process no pattern names. */
#define ROLE_OTHER (-2)

/* What the claims of a case look at: the current fact, and which processes were seen at all. */
struct view {
	const struct fact *fact; /* NULL: the run is over */
	int role;
	bool have_fields; /* made when the first claim asks for them */
	struct lookup lookup;
	bool *seen; /* by role */
	bool out_of_memory;
	__u64 limit;		/* ns: the time that was up at the end; 0: it was not */
	const char *broke_off;	/* why the end is none; NULL */
	struct sleeper *asleep; /* at the end, by role; behind them anybody */
	int n_roles;
};

/* Who sleeps at the end. */
struct sleeper {
	bool there;
	bool reason; /* on an object that is known */
	struct actor who;
	char what[512]; /* "sleeps in read(0) on pipe:[12] because ..." */
};

/* What a never or count line has seen in its stretch. */
struct tally {
	__s64 n;
	__u64 first, last;
	char *over; /* the record with which it became too many */
};

struct progress {
	const struct claim *claim;
	unsigned int kinds; /* FACT_BITs that its patterns speak of */
	const struct pattern
	    *stretch;		    /* the never and count lines that are judged now, up to ... */
	const struct pattern *next; /* ... the plain pattern looked for; NULL: none is left */
	bool matched;		    /* a plain pattern did, the last one at since */
	__u64 since;
	bool decided;
	struct binding *vars;
	struct tally *tallies; /* by pattern index */
	struct evidence evidence;
	struct distance near; /* of the nearest miss of next */
	char *miss, *miss_why;
	char *unknown;		      /* a record that may or may not have matched */
	const struct pattern *broken; /* decided that it fails; NULL: it holds */
	char *why, *offender;
};

/* 0 or -ENOMEM. progress__free() also then. */
int progress__init(struct progress *pr, const struct claim *claim);
/* Looks at v->fact. Not to be called once the claim is decided. */
void progress__feed(struct progress *pr, struct view *v);
/* In progress_end.c: the run is over. Decides. */
void progress__finish(struct progress *pr, struct view *v);
void progress__free(struct progress *pr);

/* Formats; out of memory gives NULL and makes the case inconclusive. To be freed. */
char *view__text(struct view *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* It fails by this line; takes both texts, which may be NULL. */
void progress__decide(struct progress *pr, const struct pattern *broken, char *why, char *offender);
/* The stretch is over: v->fact matched the next plain pattern, or the run is over. */
void progress__judge_counts(struct progress *pr, struct view *v);

#endif
