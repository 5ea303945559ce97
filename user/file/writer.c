/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a trace file: frames, of which each is whole by itself. */
#include "writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "attrs.h"
#include "codec.h"
#include "format.h"

#define LEVEL	  1 /* zlib's fastest: what is left after the codec hardly gets smaller */
#define CHUNK_AGE 1000000000ULL
/* A chunk that is full sooner stays as the codec left it: what is traced wants the processor. */
#define CHUNK_RUSH 50000000ULL
/* Kept free below the greatest size, for what ends a file. */
#define RESERVE (64U << 10)

struct writer {
	int fd, error;
	__u64 offset, max_size, records, dropped;
	__u64 lost[LOST_CAUSES]; /* of the run */
	__u32 run;
	z_stream z;
	struct codec codec;

	/* the chunk that is being filled */
	__u8 *chunk, *at;
	__u32 in_chunk;
	__u64 first, last, waits_since;

	__u8 *deflated;
	size_t room;
	struct index_entry *index;
	size_t n_index, index_room;
};

static int fail(struct writer *w, int error)
{
	if (!w->error)
		w->error = error;
	return w->error;
}

static int write_all(struct writer *w, const void *from, size_t len)
{
	const char *at = from;

	while (len && !w->error) {
		ssize_t n = write(w->fd, at, len);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			fail(w, n ? -errno : -EIO);
		}
	}
	return w->error;
}

static int remember(struct writer *w, const struct frame *f)
{
	size_t room = w->index_room ? 2 * w->index_room : 64;

	if (w->n_index == w->index_room) {
		struct index_entry *bigger = realloc(w->index, room * sizeof(*bigger));

		if (!bigger)
			return fail(w, -ENOMEM);
		w->index = bigger;
		w->index_room = room;
	}
	w->index[w->n_index++] = index_entry_of(f, w->offset);
	return 0;
}

/* Deflating takes as long as all else that is done for a record. */
static bool in_a_rush(const struct frame *f)
{
	return f->type == FRAME_RECORDS && f->raw_len >= CHUNK_SIZE &&
	       f->last - f->first < CHUNK_RUSH;
}

/* The payload as it will stand in the file: deflated, where there is time and it gets smaller. */
static const void *squeeze(struct writer *w, const void *raw, struct frame *f)
{
	size_t bound = deflateBound(&w->z, f->raw_len);
	__u8 *bigger;

	f->len = f->raw_len;
	if (in_a_rush(f))
		return raw;
	if (bound > w->room) {
		bigger = realloc(w->deflated, bound);
		if (!bigger)
			return raw;
		w->deflated = bigger;
		w->room = bound;
	}
	deflateReset(&w->z);
	w->z.next_in = (Bytef *)raw;
	w->z.avail_in = f->raw_len;
	w->z.next_out = w->deflated;
	w->z.avail_out = w->room;
	if (deflate(&w->z, Z_FINISH) != Z_STREAM_END || w->z.total_out >= f->raw_len)
		return raw;
	f->len = (__u32)w->z.total_out;
	return w->deflated;
}

static int write_frame(struct writer *w, struct frame *f, const void *raw)
{
	const void *payload = squeeze(w, raw, f);

	f->sync = FRAME_SYNC;
	f->run = f->type == FRAME_END || f->type == FRAME_INDEX ? 0 : w->run;
	f->before = w->records;
	f->crc = (__u32)crc32(0, payload, f->len);
	f->head_crc = (__u32)crc32(0, (const Bytef *)&f->type, sizeof(*f) - 8);
	if (w->error || (f->type != FRAME_INDEX && remember(w, f)))
		return w->error;
	if (write_all(w, f, sizeof(*f)) || write_all(w, payload, f->len)) {
		/* A reader passes over a torn frame; try to spare it even that. */
		(void)!ftruncate(w->fd, (off_t)w->offset);
		return w->error;
	}
	w->offset += sizeof(*f) + f->len;
	w->records += f->records;
	return 0;
}

static int write_attrs(struct writer *w, enum frame_type type, const struct attrs *a,
		       const void *from)
{
	__u8 *payload = malloc(attrs__room(a, from));
	struct frame f = {.type = type};

	if (!payload)
		return fail(w, -ENOMEM);
	f.raw_len = (__u32)attrs__put(a, from, payload);
	write_frame(w, &f, payload);
	free(payload);
	return w->error;
}

static bool has_room(const struct writer *w, size_t more)
{
	size_t index = (w->n_index + 8) * sizeof(*w->index);

	return !w->max_size || w->offset + more + index + RESERVE <= w->max_size;
}

static int write_chunk(struct writer *w)
{
	struct frame f = {
	    .type = FRAME_RECORDS,
	    .raw_len = (__u32)(w->at - w->chunk),
	    .records = w->in_chunk,
	    .first = w->first,
	    .last = w->last,
	};

	if (f.raw_len && !has_room(w, f.raw_len))
		w->dropped += f.records;
	else if (f.raw_len)
		write_frame(w, &f, w->chunk);
	w->at = w->chunk;
	w->in_chunk = 0;
	w->first = w->last = w->waits_since = 0;
	codec__reset(&w->codec);
	return w->error;
}

struct writer *writer__new(int fd, const struct trace_about *about, __u64 max_size)
{
	struct file_head head = {
	    .magic = FILE_MAGIC, .byte_order = BYTE_ORDER_MARK, .version = TRACE_VERSION};
	struct writer *w = calloc(1, sizeof(*w));
	int err = ENOMEM;

	if (!w)
		goto fail;
	w->fd = fd;
	w->max_size = max_size;
	w->chunk = w->at = malloc(CHUNK_SIZE + CODEC_MAX);
	if (!w->chunk)
		goto fail;
	if (deflateInit2(&w->z, LEVEL, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY))
		goto fail;
	w->offset = sizeof(head);
	err = -write_all(w, &head, sizeof(head));
	if (!err)
		err = -write_attrs(w, FRAME_ABOUT, &about_attrs, about);
	if (!err)
		return w;
	deflateEnd(&w->z);
	free(w->deflated);
	free(w->index);
fail:
	if (w)
		free(w->chunk);
	free(w);
	close(fd);
	errno = err;
	return NULL;
}

int writer__run(struct writer *w, const struct trace_run *run)
{
	w->run++;
	w->dropped = 0;
	memset(w->lost, 0, sizeof(w->lost));
	return write_attrs(w, FRAME_RUN, &run_attrs, run);
}

/* So that replay --info need not read the records. */
static void note_loss(struct writer *w, const struct event *rec)
{
	const struct ev_lost *lost = (const struct ev_lost *)rec;

	if (rec->kind == EV_LOST && rec->size == sizeof(*lost) && lost->cause < LOST_CAUSES)
		w->lost[lost->cause] += lost->count;
}

int writer__record(struct writer *w, const struct event *rec)
{
	__u8 *at;

	if (w->error)
		return w->error;
	note_loss(w, rec);
	if (w->dropped) {
		w->dropped++;
		return 0;
	}
	at = codec__put(&w->codec, rec, w->at);
	if (!at)
		return -EPROTO;
	w->at = at;
	if (!w->in_chunk++)
		w->first = w->last = rec->ts;
	w->first = rec->ts < w->first ? rec->ts : w->first;
	w->last = rec->ts > w->last ? rec->ts : w->last;
	return (size_t)(w->at - w->chunk) >= CHUNK_SIZE ? write_chunk(w) : 0;
}

int writer__tick(struct writer *w, __u64 ts)
{
	if (w->error || w->dropped)
		return w->error;
	w->at = codec__put_tick(&w->codec, ts, w->at);
	return (size_t)(w->at - w->chunk) >= CHUNK_SIZE ? write_chunk(w) : 0;
}

int writer__flush(struct writer *w, __u64 now)
{
	if (!w->waits_since)
		w->waits_since = now;
	return now - w->waits_since >= CHUNK_AGE ? write_chunk(w) : w->error;
}

/* What did not fit is a loss like any other. */
static int write_dropped(struct writer *w)
{
	struct ev_lost lost = {
	    .e = {.ts = w->n_index ? w->index[w->n_index - 1].last : 0,
		  .size = sizeof(lost),
		  .kind = EV_LOST},
	    .count = w->dropped,
	    .cause = LOST_FILE,
	};
	__u8 item[CODEC_MAX];
	struct frame f = {
	    .type = FRAME_RECORDS, .records = 1, .first = lost.e.ts, .last = lost.e.ts};

	codec__reset(&w->codec);
	f.raw_len = (__u32)(codec__put(&w->codec, &lost.e, item) - item);
	codec__reset(&w->codec);
	return write_frame(w, &f, item);
}

int writer__run_end(struct writer *w, const struct trace_end *end)
{
	struct trace_end all = *end;

	write_chunk(w);
	if (w->dropped)
		write_dropped(w);
	w->lost[LOST_FILE] += w->dropped;
	all.lost = (struct blob){(const char *)w->lost, sizeof(w->lost)};
	return write_attrs(w, FRAME_RUN_END, &end_attrs, &all);
}

__u64 writer__dropped(const struct writer *w)
{
	return w->dropped;
}

__u64 writer__size(const struct writer *w)
{
	return w->offset;
}

__u64 writer__records(const struct writer *w)
{
	return w->records;
}

int writer__close(struct writer *w)
{
	struct frame end = {.type = FRAME_END}, index = {.type = FRAME_INDEX};
	struct file_tail tail = {.sync = FRAME_SYNC};
	int err;

	if (!w)
		return 0;
	write_chunk(w);
	write_frame(w, &end, "");
	tail.index = w->offset;
	tail.crc = (__u32)crc32(0, (const Bytef *)&tail.index, sizeof(tail.index));
	index.raw_len = (__u32)(w->n_index * sizeof(*w->index));
	if (!write_frame(w, &index, w->index))
		write_all(w, &tail, sizeof(tail));
	if (close(w->fd))
		fail(w, -errno);
	err = w->error;
	deflateEnd(&w->z);
	free(w->deflated);
	free(w->index);
	free(w->chunk);
	free(w);
	return err;
}
