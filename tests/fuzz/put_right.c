/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzer made, as a trace file. */
#include "put_right.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "format.h"

/* Where the next frame begins, at at or behind it, or size; its head into f. */
static size_t next_frame(const __u8 *file, size_t size, size_t at, struct frame *f)
{
	for (; at + sizeof(*f) <= size; at++) {
		memcpy(f, file + at, sizeof(*f));
		if (f->sync == FRAME_SYNC)
			return at;
	}
	return size;
}

/* A payload reaches to the next frame, whatever was put in between or taken away. */
static void put_right(__u8 *file, size_t size)
{
	struct frame f, next;

	for (size_t end, at = next_frame(file, size, sizeof(struct file_head), &f); at < size;
	     at = end, f = next) {
		bool deflated = f.len != f.raw_len;

		end = next_frame(file, size, at + sizeof(f), &next);
		if (f.type != FRAME_INDEX) /* the tail follows it */
			f.len = (__u32)(end - at - sizeof(f));
		if (!deflated)
			f.raw_len = f.len;
		if (f.len > size - at - sizeof(f))
			continue;
		f.crc = (__u32)crc32(0, file + at + sizeof(f), f.len);
		f.head_crc = (__u32)crc32(0, (const Bytef *)&f.type, sizeof(f) - 8);
		memcpy(file + at, &f, sizeof(f));
	}
}

int input_file(const __u8 *data, size_t size)
{
	__u8 *file;
	int fd;

	if (!size)
		return -1;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	file = malloc(size);
	if (fd < 0 || !file)
		abort();
	memcpy(file, data + 1, size - 1);
	if (data[0] & 1)
		put_right(file, size - 1);
	if (write(fd, file, size - 1) != (ssize_t)(size - 1))
		abort();
	free(file);
	return fd;
}

size_t input_inflated(const __u8 *data, size_t size)
{
	size_t at = 1 + sizeof(struct file_head), sum = 0;
	struct frame f;

	while ((at = next_frame(data, size, at, &f)) < size) {
		sum += f.raw_len != f.len ? f.raw_len : 0;
		at += sizeof(f);
	}
	return sum;
}
