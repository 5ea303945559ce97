/* SPDX-License-Identifier: GPL-2.0 */
/* One pattern of an .expect file against one fact's fields. Internal to the claims. */
#ifndef IPCTRACE_CLAIMS_PATTERN_H
#define IPCTRACE_CLAIMS_PATTERN_H

#include "claims/expect.h"
#include "words/fields.h"

/* The fields of the fact at hand; each name of the file is looked up once a fact. */
struct lookup {
	struct fields fields;
	const struct field **found; /* by slot */
	bool *done;		    /* by slot */
	int n;
};

/* For n names. 0 or -ENOMEM; lookup__free() also then. */
int lookup__init(struct lookup *lk, int n);
void lookup__fill(struct lookup *lk, const struct fact *fact);
void lookup__free(struct lookup *lk);
/* NULL: the fact has no such field. */
const struct field *lookup__get(struct lookup *lk, int slot, const char *name);

/* What a variable holds. A string is the binding's own. */
struct binding {
	enum field_type type;
	__s64 i;
	char *s;
};

/* How far a fact was from matching: conditions missed, then what an ordering lacked. */
struct distance {
	unsigned int missed;
	__u64 lacked;
};

#define DISTANCE_MAX ((struct distance){~0U, ~0ULL})

enum met {
	MET_NO,
	MET_YES,
	MET_UNKNOWN, /* it depends on a field that the records do not tell */
};

enum met condition__met(const struct condition *c, struct lookup *lk, const struct binding *vars);
/* Role and kind are the caller's to compare. */
enum met pattern__match(const struct pattern *p, struct lookup *lk, const struct binding *vars);
/* The number that v means for the current fact. False: v is no number. */
bool value__number(const struct value *v, struct lookup *lk, const struct binding *vars, __s64 *i);
/* After pattern__match() did not match: updates *best if this fact is nearer. */
bool pattern__nearer(const struct pattern *p, struct lookup *lk, const struct binding *vars,
		     struct distance *best);
/* Gives the variables that p binds their values from a fact that matches. 0 or -ENOMEM. */
int pattern__bind(const struct pattern *p, struct lookup *lk, struct binding *vars);

#endif
