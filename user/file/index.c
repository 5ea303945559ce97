/* SPDX-License-Identifier: GPL-2.0 */
/* The index of a trace file: where each frame is, without reading the whole file. */
#include "file/index.h"

#include <errno.h>
#include <stdlib.h>

#include "file/payload.h"

static int add(struct index *ix, size_t *room, __u64 offset, const struct frame *f)
{
	size_t bigger = *room ? *room * 2 : 64;
	struct index_entry *entries = ix->entries;

	if (ix->n == *room) {
		entries = realloc(entries, bigger * sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		ix->entries = entries;
		*room = bigger;
	}
	entries[ix->n++] = index_entry_of(f, offset);
	return 0;
}

static int rebuild(struct index *ix, const struct frames *fs)
{
	__u64 offset = sizeof(struct file_head);
	size_t room = 0;
	struct frame f;

	ix->rebuilt = true;
	while (offset < fs->size) {
		__u64 next = frames__find(fs, offset);

		ix->missed_bytes += next - offset;
		offset = next;
		if (!frames__at(fs, offset, &f))
			break;
		if (fs->size - offset - sizeof(f) < f.len) {
			ix->missed_bytes += fs->size - offset;
			break;
		}
		if (f.type != FRAME_INDEX && add(ix, &room, offset, &f))
			return -ENOMEM;
		offset += sizeof(f) + f.len;
		ix->left_out = f.type == FRAME_END && offset == fs->size;
	}
	return 0;
}

/* 1: the file has one, and it is whole. */
static int load(struct index *ix, const struct frames *fs)
{
	struct payload p = {0};
	struct file_tail tail;
	struct frame f;
	int got;

	if (fs->size < sizeof(tail) || !frames__tail(fs, fs->size - sizeof(tail), &tail) ||
	    !frames__at(fs, tail.index, &f) || f.type != FRAME_INDEX)
		return 0;
	if (payload__init(&p))
		return -ENOMEM;
	got = payload__load(&p, fs, &f, tail.index);
	if (got == 1) {
		ix->entries = (struct index_entry *)p.raw;
		ix->n = f.raw_len / sizeof(*ix->entries);
		p.raw = NULL;
	}
	payload__free(&p);
	return got;
}

int index__load(struct index *ix, const struct frames *fs)
{
	int got;

	*ix = (struct index){0};
	got = load(ix, fs);
	if (!got)
		got = rebuild(ix, fs);
	if (got < 0)
		index__free(ix);
	return got < 0 ? got : 0;
}

void index__free(struct index *ix)
{
	free(ix->entries);
	ix->entries = NULL;
	ix->n = 0;
}
