/* SPDX-License-Identifier: GPL-2.0 */
/* Writes the frames of a trace file, one after the other, and at the end their index. */
#ifndef IPCTRACE_FILE_FRAME_OUT_H
#define IPCTRACE_FILE_FRAME_OUT_H

#include <stddef.h>
#include <zlib.h>

#include "file/format.h"

struct frame_out {
	int fd, error;	       /* the first one; nothing is written after it */
	__u64 offset, records; /* that are in the file */
	size_t index_max;      /* bytes: a larger index is left out */
	z_stream z;
	__u8 *deflated;
	size_t room;
	struct index_entry *index;
	size_t n_index, index_room;
};

/* Takes over fd, in case of an error, too, and begins the file. 0 or -errno. */
int frame_out__init(struct frame_out *o, int fd);
/* Keeps an error unless there is one. Returns the one that is kept. */
int frame_out__fail(struct frame_out *o, int error);
/* Type, run, raw_len, records and times are the caller's, the rest is filled in. 0 or -errno. */
int frame_out__put(struct frame_out *o, struct frame *f, const void *raw);
/* Bytes of the index with so many frames more, at most. */
size_t frame_out__index_size(const struct frame_out *o, size_t more);
/* Greatest time of the last frame; 0: it has none. */
__u64 frame_out__last(const struct frame_out *o);
/* Ends the file in good order, closes, frees. 0 or the first error. */
int frame_out__close(struct frame_out *o);

#endif
