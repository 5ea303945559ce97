/* SPDX-License-Identifier: GPL-2.0 */
/* How a word of shared memory is asked for: "shm:1234+0:4", "shm:#5+8:8", "shmem:/name+0x10:4". */
#ifndef IPCTRACE_NAMES_WATCH_SPEC_H
#define IPCTRACE_NAMES_WATCH_SPEC_H

#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/watchword.h"

#define WATCH_TEXT 96

/* How words are watched: as asked for, or as it turned out. */
enum watch_by { WATCH_BY_ANY, WATCH_BY_HARDWARE, WATCH_BY_STEP, WATCH_BY_NOTHING };

/* "auto", "hardware", "step"; of one that is none of these WATCH_BY_ANY. */
enum watch_by watch_by__find(const char *name);
/* "hardware", "step", "nothing"; NULL: any. */
const char *watch_by__name(enum watch_by by);

struct watch_spec {
	struct watch_word word; /* dev is left 0: which it is, is known where it is watched */
	char text[WATCH_TEXT];	/* as it was asked for */
};

/* NULL, or what it takes, for a message. */
const char *watch_spec__parse(struct watch_spec *w, const char *text);
/*
 * As watch_spec__parse(), into the next of *n so far; beyond WATCH_WORDS is one too many. The same
 * word again adds nothing.
 */
const char *watch_spec__add(struct watch_spec words[WATCH_WORDS], size_t *n, const char *text);
/* Into *n words: what own asks for, a list that ends with NULL, then more. As above. */
const char *watch_spec__join(struct watch_spec words[WATCH_WORDS], size_t *n,
			     const char *const *own, const struct watch_spec *more, size_t n_more);
/* NULL, or why so many words cannot be watched in this way. */
const char *watch_spec__beyond(size_t n, enum watch_by by);

#endif
