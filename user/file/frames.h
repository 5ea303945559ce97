/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the frames of a trace file, whole or damaged. */
#ifndef IPCTRACE_FILE_FRAMES_H
#define IPCTRACE_FILE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "file/format.h"

struct frames {
	int fd;
	__u64 size; /* of the file */
};

/* Reads exactly len bytes. */
bool frames__read(const struct frames *fs, __u64 offset, void *to, size_t len);
/* Whether a frame begins at offset; its payload may be cut off or damaged. */
bool frames__at(const struct frames *fs, __u64 offset, struct frame *f);
/* Where the next frame begins, at offset or after it; the size of the file: nowhere. */
__u64 frames__find(const struct frames *fs, __u64 offset);
/* Whether the tail of a file that was ended in good order stands at offset. */
bool frames__tail(const struct frames *fs, __u64 offset, struct file_tail *tail);

#endif
