/* SPDX-License-Identifier: GPL-2.0 */
/* The payload of a frame, checked and inflated. */
#ifndef IPCTRACE_FILE_PAYLOAD_H
#define IPCTRACE_FILE_PAYLOAD_H

#include <zlib.h>

#include "file/frames.h"

struct payload {
	__u8 *raw; /* CODEC_PAD zero bytes stand behind it */
	__u8 *stored;
	size_t raw_room, stored_room;
	z_stream z;
};

/* 0 or -ENOMEM. */
int payload__init(struct payload *p);
/* As payload__load(), but does not inflate it. */
int payload__check(struct payload *p, const struct frames *fs, const struct frame *f, __u64 offset);
/* Loads the payload of frame f, which begins at offset. 1, 0 when it is cut off or damaged, or -ENOMEM. */
int payload__load(struct payload *p, const struct frames *fs, const struct frame *f, __u64 offset);
void payload__free(struct payload *p);

#endif
