/* SPDX-License-Identifier: GPL-2.0 */
/* Reads recordings and plays them into a timeline. */
#include "recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void reserve(struct recording *r, size_t n)
{
	if (n <= r->room)
		return;
	r->room = n > 2 * r->room ? n : 2 * r->room;
	r->rec = realloc(r->rec, r->room * sizeof(*r->rec));
	if (!r->rec)
		abort();
}

void recording__append(struct recording *r, const union any_event *rec)
{
	reserve(r, r->n + 1);
	r->rec[r->n++] = *rec;
}

void recording__copy(struct recording *to, const struct recording *from)
{
	reserve(to, from->n);
	memcpy(to->rec, from->rec, from->n * sizeof(*from->rec));
	to->n = from->n;
}

void recording__free(struct recording *r)
{
	free(r->rec);
	*r = (struct recording){0};
}

/* 1: a record, 0: the end. */
static int read_record(gzFile in, union any_event *rec)
{
	const unsigned int head = sizeof(rec->e);
	int got;

	memset(rec, 0, sizeof(*rec));
	got = gzread(in, rec, head);
	if (!got && gzeof(in))
		return 0;
	if (got != (int)head || rec->e.size < head || rec->e.size > sizeof(*rec))
		return -EPROTO;
	got = gzread(in, (char *)rec + head, rec->e.size - head);
	return got == (int)(rec->e.size - head) ? 1 : -EPROTO;
}

int recording__read(struct recording *r, const char *path)
{
	gzFile in = gzopen(path, "rbe");
	union any_event rec;
	int got;

	if (!in)
		return errno ? -errno : -ENOMEM;
	*r = (struct recording){0};
	while ((got = read_record(in, &rec)) > 0)
		recording__append(r, &rec);
	gzclose(in);
	if (!got && r->n)
		return 0;
	recording__free(r);
	return -EPROTO;
}

int recording__play(const struct recording *r, fact_fn fn, void *ctx)
{
	struct timeline_opts opts = {.start = START_AT_FIRST};
	struct timeline *tl = timeline__new(&opts, fn, ctx);
	int err = tl ? 0 : -errno;

	for (size_t i = 0; !err && i < r->n; i++)
		err = timeline__feed(tl, &r->rec[i].e);
	if (!err)
		err = timeline__finish(tl);
	timeline__free(tl);
	return err;
}
