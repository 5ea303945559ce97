/* SPDX-License-Identifier: GPL-2.0 */
/* The table of options, made from options.def, and the help. */
#ifndef IPCTRACE_OPTS_TABLE_H
#define IPCTRACE_OPTS_TABLE_H

#include <stddef.h>
#include <linux/types.h>

enum option_id {
#define OPTION(id, ...) OPT_##id,
#include "opts/options.def"
	OPTION_ROWS,
};

/* Options as a set. */
#define OPT(id) (1ULL << OPT_##id)
_Static_assert(OPTION_ROWS <= 64, "a set of options is a __u64");

/* What an option takes, and where it goes. */
enum option_value {
	FLAG,
	STRING,
	CHOICE,
	BACKEND,
	DURATION,
	HOLD,
	SIZE,
	TIME,
	BYTES,
	NARROW,
	WATCH,
	HELP,
	VERSION_TEXT,
	SCHEMA,
};

struct option_row {
	char letter;
	const char *name;
	const char *arg; /* as the help shows it; NULL: takes none */
	enum option_value value;
	size_t at;	     /* offset in struct opts */
	const char *choices; /* CHOICE, BACKEND: "text|json"; --mech: what its list is of */
	const char *help;
};

struct opts;
struct verb;

extern const struct option_row option_rows[]; /* by enum option_id */

/* The options that a verb has in any of its forms, in the order of the table. */
__u64 opts__of_verb(const struct verb *verb);
/* Prints how o's verb or scenario is called, and its options; of all verbs where o has none. */
void opts__print_help(const struct opts *o);

#endif
