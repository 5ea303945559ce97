/* SPDX-License-Identifier: GPL-2.0 */
/* Reads recordings and plays them into a timeline. */
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file/reader.h"

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

int recording__read(struct recording *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = fd < 0 ? -errno : 0;
	char why[200];
	struct reader *in = fd < 0 ? NULL : reader__new(fd, why, sizeof(why));
	struct trace_item item = {0};

	*r = (struct recording){0};
	if (!in)
		return err ? err : -errno;
	do {
		union any_event rec = {0};

		err = reader__next(in, &item);
		if (item.kind == TRACE_DAMAGE || item.kind == TRACE_UNKNOWN ||
		    (item.kind == TRACE_EOF && !item.complete))
			err = -EPROTO;
		if (err || item.kind != TRACE_RECORD)
			continue;
		memcpy(&rec, item.rec, item.rec->size);
		recording__append(r, &rec);
	} while (!err && item.kind != TRACE_EOF);
	reader__free(in);
	if (err)
		recording__free(r);
	return err;
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
