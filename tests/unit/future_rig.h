/* SPDX-License-Identifier: GPL-2.0 */
/* For tests: a trace file as a later minor version may write it, made by hand from docs/FILE.md. */
#ifndef IPCTRACE_FUTURE_RIG_H
#define IPCTRACE_FUTURE_RIG_H

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "abi/sysop.h"
#include "file/attrs.h"
#include "file/codec.h"
#include "file/frame_out.h"
#include "file/varint.h"
#include "names/names.h"
#include "records.h"

#define FUTURE_START 1000000000000ULL
#define FUTURE_PIPE  5140
/* What this version knows none of. */
#define FUTURE_KIND  40
#define FUTURE_VALUE 60 /* of an enum */
#define FUTURE_CALL  250
#define FUTURE_FRAME 9
#define FUTURE_TAG   99
#define FUTURE_WORDS 2 /* at the end of a record */
#define FUTURE_KNOWN 9 /* records that are told */
#define FUTURE_CUT   7 /* that are not, or not whole */

/* An item, of whatever kind: n words, as differences from zeros, and the masks of those that are not 0. */
static inline __u8 *future_item(__u8 *at, __u8 kind, __u8 slot, __s64 later, const __u32 *words,
				unsigned int n)
{
	__u8 groups = 0;

	*at++ = kind;
	*at++ = slot;
	at = varint__put(at, zigzag(later));
	for (unsigned int w = 0; w < n; w++)
		groups |= (__u8)((words[w] != 0) << w / 8);
	*at++ = groups;
	for (unsigned int g = 0; g < 8; g++) {
		__u8 *mask = at;

		if (!(groups >> g & 1))
			continue;
		*at++ = 0;
		for (unsigned int w = 8 * g; w < n && w < 8 * g + 8; w++) {
			if (!words[w])
				continue;
			*mask |= (__u8)(1U << (w - 8 * g));
			at = varint__put(at, zigzag((__s32)words[w]));
		}
	}
	return at;
}

struct future {
	__u8 bytes[1 << 14], *at;
	__u64 now;
	__u8 slot; /* each record has one of its own: all differs from zeros */
	unsigned int n;
};

/* A record, and words behind it; op and wait are told with what they are related to, see codec.c. */
static inline void future_put(struct future *f, union any_event rec, unsigned int more)
{
	union {
		union any_event rec;
		__u32 words[sizeof(union any_event) / 4 + FUTURE_WORDS];
	} now = {.rec = rec};
	unsigned int n = rec.e.size / 4;

	if (rec.e.kind == EV_OP) {
		now.rec.op.start = rec.e.ts - rec.op.start;
		memset(&now.rec.op.after, 0, sizeof(now.rec.op.after)); /* as before */
	} else if (rec.e.kind == EV_WAIT) {
		now.rec.wait.slept = rec.e.ts - rec.wait.slept;
		now.rec.wait.woken = rec.e.ts - rec.wait.woken;
		memset(&now.rec.wait.state_woken, 0, sizeof(now.rec.wait.state_woken));
	}
	for (unsigned int w = 0; w < more; w++)
		now.words[n + w] = 0xdddd;
	now.rec.e.size = (__u16)(rec.e.size + 4 * more);
	f->at = future_item(f->at, rec.e.kind, f->slot++, (__s64)(rec.e.ts - f->now), now.words + 2,
			    n - 2 + more);
	f->now = rec.e.ts;
	f->n++;
}

/* The records: FUTURE_KNOWN that this version can tell, FUTURE_CUT with what it does not know. */
static inline void future_records(struct future *f)
{
	__u64 t = FUTURE_START;
	union any_event rec;

	f->at = f->bytes;
	future_put(f, rec_exec(815, t, "writer"), FUTURE_WORDS);
	future_put(f, rec_object(815, t += 1000, OBJ_CREATED, 3, END_READ, FUTURE_PIPE, 0x10), 0);
	future_put(f, rec_object(815, t += 1000, OBJ_CREATED, 4, END_WRITE, FUTURE_PIPE, 0x20), 0);
	/* Known, but for its call's id: the number tells. */
	rec = rec_op(815, t + 500, t + 1000, "write", FUTURE_PIPE, 13, 13);
	rec.e.call = FUTURE_CALL;
	future_put(f, rec, 0);
	/* Its id tells, whatever its number. */
	t += 2000;
	rec = rec_op(815, t - 500, t, "write", FUTURE_PIPE, 12, 12);
	rec.op.nr = (__s16)syscall_number("getpid");
	rec.e.call = SYSOP_write;
	future_put(f, rec, FUTURE_WORDS);

	/* A kind of record, twice: the second time by the number of its shape. */
	f->at = future_item(f->at, FUTURE_KIND, 7, 10, (__u32[]){1, 2, 3, 0, 5}, 5);
	*f->at++ = 0x80 | (__u8)f->n;
	*f->at++ = 7;
	for (unsigned int i = 0; i < 5; i++) /* its time, and four words */
		f->at = varint__put(f->at, zigzag(1));
	f->now += 11;
	f->n += 2;
	/* A kind of doing, of a mechanism; a change; a reason; a context. */
	t += 1000;
	rec = rec_op(815, t, t, "read", FUTURE_PIPE, 8, 8);
	rec.op.op = rec.op.obj.mech = FUTURE_VALUE;
	future_put(f, rec, 0);
	t += 1000;
	rec = rec_op(815, t, t, "read", FUTURE_PIPE, 8, 8);
	rec.op.obj.mech = FUTURE_VALUE;
	future_put(f, rec, 0);
	future_put(f, rec_object(815, t += 1000, FUTURE_VALUE, 3, END_READ, FUTURE_PIPE, 0x10), 0);
	rec = rec_wait(815, t + 1000, t + 2000, t + 2500, "read", FUTURE_VALUE, FUTURE_PIPE);
	rec.wait.obj.mech = FUTURE_VALUE;
	future_put(f, rec, 0);
	t += 4000;
	rec = rec_wait(815, t, t + 2000, t + 2500, "read", WAIT_PIPE_EMPTY, FUTURE_PIPE);
	future_put(f, woken_by(rec, FUTURE_VALUE, 9, "ghost", "write", FUTURE_PIPE), 0);

	t += 5000;
	future_put(f, rec_signal(815, t, SIGTERM, 0, 9, "sh", "kill", 0), FUTURE_WORDS);
	future_put(f, rec_exit(815, t + 1000, 0), 0);
}

static inline void future_list(struct frame_out *o, enum frame_type type, const struct attrs *a,
			       const void *from)
{
	__u8 list[1024];
	struct frame f = {.type = type, .run = type != FRAME_ABOUT};

	f.raw_len = (__u32)attrs__put(a, from, list);
	memcpy(list + f.raw_len, (__u8[]){FUTURE_TAG, 3, 'n', 'e', 'w'}, 5);
	f.raw_len += 5;
	frame_out__put(o, &f, list);
}

/* Writes the file to fd, and closes it; minor: the version that it says; claims: NULL, or of an .expect
 * file. 0, or -1. */
static inline int future_write(int fd, __u16 minor, const char *claims)
{
	const struct trace_about about = {
	    .version = "9.9", .kernel = "9.9", .machine = "x86_64", .backend = "syscall"};
	const struct trace_run run = {.name = "demo",
				      .command = "yes | head",
				      .expect_file = claims ? "demo.expect" : NULL,
				      .expect = {claims, claims ? strlen(claims) : 0},
				      .extent = EXTENT_WHOLE};
	const struct trace_end end = {0};
	struct frame f = {.type = FUTURE_FRAME, .run = 1, .raw_len = 3};
	static struct future records;
	int copy = dup(fd);
	struct frame_out o;

	memset(&records, 0, sizeof(records));
	future_records(&records);
	if (frame_out__init(&o, fd))
		return -1;
	future_list(&o, FRAME_ABOUT, &about_attrs, &about);
	future_list(&o, FRAME_RUN, &run_attrs, &run);
	frame_out__put(&o, &f, "new");
	f = (struct frame){.type = FRAME_RECORDS,
			   .run = 1,
			   .raw_len = (__u32)(records.at - records.bytes),
			   .records = records.n,
			   .first = FUTURE_START,
			   .last = records.now};
	frame_out__put(&o, &f, records.bytes);
	future_list(&o, FRAME_RUN_END, &end_attrs, &end);
	if (frame_out__close(&o) ||
	    pwrite(copy, &minor, sizeof(minor), offsetof(struct file_head, minor)) != sizeof(minor))
		return -1;
	close(copy);
	return 0;
}

#endif
