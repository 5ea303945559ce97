// SPDX-License-Identifier: GPL-2.0
/* The columns of the text timeline: prints rows into lanes. */
#include "text/lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/columns.h"
#include "text/fold_text.h"
#include "text/lane_state.h"
#include "text/line.h"
#include "lib/escape.h"
#include "lib/units.h"

#define SINGLE_NAME 18 /* one column for all: room for the name of who did it */

struct lanes {
	const struct style *st;
	struct columns cols;
};

struct lanes *lanes__new(const struct style *st)
{
	struct lanes *l = calloc(1, sizeof(*l));

	if (l) {
		l->st = st;
		l->cols.total = st->columns;
	}
	return l;
}

void lanes__free(struct lanes *l)
{
	free(l);
}

void lanes__clear(struct lanes *l)
{
	memset(&l->cols, 0, sizeof(l->cols));
	l->cols.total = l->st->columns;
}

bool lanes__has(const struct lanes *l, __u32 pid)
{
	return columns__process((struct columns *)&l->cols, pid);
}

/* Names of all lanes when they have moved, else of those that are new, but for those that wait. */
static void print_header(struct lanes *l)
{
	struct columns *c = &l->cols;
	struct line line;
	bool any = c->moved && !c->single;

	for (size_t i = 0; i < c->n; i++)
		any |= !c->lanes[i].waits && c->lanes[i].renamed && !c->single &&
		       (c->objects || !c->lanes[i].object);
	if (!any)
		return;
	line.n = 0;
	if (c->moved || c->n == 1)
		line__add(&line, 8, INK_DIM, "ms");
	for (size_t i = 0; i < c->n; i++) {
		struct lane *lane = &c->lanes[i];

		if (!lane->renamed && (!c->moved || lane->dead))
			continue;
		if (lane->waits || (lane->object && !c->objects))
			continue;
		line__add(&line, lane->x + (lane->object ? 0 : 2), INK_BOLD, "%s", lane->name);
		lane->renamed = false;
		lane->shown[0][0] = lane->shown[1][0] = '\0';
	}
	c->moved = false;
	line__print(l->st, &line);
}

static enum glyph row_glyph(const struct row *row, bool *has)
{
	*has = true;
	if (row->kind == FACT_BLOCK)
		return GLYPH_SLEEP;
	if (row->kind == FACT_WAKE)
		return row->open ? GLYPH_STILL : GLYPH_WAKE;
	if (row->kind == FACT_EXIT)
		return row->dies ? GLYPH_DEATH : GLYPH_EXIT;
	*has = false;
	return GLYPH_DOT;
}

static void row_text(const struct lanes *l, const struct row *row, char *buf, size_t size)
{
	const struct style *st = l->st;
	bool marked;
	enum glyph mark = row_glyph(row, &marked);
	size_t at;

	at = (size_t)snprintf(buf, size, "%s ", marked ? style__glyph(st, mark) : " ");
	if (row->who.tid != row->who.pid)
		at += (size_t)snprintf(buf + at, size - at, "[%u] ", row->who.tid);
	at += (size_t)snprintf(buf + at, size - at, "%s", row->text);
	if (row->count > 1)
		snprintf(buf + at, size - at, " %s%llu", style__glyph(st, GLYPH_TIMES),
			 (unsigned long long)row->count);
}

static void put_asleep(struct lane *lane, __u32 tid, bool asleep)
{
	size_t i;

	for (i = 0; i < lane->n_asleep && lane->asleep[i] != tid; i++)
		;
	if (asleep && i == lane->n_asleep && i < LANE_THREADS)
		lane->asleep[lane->n_asleep++] = tid;
	else if (!asleep && i < lane->n_asleep)
		lane->asleep[i] = lane->asleep[--lane->n_asleep];
}

static void print_whys(struct lanes *l, const struct row *row)
{
	int hang = l->cols.single ? 4 : TIME_WIDTH + 2;

	for (size_t i = 0; i < ROW_WHYS; i++) {
		if (!row->why[i][0])
			continue;
		style__pad(l->st, hang);
		style__fill(l->st, INK_WHY, hang, hang, row->why[i]);
	}
}

static void time_piece(struct line *line, __u64 t)
{
	char time[UNIT_LEN];

	line->n = 0;
	line__add(line, 0, INK_DIM, "%10s", format_time(time, t));
}

/* No header tells a process's pid in its own pid namespace. */
static void introduce(struct lanes *l, const struct actor *who, char *text, size_t size)
{
	struct lane *lane = columns__process(&l->cols, who->pid);
	size_t at = strlen(text);

	if (lane && lane->renamed && who->inner_pid)
		snprintf(text + at, size - at, " (%u inside)", who->inner_pid);
	if (lane)
		lane->renamed = false;
}

/* One column for all: time, who, what, on which object. */
static void single_line(struct lanes *l, struct line *line, const struct actor *who, enum ink ink,
			const struct row_object *objs, size_t n_obj, const char *text)
{
	char comm[4 * COMM_LEN + 1], all[PIECE_SIZE];

	escape_text(comm, sizeof(comm), who->comm, strnlen(who->comm, COMM_LEN));
	snprintf(all, sizeof(all), "%s", text);
	lane_state__append(&l->cols, l->st, objs, n_obj, all, sizeof(all));
	introduce(l, who, all, sizeof(all));
	if (l->st->columns >= 2 * (TIME_WIDTH + SINGLE_NAME)) {
		line__add(line, TIME_WIDTH - 1, INK_BOLD, "%s %u", comm, who->pid);
		line__add(line, TIME_WIDTH + SINGLE_NAME, ink, "%s", all);
	} else {
		line__add(line, TIME_WIDTH - 1, ink, "%s: %s", comm, all + strspn(all, " "));
	}
	line->pieces[line->n - 1].hang = 2;
	line__print(l->st, line);
}

static void laned_row(struct lanes *l, struct line *line, const struct row *row, const char *text)
{
	struct columns *c = &l->cols;
	char all[PIECE_SIZE];

	for (size_t i = 0; i < c->n; i++) {
		struct lane *lane = &c->lanes[i];
		const struct row_object *obj;

		if (lane->object) {
			obj = c->objects ? lane_state__object(row->obj, row->n_obj, lane) : NULL;
			if (obj)
				lane_state__add(c, l->st, line, lane, obj);
		} else if (lane->pid == row->who.pid) {
			snprintf(all, sizeof(all), "%s", text);
			if (!c->objects)
				lane_state__append(&l->cols, l->st, row->obj, row->n_obj, all,
						   sizeof(all));
			line__add(line, lane->x, row->ink, "%s", all);
			line->pieces[line->n - 1].hang = 2;
		} else if (lane->n_asleep) {
			line__bar(line, lane->x, INK_SLEEP, style__glyph(l->st, GLYPH_ASLEEP));
		}
	}
	line__print(l->st, line);
}

/* A child has its parent's name until it takes one of its own, mostly at once. */
static bool waits_for_name(const struct row *row)
{
	return row->kind == FACT_MAP && row->change == MAP_INHERITED;
}

static bool any_shown(struct lanes *l, const struct row *row)
{
	for (size_t i = 0; i < row->n_obj; i++)
		if (columns__object(&l->cols, &row->obj[i]))
			return true;
	return false;
}

void lanes__row(struct lanes *l, const struct row *row)
{
	char text[PIECE_SIZE];
	struct lane *lane;
	struct line line;

	if (row->kind == FACT_LOST) {
		style__put(l->st, INK_BAD, style__glyph(l->st, GLYPH_DOUBT));
		style__pad(l->st, 1);
		style__fill(l->st, INK_BAD, 3, 3, row->text);
		return;
	}
	if (row->quiet && !any_shown(l, row))
		return;
	columns__get_process(&l->cols, &row->who);
	for (size_t i = 0; i < row->n_obj; i++)
		if (!row->quiet || columns__object(&l->cols, &row->obj[i]))
			columns__get_object(&l->cols, &row->obj[i]);
	/* Lanes may have moved since. */
	lane = columns__process(&l->cols, row->who.pid);
	if (lane)
		lane->waits = waits_for_name(row) && lane->renamed;
	print_header(l);
	row_text(l, row, text, sizeof(text));
	time_piece(&line, row->t);
	if (l->cols.single)
		single_line(l, &line, &row->who, row->ink, row->obj, row->n_obj, text);
	else
		laned_row(l, &line, row, text);
	print_whys(l, row);

	lane = columns__process(&l->cols, row->who.pid);
	if (!lane)
		return;
	if (row->asleep || row->awake)
		put_asleep(lane, row->who.tid, row->asleep);
	if (row->kind == FACT_EXIT && row->last)
		lane->dead = true;
}

/* The nth line of a process in a stretch. False when it has fewer. */
static bool nth_line(const struct lanes *l, const struct fold_stretch *s, __u32 pid, size_t nth,
		     enum ink *ink, char *buf, size_t size)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->sums[i].first.who.pid != pid)
			continue;
		*ink = s->sums[i].first.ink;
		for (int part = 0; part < FOLD_PARTS; part++)
			if (fold_sum__text(l->st, &s->sums[i], part, buf, size) && !nth--)
				return true;
	}
	return false;
}

/* The nth lines of all processes beside each other. Returns whether there was one. */
static bool laned_sums(struct lanes *l, const struct fold_stretch *s, size_t nth)
{
	struct columns *c = &l->cols;
	char text[PIECE_SIZE];
	struct line line;
	bool any = false;

	line.n = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct lane *lane = &c->lanes[i];
		const struct row_object *obj;
		enum ink ink;

		if (lane->object) {
			obj =
			    c->objects && !nth ? lane_state__object(s->obj, s->n_obj, lane) : NULL;
			if (obj)
				lane_state__add(c, l->st, &line, lane, obj);
			continue;
		}
		if (nth_line(l, s, lane->pid, nth, &ink, text, sizeof(text))) {
			any = true;
			line__add(&line, lane->x + 2, ink, "%s", text);
		} else if (lane->n_asleep &&
			   !nth_line(l, s, lane->pid, 0, &ink, text, sizeof(text))) {
			line__bar(&line, lane->x, INK_SLEEP, style__glyph(l->st, GLYPH_ASLEEP));
		}
	}
	if (any)
		line__print(l->st, &line);
	return any;
}

void lanes__again(struct lanes *l, const struct fold_stretch *s)
{
	char text[PIECE_SIZE];
	int hang = l->cols.single ? 4 : TIME_WIDTH;

	fold_stretch__text(l->st, s, text, sizeof(text));
	style__pad(l->st, hang);
	style__fill(l->st, INK_DIM, hang, hang + 2, text);
	for (size_t i = 0; i < s->n; i++) {
		const struct row *row = &s->sums[i].first;
		struct lane *lane = columns__get_process(&l->cols, &row->who);

		lane->waits = false;
		if (row->awake)
			put_asleep(lane, row->who.tid, false);
	}
	print_header(l);
	if (!l->cols.single) {
		for (size_t nth = 0; laned_sums(l, s, nth); nth++)
			;
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct row *row = &s->sums[i].first;
		for (int part = 0; part < FOLD_PARTS; part++) {
			struct line line = {.n = 0};

			if (fold_sum__text(l->st, &s->sums[i], part, text, sizeof(text)))
				single_line(l, &line, &row->who, row->ink, row->obj, 0, text);
		}
	}
}
