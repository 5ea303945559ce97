/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folds repeats. Equal rows in succession become one row with a count. Rows that only repeat the
 * last few different rows (a ping-pong, a busy pipeline) become one sum.
 */
#ifndef IPCTRACE_TEXT_FOLD_H
#define IPCTRACE_TEXT_FOLD_H

#include "text/row.h"

#define FOLD_KINDS 12 /* different rows that one sum may hold */

/* All rows of one kind in a stretch of repeats. */
struct fold_sum {
	struct row first;
	__u64 count;
	__u64 slept_min, slept_max; /* FACT_WAKE */
	__s64 ret_min, ret_max;	    /* rows with a size, or a value */
	bool values;		    /* all rows have one */
	__u64 size;
	bool counts; /* the last row of its word that does */
	__u64 lost, stores;
};

struct fold_stretch {
	__u64 from, to;
	__u64 rows;
	size_t n;
	struct fold_sum sums[FOLD_KINDS];
	struct row_object obj[ROW_OBJECTS]; /* as the last row has them */
	size_t n_obj;
};

struct fold_ops {
	void (*row)(void *ctx, const struct row *row);
	void (*again)(void *ctx, const struct fold_stretch *stretch);
};

struct fold;

struct fold *fold__new(const struct fold_ops *ops, void *ctx); /* NULL with errno */
void fold__push(struct fold *f, const struct row *row);
void fold__flush(struct fold *f); /* nothing more will come */
void fold__free(struct fold *f);

#endif
