/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fact as named fields: the one vocabulary of JSON, --raw and .expect files.
 *
 * A dot nests: "before.used" is {"before":{"used":N}} in JSON. State words take their names
 * from abi/mech.def. The names and their meanings are listed in docs/FIELDS.md.
 */
#ifndef IPCTRACE_WORDS_FIELDS_H
#define IPCTRACE_WORDS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "timeline/timeline.h"

enum field_type {
	FIELD_INT,    /* i */
	FIELD_BOOL,   /* i, 0 or 1 */
	FIELD_STRING, /* s, as read from the kernel: not escaped, perhaps not UTF-8 */
};

#define FIELDS_MAX     64
#define FIELDS_UNKNOWN 8

struct field {
	const char *name; /* static */
	enum field_type type;
	__s64 i;
	const char *s; /* lives in struct fields */
};

struct fields {
	const char *kind; /* as JSON says it: "op", "wait", "signal", ...; docs/FIELDS.md has all */
	size_t n;
	struct field f[FIELDS_MAX];
	/* What such a fact has, and the records do not tell of this one. */
	const char *unknown[FIELDS_UNKNOWN];
	size_t n_unknown;
	char text[512]; /* storage of the strings that are made up */
	size_t text_used;
};

/* All fields of a fact, in the order in which they are printed. */
void fact__fields(const struct fact *fact, struct fields *out);
/* NULL when the fact has no such field. For state words the prefix "after." or "state." may be left
 * out. */
const struct field *fields__get(const struct fields *fs, const char *name);
/* False for a field that such a fact never has, or has not because nothing of the kind was there.
 */
bool fields__is_unknown(const struct fields *fs, const char *name);

#endif
