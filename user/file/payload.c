/* SPDX-License-Identifier: GPL-2.0 */
/* The payload of a frame, checked and inflated. */
#include "file/payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file/codec.h"

int payload__init(struct payload *p)
{
	return inflateInit2(&p->z, -MAX_WBITS) == Z_OK ? 0 : -ENOMEM;
}

static int make_room(__u8 **at, size_t *room, size_t want)
{
	__u8 *bigger;

	if (want <= *room)
		return 0;
	bigger = realloc(*at, want);
	if (!bigger)
		return -ENOMEM;
	*at = bigger;
	*room = want;
	return 0;
}

int payload__check(struct payload *p, const struct frames *fs, const struct frame *f, __u64 offset)
{
	if (fs->size - offset - sizeof(*f) < f->len ||
	    (f->type == FRAME_RECORDS && f->raw_len > RECORDS_MAX))
		return 0;
	if (make_room(&p->stored, &p->stored_room, f->len + 1U))
		return -ENOMEM;
	return frames__read(fs, offset + sizeof(*f), p->stored, f->len) &&
	       f->crc == crc32(0, p->stored, f->len);
}

int payload__load(struct payload *p, const struct frames *fs, const struct frame *f, __u64 offset)
{
	int whole = payload__check(p, fs, f, offset);

	if (whole != 1)
		return whole;
	if (make_room(&p->raw, &p->raw_room, f->raw_len + CODEC_PAD))
		return -ENOMEM;
	memset(p->raw + f->raw_len, 0, CODEC_PAD);
	if (f->len == f->raw_len) {
		memcpy(p->raw, p->stored, f->len);
		return 1;
	}
	inflateReset(&p->z);
	p->z.next_in = p->stored;
	p->z.avail_in = f->len;
	p->z.next_out = p->raw;
	p->z.avail_out = f->raw_len;
	return inflate(&p->z, Z_FINISH) == Z_STREAM_END && p->z.total_out == f->raw_len;
}

void payload__free(struct payload *p)
{
	inflateEnd(&p->z);
	free(p->raw);
	free(p->stored);
}
