/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the trace file: what is written is read, as far as it may be written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file/frame_out.h"
#include "file/index.h"
#include "trace_rig.h"

static void every_record_comes_back(void **state)
{
	int fd = make_file(1000);
	struct trace_item item;
	char why[200];
	struct reader *r = reader__new(fd, why, sizeof(why));
	unsigned int n = 0;

	assert_non_null(r);
	assert_string_equal(reader__about(r)->kernel, "6.18");
	assert_string_equal(reader__about(r)->backend, "syscall");
	assert_int_equal(reader__about(r)->clock_offset, 77);
	do {
		assert_int_equal(reader__next(r, &item), 0);
		assert_int_not_equal(item.kind, TRACE_DAMAGE);
		if (item.kind == TRACE_RUN)
			assert_int_equal(item.run.about->extent, EXTENT_NARROWED);
		if (item.kind == TRACE_RECORD) {
			union any_event want = nth_record(n++);

			assert_int_equal(item.rec->size, want.e.size);
			assert_memory_equal(item.rec, &want, want.e.size);
		} else if (item.kind == TRACE_TICK) {
			assert_int_equal(item.tick, START + (n - 1) * 1000 - 200);
		} else if (item.kind == TRACE_RUN_END) {
			assert_string_equal(item.end->doubt, "because");
			assert_null(item.end->message);
			assert_int_equal(item.end->output.len, 3);
			assert_memory_equal(item.end->output.bytes, "a\0b", 3);
			assert_int_equal(item.end->failed, 1);
			assert_int_equal(item.end->inconclusive, 0);
		}
	} while (item.kind != TRACE_EOF);
	assert_true(item.complete);
	assert_int_equal(n, 2000);
	reader__free(r);
}

/* Chunks that fill up slowly are deflated; for those that do not there is no time. */
static void a_rush_is_not_deflated(void **state)
{
	off_t size[2];

	for (unsigned int slowly = 0; slowly < 2; slowly++) {
		const struct trace_run run = {.name = "demo", .command = "yes | head"};
		const struct trace_end end = {0};
		int fd = memfd_create("trace", MFD_CLOEXEC);
		struct writer *w = new_writer(fd, 0);

		assert_int_equal(writer__run(w, &run), 0);
		for (unsigned int i = 0; i < 50000; i++) {
			union any_event rec = nth_record(5 * i);

			rec.e.ts = START + i * (slowly ? 50000ULL : 500ULL);
			rec.op.start = rec.e.ts - 400;
			assert_int_equal(writer__record(w, &rec.e), 0);
		}
		writer__run_end(w, &end);
		assert_int_equal(writer__close(w), 0);
		assert_int_equal(read_file(fd).records, 50000);
		size[slowly] = size_of(fd);
		close(fd);
	}
	assert_true(size[1] < size[0] / 2);
}

static void what_is_no_record_is_refused(void **state)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = new_writer(fd, 0);
	union any_event rec = nth_record(0);

	rec.e.size--;
	assert_int_equal(writer__record(w, &rec.e), -EPROTO);
	rec = nth_record(0);
	rec.e.kind = 77;
	assert_int_equal(writer__record(w, &rec.e), -EPROTO);
	assert_int_equal(writer__close(w), 0);
	close(fd);
}

static void the_greatest_size(void **state)
{
	const struct trace_run run = {.name = "demo", .command = "yes | head"};
	const struct trace_end end = {0};
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = new_writer(fd, 1 << 20);
	unsigned int n = 2000000, seen = 0;
	__u64 lost = 0;
	struct trace_item item;
	struct reader *r;
	char why[200];

	writer__run(w, &run);
	for (unsigned int i = 0; i < n; i++) {
		union any_event rec = nth_record(i);

		rec.e.cpu = (__u16)random();
		assert_int_equal(writer__record(w, &rec.e), 0);
	}
	assert_true(writer__dropped(w) > 0);
	writer__run_end(w, &end);
	assert_int_equal(writer__close(w), 0);
	assert_true(size_of(fd) <= 1 << 20);
	r = reader__new(fd, why, sizeof(why));
	do {
		assert_int_equal(reader__next(r, &item), 0);
		assert_int_not_equal(item.kind, TRACE_DAMAGE);
		if (item.kind == TRACE_RECORD && item.rec->kind == EV_LOST)
			lost += ((const struct ev_lost *)item.rec)->count;
		else
			seen += item.kind == TRACE_RECORD;
	} while (item.kind != TRACE_EOF);
	assert_true(item.complete);
	assert_int_equal(seen + lost, n);
	reader__free(r);
}

/* A file with more frames than its index has room for is whole without one. */
static void an_index_that_no_frame_takes(void **state)
{
	for (unsigned int over = 0; over < 2; over++) {
		int fd = memfd_create("trace", MFD_CLOEXEC);
		struct frames fs = {.fd = fd};
		struct frame_out out;
		struct index ix;
		struct told told;

		assert_int_equal(frame_out__init(&out, fcntl(fd, F_DUPFD_CLOEXEC, 0)), 0);
		assert_int_equal(out.index_max, PAYLOAD_MAX);
		/* END has an entry, too. */
		out.index_max = (10 - over) * sizeof(struct index_entry);
		for (unsigned int i = 0; i < 9; i++) {
			/* Readers pass over this type. */
			struct frame f = {.type = 99, .raw_len = 3};

			assert_int_equal(frame_out__put(&out, &f, "abc"), 0);
		}
		assert_int_equal(frame_out__close(&out), 0);
		told = read_file(fd);
		assert_true(told.complete);
		assert_int_equal(told.lost_bytes, 0);
		fs.size = (__u64)size_of(fd);
		assert_int_equal(index__load(&ix, &fs), 0);
		assert_int_equal(ix.n, 10);
		assert_int_equal(ix.rebuilt, over);
		assert_int_equal(ix.left_out, over);
		assert_int_equal(ix.missed_bytes, 0);
		index__free(&ix);
		close(fd);
	}
}

/* What a program prints is kept as far as a frame takes it. */
static void more_output_than_a_frame_takes(void **state)
{
	size_t len = PAYLOAD_MAX + 1000;
	char *printed = malloc(len), why[200];
	const struct trace_end end = {
	    .doubt = "because",
	    .output = {printed, len},
	    .failed = 1,
	    .cut_off = 77,
	    .limit = 5,
	    .broke_off = "off",
	    .unwatched = "no word",
	};
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = new_writer(fd, 0);
	unsigned int ends = 0;
	struct trace_item item;
	struct reader *r;

	assert_non_null(printed);
	for (size_t i = 0; i < len; i++)
		printed[i] = (char)random();
	assert_int_equal(writer__run(w, &(struct trace_run){.command = "yes | head"}), 0);
	assert_int_equal(writer__run_end(w, &end), 0);
	assert_int_equal(writer__close(w), 0);
	r = reader__new(fd, why, sizeof(why));
	assert_non_null(r);
	do {
		assert_int_equal(reader__next(r, &item), 0);
		assert_int_not_equal(item.kind, TRACE_DAMAGE);
		if (item.kind != TRACE_RUN_END)
			continue;
		ends++;
		assert_non_null(item.end);
		assert_string_equal(item.end->doubt, "because");
		assert_int_equal(item.end->cut_off, 77);
		assert_int_equal(item.end->limit, 5);
		assert_string_equal(item.end->broke_off, "off");
		assert_string_equal(item.end->unwatched, "no word");
		assert_true(item.end->cut >= 1000 && item.end->cut <= 2000);
		assert_int_equal(item.end->output.len + item.end->cut, len);
		assert_memory_equal(item.end->output.bytes, printed, item.end->output.len);
	} while (item.kind != TRACE_EOF);
	assert_int_equal(ends, 1);
	reader__free(r);
	free(printed);
}

/* A frame that readers would refuse is not written. */
static void claims_that_no_frame_takes(void **state)
{
	struct trace_run run = {.command = "yes | head", .expect = {.len = PAYLOAD_MAX}};
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = new_writer(fd, 0);

	run.expect.bytes = calloc(1, run.expect.len);
	assert_non_null(run.expect.bytes);
	assert_int_equal(writer__run(w, &run), -EFBIG);
	assert_int_equal(writer__close(w), -EFBIG);
	assert_int_equal(read_file(fd).lost_bytes, 0);
	free((char *)run.expect.bytes);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_record_comes_back),
	    cmocka_unit_test(a_rush_is_not_deflated),
	    cmocka_unit_test(what_is_no_record_is_refused),
	    cmocka_unit_test(the_greatest_size),
	    cmocka_unit_test(an_index_that_no_frame_takes),
	    cmocka_unit_test(more_output_than_a_frame_takes),
	    cmocka_unit_test(claims_that_no_frame_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
