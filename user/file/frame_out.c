/* SPDX-License-Identifier: GPL-2.0 */
/* Writes the frames of a trace file, one after the other, and at the end their index. */
#include "file/frame_out.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file/trace_file.h"

#define LEVEL 1 /* zlib's fastest: what is left after the codec hardly gets smaller */
/* A chunk that is full sooner is not deflated: what is traced needs the processor. */
#define CHUNK_RUSH 50000000ULL

int frame_out__fail(struct frame_out *o, int error)
{
	if (!o->error)
		o->error = error;
	return o->error;
}

static int write_all(struct frame_out *o, const void *from, size_t len)
{
	const char *at = from;

	while (len && !o->error) {
		ssize_t n = write(o->fd, at, len);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			frame_out__fail(o, n ? -errno : -EIO);
		}
	}
	return o->error;
}

int frame_out__init(struct frame_out *o, int fd)
{
	struct file_head head = {
	    .byte_order = BYTE_ORDER_MARK, .major = TRACE_MAJOR, .minor = TRACE_MINOR};
	int err = -ENOMEM;

	memcpy(head.magic, FILE_MAGIC, sizeof(head.magic));
	*o = (struct frame_out){.fd = fd, .offset = sizeof(head), .index_max = PAYLOAD_MAX};
	if (deflateInit2(&o->z, LEVEL, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY))
		goto fail;
	err = write_all(o, &head, sizeof(head));
	if (!err)
		return 0;
	deflateEnd(&o->z);
fail:
	close(fd);
	return err;
}

static int remember(struct frame_out *o, const struct frame *f)
{
	size_t room = o->index_room ? 2 * o->index_room : 64;

	if (o->n_index == o->index_room) {
		struct index_entry *bigger = realloc(o->index, room * sizeof(*bigger));

		if (!bigger)
			return frame_out__fail(o, -ENOMEM);
		o->index = bigger;
		o->index_room = room;
	}
	o->index[o->n_index++] = index_entry_of(f, o->offset);
	return 0;
}

/* Deflating takes as long as everything else that is done for a record. */
static bool in_a_rush(const struct frame *f)
{
	return f->type == FRAME_RECORDS && f->raw_len >= CHUNK_SIZE &&
	       f->last - f->first < CHUNK_RUSH;
}

/* The payload as it will stand in the file: deflated, where there is time and it gets smaller. */
static const void *squeeze(struct frame_out *o, const void *raw, struct frame *f)
{
	size_t bound = deflateBound(&o->z, f->raw_len);
	__u8 *bigger;

	f->len = f->raw_len;
	if (in_a_rush(f))
		return raw;
	if (bound > o->room) {
		bigger = realloc(o->deflated, bound);
		if (!bigger)
			return raw;
		o->deflated = bigger;
		o->room = bound;
	}
	deflateReset(&o->z);
	o->z.next_in = (Bytef *)raw;
	o->z.avail_in = f->raw_len;
	o->z.next_out = o->deflated;
	o->z.avail_out = o->room;
	if (deflate(&o->z, Z_FINISH) != Z_STREAM_END || o->z.total_out >= f->raw_len)
		return raw;
	f->len = (__u32)o->z.total_out;
	return o->deflated;
}

int frame_out__put(struct frame_out *o, struct frame *f, const void *raw)
{
	const void *payload = squeeze(o, raw, f);

	f->sync = FRAME_SYNC;
	f->before = o->records;
	f->crc = (__u32)crc32(0, payload, f->len);
	f->head_crc = (__u32)crc32(0, (const Bytef *)&f->type, sizeof(*f) - 8);
	if (o->error || (f->type != FRAME_INDEX && remember(o, f)))
		return o->error;
	if (write_all(o, f, sizeof(*f)) || write_all(o, payload, f->len)) {
		/* A reader passes over a torn frame; try to spare it even that. */
		(void)!ftruncate(o->fd, (off_t)o->offset);
		return o->error;
	}
	o->offset += sizeof(*f) + f->len;
	o->records += f->records;
	return 0;
}

/* An index that is too large for a frame is left out; a reader that needs it scans the file. */
static void write_index(struct frame_out *o)
{
	size_t len = o->n_index * sizeof(*o->index);
	struct frame index = {.type = FRAME_INDEX, .raw_len = (__u32)len};
	struct file_tail tail = {.index = o->offset, .sync = FRAME_SYNC};

	if (len > o->index_max)
		return;
	tail.crc = (__u32)crc32(0, (const Bytef *)&tail.index, sizeof(tail.index));
	if (!frame_out__put(o, &index, o->index))
		write_all(o, &tail, sizeof(tail));
}

size_t frame_out__index_size(const struct frame_out *o, size_t more)
{
	size_t size = (o->n_index + more) * sizeof(*o->index);

	return size < o->index_max ? size : o->index_max;
}

__u64 frame_out__last(const struct frame_out *o)
{
	return o->n_index ? o->index[o->n_index - 1].last : 0;
}

int frame_out__close(struct frame_out *o)
{
	struct frame end = {.type = FRAME_END};

	frame_out__put(o, &end, "");
	write_index(o);
	if (close(o->fd))
		frame_out__fail(o, -errno);
	deflateEnd(&o->z);
	free(o->deflated);
	free(o->index);
	return o->error;
}
