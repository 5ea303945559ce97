/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzes what a trace file from a stranger goes through first: reader, index, timeline, fields. */
#include <stdlib.h>
#include <string.h>

#include "words/fields.h"
#include "file/index.h"
#include "put_right.h"
#include "file/reader.h"
#include "stat/tally.h"
#include "timeline/timeline.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

#define INPUT_RECORDS 20000 /* of one input: a bomb is slow, not wrong */

static void on_fact(void *ctx, const struct fact *fact)
{
	struct fields fs;

	fact__fields(fact, &fs);
}

static struct timeline *new_timeline(void)
{
	const struct timeline_opts opts = {.start = START_AT_FIRST};
	struct timeline *tl = timeline__new(&opts, on_fact, NULL);

	if (!tl)
		abort();
	return tl;
}

static void read_index(const struct reader *r)
{
	struct index ix;

	if (!index__load(&ix, reader__frames(r)))
		index__free(&ix);
}

static void read_all(struct reader *r)
{
	struct tally *tally = tally__new(&(struct tally_limits){.objects = 8, .pairs = 8});
	struct timeline *tl = NULL;
	struct tally_rows rows;
	struct trace_item item = {0};
	unsigned int records = 0, runs = 0, ends = 0;

	while (records < INPUT_RECORDS && !reader__next(r, &item) && item.kind != TRACE_EOF) {
		switch (item.kind) {
		case TRACE_RUN:
			if (tl)
				abort();
			tl = new_timeline();
			runs++;
			break;
		case TRACE_RECORD:
			records++;
			timeline__feed(tl, item.rec);
			tally__feed(tally, item.rec);
			break;
		case TRACE_TICK:
			timeline__advance(tl, item.tick);
			break;
		case TRACE_RUN_END:
			timeline__finish(tl);
			timeline__free(tl);
			tl = NULL;
			ends++;
			break;
		default:
			break;
		}
	}
	timeline__free(tl);
	if (!tally || tally__finish(tally, &rows))
		abort();
	tally__free(tally);
	if (item.kind == TRACE_EOF && runs != ends)
		abort();
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	int fd = input_file(data, size);
	struct reader *r;
	char why[200];

	if (fd < 0)
		return 0;
	r = reader__new(fd, why, sizeof(why));
	if (!r)
		return 0;
	read_index(r);
	read_all(r);
	reader__free(r);
	return 0;
}
