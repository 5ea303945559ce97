/* SPDX-License-Identifier: GPL-2.0 */
/* The parsed form of an .expect file. Internal to the claims. */
#ifndef IPCTRACE_CLAIMS_EXPECT_H
#define IPCTRACE_CLAIMS_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "claims/claims.h"
#include "timeline/timeline.h"
#include "lib/map.h"

enum comparison { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };

const char *comparison__text(enum comparison op);
bool comparison__holds(enum comparison op, __s64 a, __s64 b);

enum value_kind {
	/* As written: text is what they are. */
	VALUE_NUMBER, /* i; text against a string field */
	VALUE_WORD,   /* text; against an integer the field of that name */
	VALUE_STRING, /* text */
	/* Known when the facts come. */
	VALUE_VARIABLE, /* var, bound by an earlier plain pattern */
	VALUE_FIELD,	/* the field named text: a variable that the same pattern binds */
	VALUE_BIND,	/* anything; it becomes the value of var */
	VALUE_ANY,	/* $_ */
	VALUE_SUM,	/* part[0] and part[1] together, or less it */
};

struct value {
	enum value_kind kind;
	bool duration;	    /* was written with a unit of time */
	unsigned int var;   /* index in the claim */
	unsigned int types; /* that the variable may have: bits 1 << enum field_type */
	__s64 i;
	const char *text;    /* without quotes */
	int slot;	     /* of the field named text, where it may be one */
	const char *written; /* as in the file */
	struct value *part;  /* of a sum, two numbers */
	bool less;
};

struct condition {
	struct condition *next;
	const char *field;
	int slot; /* of the field: its index in the file */
	enum comparison op;
	bool word; /* made from the WORD after FACT */
	struct value value;
};

/* One row a word that may stand as FACT. */
struct fact_word {
	const char *word;
	enum fact_kind kind;
	const char *field; /* what WORD is short for; NULL: takes no WORD */
};

/* NULL when there is none, as for FACT_LOST. */
const struct fact_word *fact_word__of(enum fact_kind kind);

#define ROLE_ANY (-1)

/* Process and field names that the file mentions, each once. */
struct name {
	struct map_node node; /* by the text */
	struct name *next;
	const char *text;
	int index;
};

struct names {
	struct map map;
	struct name *first;
	int n;
};

enum pattern_kind { PATTERN_PLAIN, PATTERN_NEVER, PATTERN_COUNT };

struct pattern {
	struct pattern *next;
	enum pattern_kind kind;
	enum comparison count_op;
	__s64 count;
	const char *comm; /* NULL: anyone */
	int role;	  /* index in the file, or ROLE_ANY */
	enum fact_kind fact;
	struct condition *conditions;
	unsigned int n_conditions;
	unsigned int index; /* in its claim */
	int line;
	const char *text; /* the line */
	const char *what; /* the line from ROLE on */
};

struct variable {
	struct variable *next;
	const char *name;
	unsigned int index;
	const struct pattern *bound_by;
	const char *field;
	unsigned int types; /* of the field: bits 1 << enum field_type */
};

struct claim {
	struct map_node node; /* by its name, in its case */
	struct claim *next;
	const char *name, *title;
	const char *lesson, *quote, *gloss, *differs;
	int line;
	const char *text;
	struct pattern *patterns;
	unsigned int n_patterns;
	struct variable *variables;
	unsigned int n_variables;
};

struct watched {
	struct watched *next;
	const char *text; /* as --watch takes it */
};

struct section {	      /* a case */
	struct map_node node; /* by its name */
	struct section *next;
	const char *name, *title;
	struct watched *watched;
	bool interactive;
	enum varies varies;
	bool says_varies;
	int line;
	struct claim *claims;
	size_t n_claims;
};

struct expect {
	char *file; /* as it was named */
	const char *title, *lesson;
	struct watched *watched; /* in each case */
	struct section *sections;
	struct map section_names;
	struct expect_case *cases; /* the sections, as the world sees them */
	size_t n_cases;
	struct names roles;
	struct names fields;
	struct kept *memory; /* everything above lives here */
};

/* NULL when there is no such case. */
const struct section *expect__section(const struct expect *ex, const char *name);

#endif
