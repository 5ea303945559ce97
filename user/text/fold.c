// SPDX-License-Identifier: GPL-2.0
/* Folds repeats: runs of equal rows, and stretches in which nothing new happens. */
#include "text/fold.h"

#include <stdlib.h>
#include <string.h>

/* A stretch this short is shown row by row. */
#define SHOW_ROWS 7
/* Sleeps that begin in a stretch and may outlast it. */
#define OPEN_MAX 16
/* A longer stretch is told in parts, because a live view would stand still otherwise. */
#define STRETCH_NS 10000000000ULL

struct fold {
	const struct fold_ops *ops;
	void *ctx;
	struct row run; /* grows while equal rows come */
	bool running;
	struct row recent[FOLD_KINDS]; /* the last different rows that were shown, oldest first */
	size_t n_recent;
	struct row held[SHOW_ROWS]; /* the first rows of the stretch */
	size_t n_held;
	struct row open[OPEN_MAX]; /* FACT_BLOCK of the stretch whose wakeup has not come */
	size_t n_open;
	struct fold_stretch stretch;
};

struct fold *fold__new(const struct fold_ops *ops, void *ctx)
{
	struct fold *f = calloc(1, sizeof(*f));

	if (f) {
		f->ops = ops;
		f->ctx = ctx;
	}
	return f;
}

void fold__free(struct fold *f)
{
	free(f);
}

static void remove_recent(struct fold *f, size_t i)
{
	f->n_recent--;
	memmove(&f->recent[i], &f->recent[i + 1], (f->n_recent - i) * sizeof(f->recent[0]));
}

static void remember(struct fold *f, const struct row *row)
{
	size_t i;

	for (i = 0; i < f->n_recent && !row__alike(&f->recent[i], row); i++)
		;
	if (i < f->n_recent)
		remove_recent(f, i);
	else if (f->n_recent == FOLD_KINDS)
		remove_recent(f, 0);
	f->recent[f->n_recent++] = *row;
}

static bool is_recent(const struct fold *f, const struct row *row)
{
	for (size_t i = 0; i < f->n_recent; i++)
		if (row__alike(&f->recent[i], row))
			return true;
	return false;
}

static void show(struct fold *f, const struct row *row)
{
	if (row__can_fold(row))
		remember(f, row);
	f->ops->row(f->ctx, row);
}

/* Counts of a word's lost stores are not added: the last one is kept. */
static void keep_count(struct fold_stretch *s, struct fold_sum *sum, const struct row *row)
{
	const struct row_key *word = &row->key;

	for (size_t i = 0; i < s->n; i++) {
		const struct row_key *key = &s->sums[i].first.key;

		if (key->kind == FACT_ACCESS && key->object == word->object && key->fd == word->fd)
			s->sums[i].counts = false;
	}
	sum->counts = row->counts;
	sum->lost = row->lost;
	sum->stores = row->stores;
}

static void add_to_sum(struct fold_stretch *s, const struct row *row)
{
	struct fold_sum *sum;
	size_t i;

	for (i = 0; i < s->n && !row__alike(&s->sums[i].first, row); i++)
		;
	/* There are never more kinds than recent rows. */
	sum = &s->sums[i];
	if (i == s->n) {
		s->n++;
		*sum = (struct fold_sum){.first = *row,
					 .slept_min = row->slept,
					 .values = true,
					 .ret_min = row->ret,
					 .ret_max = row->ret};
	} else if (row->kind == FACT_FAULT && !row->refused) {
		row__add_pages(&sum->first, row);
	}
	sum->count += row->count;
	if (row->slept < sum->slept_min)
		sum->slept_min = row->slept;
	if (row->slept > sum->slept_max)
		sum->slept_max = row->slept;
	if (row->ret < sum->ret_min)
		sum->ret_min = row->ret;
	if (row->ret > sum->ret_max)
		sum->ret_max = row->ret;
	sum->values &= row->has_value;
	if (row->has_size)
		sum->size += (__u64)row->ret * row->count;
	if (row->kind == FACT_ACCESS && row->key.detail)
		keep_count(s, sum, row);
}

static void update_objects(struct fold_stretch *s, const struct row *row)
{
	for (size_t i = 0; i < row->n_obj; i++) {
		size_t j;

		for (j = 0; j < s->n_obj; j++)
			if (s->obj[j].index == row->obj[i].index)
				break;
		if (j == ROW_OBJECTS)
			continue;
		if (j == s->n_obj)
			s->n_obj++;
		s->obj[j] = row->obj[i];
	}
}

/* A sleep counts when it is over: its wakeup says all. */
static void track_sleep(struct fold *f, const struct row *row)
{
	if (row->kind == FACT_BLOCK && f->n_open < OPEN_MAX) {
		f->open[f->n_open++] = *row;
		return;
	}
	for (size_t i = 0; row->kind == FACT_WAKE && i < f->n_open; i++) {
		if (f->open[i].who.tid != row->who.tid)
			continue;
		f->n_open--;
		memmove(&f->open[i], &f->open[i + 1], (f->n_open - i) * sizeof(f->open[0]));
		break;
	}
}

static void stretch_add(struct fold *f, const struct row *row)
{
	struct fold_stretch *s = &f->stretch;

	if (!s->rows)
		s->from = row->from;
	s->to = row->t;
	s->rows++;
	if (f->n_held < SHOW_ROWS)
		f->held[f->n_held++] = *row;
	if (row->kind != FACT_BLOCK)
		add_to_sum(s, row);
	track_sleep(f, row);
	update_objects(s, row);
}

static void stretch_end(struct fold *f)
{
	if (f->stretch.rows <= SHOW_ROWS) {
		for (size_t i = 0; i < f->n_held; i++)
			show(f, &f->held[i]);
	} else {
		f->ops->again(f->ctx, &f->stretch);
		for (size_t i = 0; i < f->n_open; i++)
			show(f, &f->open[i]);
	}
	f->n_held = 0;
	f->n_open = 0;
	memset(&f->stretch, 0, sizeof(f->stretch));
}

/* One finished run. */
static void push_run(struct fold *f, const struct row *row)
{
	if (f->stretch.rows && row->t > f->stretch.from + STRETCH_NS)
		stretch_end(f);
	if (row__can_fold(row) && is_recent(f, row)) {
		stretch_add(f, row);
		return;
	}
	stretch_end(f);
	show(f, row);
}

static void run_end(struct fold *f)
{
	if (!f->running)
		return;
	f->running = false;
	push_run(f, &f->run);
}

void fold__push(struct fold *f, const struct row *row)
{
	if (f->running) {
		if (row__repeat(&f->run, row))
			return;
		if (row__merge(&f->run, row))
			return;
		run_end(f);
	}
	f->run = *row;
	f->running = true;
	/* A sleep that begins ends the run, so that a live view shows it at once. */
	if (row->kind == FACT_BLOCK)
		run_end(f);
}

void fold__flush(struct fold *f)
{
	run_end(f);
	stretch_end(f);
	f->n_recent = 0;
}
