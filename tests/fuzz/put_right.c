/* SPDX-License-Identifier: GPL-2.0 */
/* Turns what the fuzzer made into a trace file. */
#include "put_right.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "file/format.h"

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

static int new_file(const __u8 *bytes, size_t size, bool right)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	__u8 *file = malloc(size + 1);

	if (fd < 0 || !file)
		abort();
	memcpy(file, bytes, size);
	if (right)
		put_right(file, size);
	if (write(fd, file, size) != (ssize_t)size)
		abort();
	free(file);
	return fd;
}

int input_file(const __u8 *data, size_t size)
{
	return size ? new_file(data + 1, size - 1, data[0] & 1) : -1;
}

bool input_files(const __u8 *data, size_t size, struct two_files *files)
{
	static const char magic[] = FILE_MAGIC;
	const __u8 *second;

	if (size < 2)
		return false;
	second = memmem(data + 2, size - 2, magic, sizeof(magic) - 1);
	if (second) {
		files->fd[0] = new_file(data + 1, (size_t)(second - data - 1), data[0] & 1);
		files->fd[1] = new_file(second, (size_t)(data + size - second), data[0] & 1);
	} else {
		files->fd[0] = new_file(data + 1, size - 1, true);
		files->fd[1] = new_file(data + 1, size - 1, false);
	}
	return true;
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
