/* SPDX-License-Identifier: GPL-2.0 */
/* Adds fields to a fact: single ones, and the groups that several kinds of fact share. */
#ifndef IPCTRACE_WORDS_FIELD_GROUPS_H
#define IPCTRACE_WORDS_FIELD_GROUPS_H

#include <stdbool.h>

#include "words/fields.h"

void fields__int(struct fields *fs, const char *name, __s64 i);
void fields__bool(struct fields *fs, const char *name, bool b);
/* A string that lives as long as the program; NULL: the fact has no such field. */
void fields__word(struct fields *fs, const char *name, const char *s);
/* The word, or the number where it has none. */
void fields__named(struct fields *fs, const char *name, const char *s, __s64 i);
/* A string that is made up, or that the fact only lends. */
void fields__text(struct fields *fs, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A string that ends with a NUL or after size bytes. */
void fields__copy(struct fields *fs, const char *name, const char *s, size_t size);
void fields__comm(struct fields *fs, const char *name, const char comm[COMM_LEN]);
/* The fact may have that field, or that group, and the records do not tell. */
void fields__unknown(struct fields *fs, const char *name);
/* "error", if ret is one. */
void fields__error(struct fields *fs, __s64 ret);

enum fields_state {
	FIELDS_BEFORE,
	FIELDS_AFTER,
	FIELDS_STATE,
	FIELDS_STATE_WOKEN,
	FIELDS_STATE_GROUPS,
};

void fields__state(struct fields *fs, enum fields_state group, unsigned int mech,
		   const struct ipc_state *st);
void fields__object(struct fields *fs, const struct fact *fact);
void fields__cause(struct fields *fs, const struct fact *fact);
/* "waker.*", or "sender.*". */
void fields__waker(struct fields *fs, const struct fact *fact, bool sender,
		   const struct ev_waker *w);

#endif
