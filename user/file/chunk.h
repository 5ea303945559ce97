/* SPDX-License-Identifier: GPL-2.0 */
/* The records of one frame, decoded one after the other. */
#ifndef IPCTRACE_FILE_CHUNK_H
#define IPCTRACE_FILE_CHUNK_H

#include <linux/types.h>

#include "file/calls.h"
#include "file/codec.h"

enum chunk_item {
	CHUNK_END, /* left is how many records are missing */
	CHUNK_RECORD,
	CHUNK_TICK,    /* rec.e.ts alone is set */
	CHUNK_DAMAGED, /* CHUNK_END follows */
};

struct chunk {
	const __u8 *at, *end;
	__u32 left; /* records */
	__u64
	    unknown; /* those so far that are not known, or not whole; whoever reads it clears it */
	struct codec codec;
	struct calls calls;
	union any_event rec;
};

/* CODEC_PAD bytes must be readable behind payload. */
void chunk__begin(struct chunk *c, const __u8 *payload, __u32 len, __u32 records);
enum chunk_item chunk__next(struct chunk *c);

#endif
