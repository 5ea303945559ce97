/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the frames of a trace file, whole or damaged. */
#include "file/frames.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define WINDOW 65536

bool frames__read(const struct frames *fs, __u64 offset, void *to, size_t len)
{
	char *at = to;

	while (len) {
		ssize_t n = pread(fs->fd, at, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		offset += (size_t)n;
		len -= (size_t)n;
	}
	return true;
}

bool frames__at(const struct frames *fs, __u64 offset, struct frame *f)
{
	if (offset > fs->size || fs->size - offset < sizeof(*f) ||
	    !frames__read(fs, offset, f, sizeof(*f)))
		return false;
	return f->sync == FRAME_SYNC && f->len <= PAYLOAD_MAX && f->raw_len <= PAYLOAD_MAX &&
	       f->head_crc == crc32(0, (const Bytef *)&f->type, sizeof(*f) - 8);
}

__u64 frames__find(const struct frames *fs, __u64 offset)
{
	const __u32 sync = FRAME_SYNC;
	char window[WINDOW];
	struct frame f;

	/* Read where it is expected: a window for each frame would read far more than the file. */
	if (frames__at(fs, offset, &f))
		return offset;
	while (offset < fs->size && fs->size - offset >= sizeof(f)) {
		__u64 left = fs->size - offset;
		size_t len = left < WINDOW ? (size_t)left : WINDOW;
		const char *at = window;

		if (!frames__read(fs, offset, window, len))
			break;
		while ((at = memmem(at, (size_t)(window + len - at), &sync, sizeof(sync)))) {
			if (frames__at(fs, offset + (size_t)(at - window), &f))
				return offset + (size_t)(at - window);
			at++;
		}
		/* A mark may lie across the border of two windows. */
		offset += len - (sizeof(sync) - 1);
	}
	return fs->size;
}

bool frames__tail(const struct frames *fs, __u64 offset, struct file_tail *tail)
{
	return offset <= fs->size && fs->size - offset == sizeof(*tail) &&
	       frames__read(fs, offset, tail, sizeof(*tail)) && tail->sync == FRAME_SYNC &&
	       tail->crc == crc32(0, (const Bytef *)&tail->index, sizeof(tail->index));
}
