/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the trace file: what is written is read, and what is damaged costs only itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "codec.h"
#include "frame_out.h"
#include "index.h"
#include "reader.h"
#include "record.h"
#include "records.h"
#include "varint.h"
#include "writer.h"

#define START 1000000000000ULL

static const struct trace_about about = {
    .version = "0.1",
    .kernel = "6.18",
    .machine = "x86_64",
    .boot_id = "1-2-3",
    .backend = "syscall",
    .command = "ipctrace record",
    .clock_offset = 77,
    .narrowed = 1,
};

/* What a reader told of a file. */
struct told {
	unsigned int runs, unknown_runs, ends, missing_ends, records, ticks;
	__u64 lost_bytes, lost_records;
	bool complete, refused;
	char why[200];
	__u64 sum; /* of all times: the records themselves, cheaply */
};

static union any_event nth_record(unsigned int n)
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

static struct writer *new_writer(int fd, __u64 max_size)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return writer__new(copy, &about, max_size);
}

static void write_run(struct writer *w, unsigned int first, unsigned int n)
{
	const struct trace_run run = {.name = "demo", .command = "yes | head", .title = "t"};
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
static int make_file(unsigned int n)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = new_writer(fd, 0);

	assert_non_null(w);
	write_run(w, 0, n);
	write_run(w, n, n);
	assert_int_equal(writer__close(w), 0);
	return fd;
}

static struct told read_file(int fd)
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
		case TRACE_EOF:
			told.complete = item.complete;
			break;
		}
	} while (item.kind != TRACE_EOF);
	assert_false(in_run);
	reader__free(r);
	return told;
}

static off_t size_of(int fd)
{
	return lseek(fd, 0, SEEK_END);
}

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
	assert_int_equal(reader__about(r)->narrowed, 1);
	do {
		assert_int_equal(reader__next(r, &item), 0);
		assert_int_not_equal(item.kind, TRACE_DAMAGE);
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

static void a_number_has_the_same_bytes_either_way(void **state)
{
	for (unsigned int i = 0; i < 64 * 3; i++) {
		__u64 v = (1ULL << i / 3) + i % 3 - 1, got;
		__u8 a[VARINT_MAX] = {0}, b[VARINT_MAX] = {0};
		const __u8 *end = varint__put(a, v);

		assert_int_equal(varint__put_small(b, v) - b, end - a);
		assert_memory_equal(a, b, (size_t)(end - a));
		assert_ptr_equal(varint__get(a, &got), end);
		assert_true(got == v);
	}
}

static void the_codec_takes_every_bit_pattern(void **state)
{
	struct codec *enc = calloc(1, sizeof(*enc)), *dec = calloc(1, sizeof(*dec));
	__u8 buf[CODEC_MAX + CODEC_PAD] = {0};
	static const __u8 kinds[] = {EV_OP,   EV_WAIT, EV_SIGNAL_GEN, EV_SIGNAL_DELIVER, EV_FORK,
				     EV_EXEC, EV_EXIT, EV_OBJECT,     EV_LOST,		 EV_RENAME,
				     EV_TASK, EV_MAP,  EV_FAULT,      EV_ACCESS,	 EV_SYMBOL};

	assert_non_null(enc);
	assert_non_null(dec);
	srandom(1);
	for (unsigned int i = 0; i < 20000; i++) {
		union any_event rec, got;
		enum codec_item item;
		const __u8 *end;

		for (size_t b = 0; b < sizeof(rec); b++)
			((__u8 *)&rec)[b] = random() & 1 ? 0xff : (__u8)random();
		rec.e.kind = kinds[i % sizeof(kinds)];
		rec.e.size = (__u16)record_size(rec.e.kind);
		end = codec__put(enc, &rec.e, buf);
		assert_non_null(end);
		assert_true(end <= buf + CODEC_MAX);
		assert_ptr_equal(codec__get(dec, buf, &item, &got), end);
		assert_int_equal(item, CODEC_RECORD);
		assert_memory_equal(&rec, &got, rec.e.size);
	}
	free(enc);
	free(dec);
}

/* Whatever repeats, and whenever a shape is told by its number, the same record comes back. */
static void shapes_are_forgotten_in_order(void **state)
{
	struct codec *enc = calloc(1, sizeof(*enc)), *dec = calloc(1, sizeof(*dec));
	__u8 buf[CODEC_MAX + CODEC_PAD] = {0};
	size_t with_masks = 0, without = 0;

	assert_non_null(enc);
	assert_non_null(dec);
	srandom(1);
	for (unsigned int i = 0; i < 4000; i++) {
		/* First 16 shapes in turn, then more than are remembered. */
		unsigned int differ = i < 2000 ? i % 16 : (unsigned int)random() % 1024;
		union any_event rec = nth_record(0), got;
		enum codec_item item;
		const __u8 *end;

		rec.e.ts += i;
		for (unsigned int w = 0; w < STATE_WORDS; w++) {
			rec.op.before.v[w] = differ >> w & 1 ? i : 0;
			rec.op.after.v[w] = rec.op.before.v[w] + (differ >> w & 0x20);
		}
		end = codec__put(enc, &rec.e, buf);
		assert_non_null(end);
		assert_ptr_equal(codec__get(dec, buf, &item, &got), end);
		assert_memory_equal(&rec, &got, rec.e.size);
		if (i < 16)
			with_masks += (size_t)(end - buf);
		else if (i >= 32 && i < 48)
			without += (size_t)(end - buf);
	}
	assert_true(enc->n_shapes == dec->n_shapes && enc->n_shapes > CODEC_SHAPES);
	assert_true(without < with_masks);
	free(enc);
	free(dec);
}

static void an_unknown_shape_is_refused(void **state)
{
	struct codec *dec = calloc(1, sizeof(*dec));
	__u8 buf[CODEC_MAX + CODEC_PAD] = {0x80};
	enum codec_item item;
	union any_event rec;

	assert_non_null(dec);
	assert_null(codec__get(dec, buf, &item, &rec));
	buf[0] = 0xff;
	assert_null(codec__get(dec, buf, &item, &rec));
	free(dec);
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

/* Cut after every byte: what was whole is read, the rest is told, and no cut looks like an end. */
static void truncation_at_every_byte(void **state)
{
	int fd = make_file(60);
	off_t size = size_of(fd);
	unsigned int last = 0;
	struct told whole = read_file(fd);

	assert_true(whole.complete);
	assert_int_equal(whole.records, 120);
	for (off_t cut = 0; cut < size; cut++) {
		int part = memfd_create("part", MFD_CLOEXEC);
		char *bytes = malloc((size_t)cut + 1);
		struct told told;

		assert_int_equal(pread(fd, bytes, (size_t)cut, 0), cut);
		assert_int_equal(write(part, bytes, (size_t)cut), cut);
		told = read_file(part);
		close(part);
		free(bytes);
		assert_int_equal(told.refused, cut < 16);
		assert_true(told.records >= last);
		last = told.records;
		if (told.complete) {
			assert_int_equal(told.records, 120);
			assert_int_equal(told.missing_ends, 0);
		}
	}
	assert_int_equal(last, 120);
	close(fd);
}

/* One bit of every byte in turn: at most the chunk it is in is lost, and it is counted exactly. */
static void a_flipped_bit_at_every_byte(void **state)
{
	int fd = make_file(60);
	off_t size = size_of(fd);

	for (off_t at = 0; at < size; at++) {
		unsigned char c, bad;
		struct told told;

		assert_int_equal(pread(fd, &c, 1, at), 1);
		bad = c ^ (unsigned char)(1U << at % 8);
		assert_int_equal(pwrite(fd, &bad, 1, at), 1);
		told = read_file(fd);
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
		assert_int_equal(told.refused, at < 16);
		if (told.refused)
			continue;
		assert_int_equal(told.records + told.lost_records, 120);
		assert_true(told.lost_records <= 20);
		assert_true(told.lost_bytes || at >= size - 16);
		if (told.lost_records || told.missing_ends || told.unknown_runs)
			assert_true(told.lost_bytes);
	}
	close(fd);
}

static void refusals(void **state)
{
	int fd = make_file(1), empty = memfd_create("empty", MFD_CLOEXEC),
	    dir = open("/", O_RDONLY);
	struct file_head head, other;

	assert_non_null(strstr(read_file(empty).why, "empty"));
	assert_non_null(strstr(read_file(dir).why, "no regular file"));
	assert_int_equal(pread(fd, &head, sizeof(head), 0), sizeof(head));
	other = head;
	other.magic[1] = 'x';
	assert_int_equal(pwrite(fd, &other, sizeof(other), 0), sizeof(other));
	assert_non_null(strstr(read_file(fd).why, "no trace file"));
	other = head;
	other.byte_order = __builtin_bswap32(head.byte_order);
	assert_int_equal(pwrite(fd, &other, sizeof(other), 0), sizeof(other));
	assert_non_null(strstr(read_file(fd).why, "other byte order"));
	other = head;
	other.version++;
	assert_int_equal(pwrite(fd, &other, sizeof(other), 0), sizeof(other));
	assert_non_null(strstr(read_file(fd).why, "version 3"));
	close(fd);
	close(empty);
	close(dir);
}

/* Numbers of system calls mean other calls there. */
static void another_machine_is_refused(void **state)
{
	struct trace_about other = about;
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct told told;

	other.machine = "armv7l";
	assert_int_equal(writer__close(writer__new(fcntl(fd, F_DUPFD_CLOEXEC, 0), &other, 0)), 0);
	told = read_file(fd);
	assert_true(told.refused);
	assert_non_null(strstr(told.why, "it was recorded on armv7l, this is x86_64"));
	close(fd);
}

static void a_full_disk(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(full >= 0);
	assert_null(writer__new(full, &about, 0));
	assert_int_equal(errno, ENOSPC);
}

/* The disk fills up while it is recorded: what was written before is a readable file. */
static void a_file_that_may_not_grow(void **state)
{
	const struct trace_run run = {.name = "demo", .command = "yes | head"};
	char path[] = "/tmp/ipctrace-unit.XXXXXX";
	int fd = mkstemp(path), err = 0;
	struct rlimit old, small;
	struct told told;
	struct writer *w;
	unsigned int n;

	assert_true(fd >= 0);
	unlink(path);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){3000, old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	w = new_writer(fd, 0);
	assert_non_null(w);
	writer__run(w, &run);
	for (n = 0; n < 10000 && !err; n++) {
		union any_event rec = nth_record(n);

		err = writer__record(w, &rec.e);
		writer__flush(w, 1 + n * 500000000ULL);
	}
	assert_int_equal(err, -EFBIG);
	assert_int_equal(writer__close(w), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(size_of(fd) <= 3000);
	told = read_file(fd);
	assert_true(told.records > 10);
	assert_int_equal(told.lost_bytes, 0);
	assert_int_equal(told.missing_ends, 1);
	assert_false(told.complete);
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
			/* Of a type that readers pass over. */
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
	const struct trace_end end = {.doubt = "because", .output = {printed, len}, .failed = 1};
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
		assert_in_range(item.end->cut, 1000, 2000);
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
	    cmocka_unit_test(a_number_has_the_same_bytes_either_way),
	    cmocka_unit_test(the_codec_takes_every_bit_pattern),
	    cmocka_unit_test(shapes_are_forgotten_in_order),
	    cmocka_unit_test(an_unknown_shape_is_refused),
	    cmocka_unit_test(a_rush_is_not_deflated),
	    cmocka_unit_test(what_is_no_record_is_refused),
	    cmocka_unit_test(truncation_at_every_byte),
	    cmocka_unit_test(a_flipped_bit_at_every_byte),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(another_machine_is_refused),
	    cmocka_unit_test(a_full_disk),
	    cmocka_unit_test(a_file_that_may_not_grow),
	    cmocka_unit_test(the_greatest_size),
	    cmocka_unit_test(an_index_that_no_frame_takes),
	    cmocka_unit_test(more_output_than_a_frame_takes),
	    cmocka_unit_test(claims_that_no_frame_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
