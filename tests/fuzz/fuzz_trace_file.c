/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fuzzes what a trace file from a stranger goes through: reader, index, timeline, fields.
 *
 * A checksum would keep the fuzzer out of everything behind it. So the first byte of an input
 * says whether the checksums of its frames are put right before it is read.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "fields.h"
#include "format.h"
#include "index.h"
#include "reader.h"
#include "tally.h"
#include "timeline.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

#define RECORDS_MAX 20000 /* of one input: a bomb is slow, not wrong */

static void put_right(__u8 *file, size_t size)
{
	struct frame f;

	for (size_t at = sizeof(struct file_head); at + sizeof(f) <= size;) {
		memcpy(&f, file + at, sizeof(f));
		if (f.sync != FRAME_SYNC || f.len > size - at - sizeof(f)) {
			at++;
			continue;
		}
		f.crc = (__u32)crc32(0, file + at + sizeof(f), f.len);
		f.head_crc = (__u32)crc32(0, (const Bytef *)&f.type, sizeof(f) - 8);
		memcpy(file + at, &f, sizeof(f));
		at += sizeof(f) + f.len;
	}
}

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

	while (records < RECORDS_MAX && !reader__next(r, &item) && item.kind != TRACE_EOF) {
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
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct reader *r;
	__u8 *file;
	char why[200];

	if (!size || fd < 0 || !(file = malloc(size)))
		return fd >= 0 && close(fd);
	memcpy(file, data + 1, size - 1);
	if (data[0] & 1)
		put_right(file, size - 1);
	if (write(fd, file, size - 1) != (ssize_t)(size - 1))
		abort();
	free(file);
	r = reader__new(fd, why, sizeof(why));
	if (!r)
		return 0;
	read_index(r);
	read_all(r);
	reader__free(r);
	return 0;
}
