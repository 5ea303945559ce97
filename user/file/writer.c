/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a trace file as frames that are each whole by themselves. */
#include "file/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file/attrs.h"
#include "file/calls.h"
#include "file/codec.h"
#include "file/frame_out.h"

#define CHUNK_AGE 1000000000ULL
/* Kept free below the greatest size, for what ends a file. */
#define RESERVE (64U << 10)

struct writer {
	struct frame_out out;
	__u64 max_size, dropped;
	__u64 lost[LOST_CAUSES]; /* of the run */
	__u32 run;
	struct codec codec;
	struct calls calls;

	/* the chunk that is being filled */
	__u8 *chunk, *at;
	__u32 in_chunk;
	__u64 first, last, waits_since;
};

static int write_attrs(struct writer *w, enum frame_type type, const struct attrs *a,
		       const void *from)
{
	size_t room = attrs__room(a, from);
	__u8 *payload = room > PAYLOAD_MAX ? NULL : malloc(room);
	struct frame f = {.type = type, .run = w->run};

	if (!payload)
		return frame_out__fail(&w->out, room > PAYLOAD_MAX ? -EFBIG : -ENOMEM);
	f.raw_len = (__u32)attrs__put(a, from, payload);
	frame_out__put(&w->out, &f, payload);
	free(payload);
	return w->out.error;
}

static bool has_room(const struct writer *w, size_t more)
{
	size_t index = frame_out__index_size(&w->out, 8);

	return !w->max_size || w->out.offset + more + index + RESERVE <= w->max_size;
}

static int write_chunk(struct writer *w)
{
	struct frame f = {
	    .type = FRAME_RECORDS,
	    .run = w->run,
	    .raw_len = (__u32)(w->at - w->chunk),
	    .records = w->in_chunk,
	    .first = w->first,
	    .last = w->last,
	};

	if (f.raw_len && !has_room(w, f.raw_len))
		w->dropped += f.records;
	else if (f.raw_len)
		frame_out__put(&w->out, &f, w->chunk);
	w->at = w->chunk;
	w->in_chunk = 0;
	w->first = w->last = w->waits_since = 0;
	codec__reset(&w->codec);
	return w->out.error;
}

struct writer *writer__new(int fd, const struct trace_about *about, __u64 max_size)
{
	struct writer *w = calloc(1, sizeof(*w));
	__u8 *chunk = malloc(CHUNK_SIZE + CODEC_MAX);
	int err;

	if (!w || !chunk) {
		close(fd);
		err = -ENOMEM;
		goto fail;
	}
	w->max_size = max_size;
	calls__to_write(&w->calls);
	w->codec.calls = &w->calls;
	w->chunk = w->at = chunk;
	err = frame_out__init(&w->out, fd);
	if (err)
		goto fail;
	if (!write_attrs(w, FRAME_ABOUT, &about_attrs, about))
		return w;
	err = frame_out__close(&w->out);
fail:
	free(chunk);
	free(w);
	errno = -err;
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

	if (w->out.error)
		return w->out.error;
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
	if (w->out.error || w->dropped)
		return w->out.error;
	w->at = codec__put_tick(&w->codec, ts, w->at);
	return (size_t)(w->at - w->chunk) >= CHUNK_SIZE ? write_chunk(w) : 0;
}

int writer__flush(struct writer *w, __u64 now)
{
	if (!w->waits_since)
		w->waits_since = now;
	return now - w->waits_since >= CHUNK_AGE ? write_chunk(w) : w->out.error;
}

/* What did not fit is a loss like any other. */
static int write_dropped(struct writer *w)
{
	struct ev_lost lost = {
	    .e = {.ts = frame_out__last(&w->out), .size = sizeof(lost), .kind = EV_LOST},
	    .count = w->dropped,
	    .cause = LOST_FILE,
	};
	__u8 item[CODEC_MAX];
	struct frame f = {.type = FRAME_RECORDS,
			  .run = w->run,
			  .records = 1,
			  .first = lost.e.ts,
			  .last = lost.e.ts};

	codec__reset(&w->codec);
	f.raw_len = (__u32)(codec__put(&w->codec, &lost.e, item) - item);
	codec__reset(&w->codec);
	return frame_out__put(&w->out, &f, item);
}

/* No frame takes more than PAYLOAD_MAX; all else in an end is short. */
static void cut_output(struct trace_end *end)
{
	size_t room = attrs__room(&end_attrs, end) + sizeof(end->cut);
	size_t over = room > PAYLOAD_MAX ? room - PAYLOAD_MAX : 0;

	if (over > end->output.len)
		over = end->output.len;
	end->output.len -= over;
	end->cut = over;
}

int writer__run_end(struct writer *w, const struct trace_end *end)
{
	struct trace_end all = *end;

	write_chunk(w);
	if (w->dropped)
		write_dropped(w);
	if (w->dropped) /* whole chunks, of which whoever counted does not know */
		all.facts = 0;
	w->lost[LOST_FILE] += w->dropped;
	all.lost = (struct blob){(const char *)w->lost, sizeof(w->lost)};
	cut_output(&all);
	return write_attrs(w, FRAME_RUN_END, &end_attrs, &all);
}

__u64 writer__dropped(const struct writer *w)
{
	return w->dropped;
}

__u64 writer__size(const struct writer *w)
{
	return w->out.offset;
}

__u64 writer__records(const struct writer *w)
{
	return w->out.records;
}

int writer__close(struct writer *w)
{
	int err;

	if (!w)
		return 0;
	write_chunk(w);
	err = frame_out__close(&w->out);
	free(w->chunk);
	free(w);
	return err;
}
