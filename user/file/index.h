/* SPDX-License-Identifier: GPL-2.0 */
/* The index of a trace file: where each frame is, without reading the whole file. */
#ifndef IPCTRACE_FILE_INDEX_H
#define IPCTRACE_FILE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "file/frames.h"

struct index {
	struct index_entry *entries; /* in the file's order; the last is FRAME_END if it has one */
	size_t n;
	bool rebuilt;	    /* the file has none, or a damaged one: found by scanning */
	bool left_out;	    /* rebuilt, and none was written: nothing follows FRAME_END */
	__u64 missed_bytes; /* that belong to no frame; known only of a rebuilt one */
};

/* Reads it from the end of the file, or rebuilds it from the frames. 0 or -ENOMEM. */
int index__load(struct index *ix, const struct frames *fs);
void index__free(struct index *ix);

#endif
