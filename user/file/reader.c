/* SPDX-License-Identifier: GPL-2.0 */
/* Reads a trace file, frame by frame and item by item, past whatever is damaged. */
#include "file/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "file/attrs.h"
#include "file/chunk.h"
#include "file/frames.h"
#include "file/payload.h"

struct reader {
	struct frames frames;
	__u16 major, minor;
	__u64 offset; /* of the next frame */
	struct trace_about about;
	__u8 *about_text;
	struct payload payload;

	struct frame frame;
	bool has_frame; /* loaded, and not yet handed out */
	bool in_run, ended;
	__u32 run;
	__u64 seen;    /* records of the frames so far, read or missing */
	__u64 claimed; /* what damaged frames say that seen should be */
	__u64 lost_bytes, lost_records;

	struct chunk chunk; /* that is being read */

	__u8 *run_text;
	struct trace_run run_about;
	struct trace_end run_end;
};

/* Is this a file that can be read here at all? NULL: yes. */
static const char *refuse(const struct file_head *head, char *buf, size_t size)
{
	if (memcmp(head->magic, FILE_MAGIC, sizeof(head->magic)))
		return "it is no trace file of ipctrace";
	if (head->byte_order == __builtin_bswap32(BYTE_ORDER_MARK))
		return "it was recorded on a machine of the other byte order; replay it on such a "
		       "one";
	if (head->byte_order != BYTE_ORDER_MARK || !head->major)
		return "its first 16 bytes are damaged";
	/* A newer minor version only adds. */
	if (head->major <= TRACE_MAJOR)
		return NULL;
	snprintf(buf, size,
		 "it has version %u, this ipctrace reads up to %d; use the one that recorded it",
		 head->major, TRACE_MAJOR);
	return buf;
}

static bool has_ids(const struct reader *r)
{
	return r->major > 2 || (r->major == 2 && r->minor >= 1);
}

/*
 * Numbers mean something else on another machine, unless both machines are known. NULL: it can be
 * read.
 */
static const char *other_machine(struct reader *r, char *buf, size_t size)
{
	const char *machine = r->about.machine;
	struct utsname u;

	if (calls__to_read(&r->chunk.calls, machine, has_ids(r)))
		return NULL;
	uname(&u);
	snprintf(buf, size, "it was recorded on %.32s, this is %s; read it on such a machine",
		 machine, u.machine);
	return buf;
}

static int load_about(struct reader *r)
{
	struct frame f;
	int whole;

	if (!frames__at(&r->frames, r->offset, &f) || f.type != FRAME_ABOUT)
		return 0;
	whole = payload__load(&r->payload, &r->frames, &f, r->offset);
	if (whole <= 0)
		return whole;
	r->about_text = malloc(f.raw_len + 1);
	if (!r->about_text)
		return -ENOMEM;
	memcpy(r->about_text, r->payload.raw, f.raw_len);
	if (attrs__get(&about_attrs, &r->about, r->about_text, f.raw_len))
		r->about = (struct trace_about){0};
	return 0;
}

struct reader *reader__new(int fd, char *why, size_t size)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct file_head head = {0};
	const char *no = NULL;
	struct stat st;
	int err = 0;

	if (!r || payload__init(&r->payload)) {
		free(r);
		close(fd);
		snprintf(why, size, "%s", strerror(ENOMEM));
		errno = ENOMEM;
		return NULL;
	}
	r->frames.fd = fd;
	r->offset = sizeof(head);
	if (fstat(fd, &st))
		no = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		no = "it is no regular file";
	else if (!st.st_size)
		no = "it is empty";
	else if (!frames__read(&r->frames, 0, &head, sizeof(head)))
		no = "it is too short for a trace file";
	else
		no = refuse(&head, why, size);
	if (!no) {
		r->major = head.major;
		r->minor = head.minor;
		r->chunk.codec.newer = reader__newer(r);
		r->frames.size = (__u64)st.st_size;
		err = -load_about(r);
		no = err ? strerror(err) : other_machine(r, why, size);
		if (!no)
			return r;
	}
	if (err <= 0)
		err = EPROTO;
	if (no != why)
		snprintf(why, size, "%s", no);
	reader__free(r);
	errno = err;
	return NULL;
}

const struct trace_about *reader__about(const struct reader *r)
{
	return &r->about;
}

unsigned int reader__major(const struct reader *r)
{
	return r->major;
}

unsigned int reader__minor(const struct reader *r)
{
	return r->minor;
}

bool reader__newer(const struct reader *r)
{
	return r->major == TRACE_MAJOR && r->minor > TRACE_MINOR;
}

const struct frames *reader__frames(const struct reader *r)
{
	return &r->frames;
}

const char *reader__why(int error)
{
	return error == -ENOMEM ? "what it tells takes more than 512 MiB of memory"
				: strerror(-error);
}

static void miss(struct reader *r, __u64 should_be)
{
	if (should_be <= r->seen)
		return;
	r->lost_records += should_be - r->seen;
	r->seen = should_be;
}

/* Loads the next whole frame: 1, or 0 at the end of the file. */
static int load_frame(struct reader *r)
{
	struct frame *f = &r->frame;
	struct file_tail tail;

	while (r->offset < r->frames.size) {
		__u64 left = r->frames.size - r->offset, next = r->offset + sizeof(*f);
		int whole = 0;

		if (!frames__at(&r->frames, r->offset, f)) {
			if (frames__tail(&r->frames, r->offset, &tail))
				break;
			next = frames__find(&r->frames, r->offset + 1);
		} else {
			if (left - sizeof(*f) < f->len)
				next = r->frames.size;
			else
				next += f->len;
			whole = payload__load(&r->payload, &r->frames, f, r->offset);
			if (!whole)
				r->claimed = f->before + f->records;
		}
		if (whole < 0)
			return whole;
		if (!whole)
			r->lost_bytes += next - r->offset;
		r->offset = next;
		if (whole) {
			miss(r, f->before);
			return 1;
		}
	}
	r->offset = r->frames.size;
	miss(r, r->claimed);
	return 0;
}

static int end_run(struct reader *r, struct trace_item *item, const struct trace_end *end)
{
	r->in_run = false;
	item->kind = TRACE_RUN_END;
	item->end = end;
	return 0;
}

static int begin_run(struct reader *r, struct trace_item *item, bool known)
{
	r->in_run = true;
	r->run = r->frame.run;
	item->kind = TRACE_RUN;
	item->run.known = known;
	item->run.about = &r->run_about;
	return 0;
}

/* A list of what was not written counts as damaged. */
static bool get_attrs(struct reader *r, const struct attrs *a, void *to, const __u8 *from)
{
	if (!attrs__get(a, to, from, r->frame.raw_len))
		return true;
	r->lost_bytes += sizeof(r->frame) + r->frame.len;
	return false;
}

/* The text of a run outlives its chunks. */
static int known_run(struct reader *r, struct trace_item *item)
{
	__u8 *text = realloc(r->run_text, r->frame.raw_len + 1);
	bool whole;

	if (!text)
		return -ENOMEM;
	r->run_text = text;
	memcpy(text, r->payload.raw, r->frame.raw_len);
	r->run_about = (struct trace_run){0};
	whole = get_attrs(r, &run_attrs, &r->run_about, text);
	if (!whole)
		r->run_about = (struct trace_run){0};
	return begin_run(r, item, whole);
}

/* Hands the loaded frame out, or a begin or an end that is missing before it. 1: it held nothing
 * that anyone must know; else 0 or -ENOMEM. */
static int open_frame(struct reader *r, struct trace_item *item)
{
	const struct frame *f = &r->frame;
	bool of_run = f->type >= FRAME_RUN && f->type <= FRAME_RUN_END, whole;

	if (of_run && r->in_run && (f->type == FRAME_RUN || f->run != r->run))
		return end_run(r, item, NULL);
	if (of_run && !r->in_run && f->type != FRAME_RUN) {
		r->run_about = (struct trace_run){0};
		return begin_run(r, item, false);
	}
	r->has_frame = false;
	switch (f->type) {
	case FRAME_RUN:
		return known_run(r, item);
	case FRAME_RECORDS:
		chunk__begin(&r->chunk, r->payload.raw, f->raw_len, f->records);
		r->seen += f->records;
		return 1;
	case FRAME_RUN_END:
		r->run_end = (struct trace_end){0};
		whole = get_attrs(r, &end_attrs, &r->run_end, r->payload.raw);
		return end_run(r, item, whole ? &r->run_end : NULL);
	case FRAME_END:
		r->ended = true;
		return 1;
	default:
		return 1;
	}
}

/* The next item of the chunk: 0, or 1 when there is none. */
static int next_in_chunk(struct reader *r, struct trace_item *item)
{
	struct chunk *c = &r->chunk;

	switch (chunk__next(c)) {
	case CHUNK_RECORD:
		item->kind = TRACE_RECORD;
		item->rec = &c->rec.e;
		return 0;
	case CHUNK_TICK:
		item->kind = TRACE_TICK;
		item->tick = c->rec.e.ts;
		return 0;
	case CHUNK_DAMAGED:
		r->lost_bytes += r->frame.len;
		break;
	case CHUNK_END:
		break;
	}
	r->lost_records += c->left;
	c->left = 0;
	return 1;
}

int reader__next(struct reader *r, struct trace_item *item)
{
	int got;

	for (;;) {
		if (!next_in_chunk(r, item))
			return 0;
		if (r->chunk.unknown) {
			item->kind = TRACE_UNKNOWN;
			item->unknown = r->chunk.unknown;
			r->chunk.unknown = 0;
			return 0;
		}
		if (!r->has_frame) {
			got = load_frame(r);
			if (got < 0)
				return got;
			r->has_frame = got;
		}
		if (r->lost_bytes || r->lost_records) {
			item->kind = TRACE_DAMAGE;
			item->damage.bytes = r->lost_bytes;
			item->damage.records = r->lost_records;
			r->lost_bytes = r->lost_records = 0;
			return 0;
		}
		if (!r->has_frame && r->in_run)
			return end_run(r, item, NULL);
		if (!r->has_frame) {
			item->kind = TRACE_EOF;
			item->complete = r->ended;
			return 0;
		}
		got = open_frame(r, item);
		if (got <= 0)
			return got;
	}
}

void reader__free(struct reader *r)
{
	if (!r)
		return;
	payload__free(&r->payload);
	close(r->frames.fd);
	free(r->about_text);
	free(r->run_text);
	free(r);
}
