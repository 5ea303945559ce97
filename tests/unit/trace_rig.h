/* SPDX-License-Identifier: GPL-2.0 */
/* For tests: a trace file of known records, and what a reader finds in it. */
#ifndef IPCTRACE_TRACE_RIG_H
#define IPCTRACE_TRACE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "file/reader.h"
#include "records.h"
#include "file/writer.h"

#define START 1000000000000ULL

static const struct trace_about about = {
    .version = "0.1",
    .kernel = "6.18",
    .machine = "x86_64",
    .boot_id = "1-2-3",
    .backend = "syscall",
    .command = "ipctrace record",
    .clock_offset = 77,
};

/* What a reader told of a file. */
struct told {
	unsigned int runs, unknown_runs, ends, missing_ends, records, ticks;
	__u64 lost_bytes, lost_records, unknown;
	bool complete, refused;
	char why[200];
	__u64 sum; /* of all times: the records themselves, cheaply */
};

static inline union any_event nth_record(unsigned int n)
{
	union any_event rec;
	__u64 t = START + n * 1000ULL;

	switch (n % 5) {
	case 0:
		return rec_op(10 + n % 3, t - 400, t, "write", 5140, 13, 13);
	case 1:
		rec = rec_wait(20, t - 900, t - 100, t, "read", WAIT_PIPE_EMPTY, 5140);
		return woken_by(rec, WAKE_TASK, 10, "writer", "write", 5140);
	case 2:
		return rec_object(20, t, OBJ_CLOSED, 3, END_READ, 5140, 0x10);
	case 3:
		return rec_exec(30, t, "cat");
	default:
		return rec_signal(20, t, SIGTERM, 0, 10, "sh", "kill", 0);
	}
}

static inline struct writer *new_writer(int fd, __u64 max_size)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return writer__new(copy, &about, max_size);
}

static inline void write_run(struct writer *w, unsigned int first, unsigned int n)
{
	const struct trace_run run = {
	    .name = "demo", .command = "yes | head", .title = "t", .extent = EXTENT_NARROWED};
	const struct trace_end end = {.doubt = "because", .output = {"a\0b", 3}, .failed = 1};

	assert_int_equal(writer__run(w, &run), 0);
	for (unsigned int i = first; i < first + n; i++) {
		union any_event rec = nth_record(i);

		assert_int_equal(writer__record(w, &rec.e), 0);
		if (i % 7 == 0)
			assert_int_equal(writer__tick(w, rec.e.ts - 200), 0);
		/* A chunk of every 20 records. */
		if (i % 20 == 19) {
			writer__flush(w, 1);
			writer__flush(w, 2000000000);
		}
	}
	assert_int_equal(writer__run_end(w, &end), 0);
}

/* Two runs of n records; the file's descriptor. */
static inline int make_file(unsigned int n)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = new_writer(fd, 0);

	assert_non_null(w);
	write_run(w, 0, n);
	write_run(w, n, n);
	assert_int_equal(writer__close(w), 0);
	return fd;
}

static inline struct told read_file(int fd)
{
	struct told told = {0};
	struct trace_item item;
	struct reader *r = reader__new(fcntl(fd, F_DUPFD_CLOEXEC, 0), told.why, sizeof(told.why));
	bool in_run = false;

	told.refused = !r;
	if (!r) {
		assert_true(*told.why);
		return told;
	}
	do {
		assert_int_equal(reader__next(r, &item), 0);
		switch (item.kind) {
		case TRACE_RUN:
			assert_false(in_run);
			in_run = true;
			told.runs++;
			told.unknown_runs += !item.run.known;
			if (item.run.known)
				assert_string_equal(item.run.about->command, "yes | head");
			break;
		case TRACE_RECORD:
			assert_true(in_run);
			told.records++;
			told.sum += item.rec->ts;
			break;
		case TRACE_TICK:
			told.ticks++;
			break;
		case TRACE_RUN_END:
			assert_true(in_run);
			in_run = false;
			told.ends++;
			told.missing_ends += !item.end;
			break;
		case TRACE_DAMAGE:
			told.lost_bytes += item.damage.bytes;
			told.lost_records += item.damage.records;
			break;
		case TRACE_UNKNOWN:
			told.unknown += item.unknown;
			break;
		case TRACE_EOF:
			told.complete = item.complete;
			break;
		}
	} while (item.kind != TRACE_EOF);
	assert_false(in_run);
	reader__free(r);
	return told;
}

static inline off_t size_of(int fd)
{
	return lseek(fd, 0, SEEK_END);
}

#endif
