/* SPDX-License-Identifier: GPL-2.0 */
/* Decodes the records of a frame, and leaves out what only a later version knows. */
#include "file/chunk.h"

#include <stddef.h>

#include "file/later.h"

void chunk__begin(struct chunk *c, const __u8 *payload, __u32 len, __u32 records)
{
	c->at = payload;
	c->end = payload + len;
	c->left = records;
	codec__reset(&c->codec);
}

/* Whether the record is told. Then it has only values that are known here. */
static bool keep(struct chunk *c)
{
	enum later later = c->codec.newer ? later__cut(&c->rec) : LATER_NOTHING;

	c->unknown += later != LATER_NOTHING;
	if (later == LATER_ALL)
		return false;
	calls__in(&c->calls, &c->rec);
	return true;
}

enum chunk_item chunk__next(struct chunk *c)
{
	enum codec_item kind = CODEC_TICK;

	while (c->at < c->end) {
		c->at = codec__get(&c->codec, c->at, &kind, &c->rec);
		if (!c->at || c->at > c->end || (kind != CODEC_TICK && !c->left)) {
			c->at = c->end = NULL;
			return CHUNK_DAMAGED;
		}
		if (kind == CODEC_TICK)
			return CHUNK_TICK;
		c->left--;
		if (kind == CODEC_UNKNOWN)
			c->unknown++;
		else if (keep(c))
			return CHUNK_RECORD;
	}
	return CHUNK_END;
}
