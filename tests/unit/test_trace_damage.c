/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of trace files that are damaged, cut short or none: what is damaged costs only itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "file/format.h"
#include "trace_rig.h"

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
		/* All that is known of a newer minor version (14, 15) is read. */
		assert_int_equal(told.refused, at < 14);
		if (at < 16)
			assert_int_equal(told.records, told.refused ? 0 : 120);
		if (at < 16)
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
	other.major++;
	assert_int_equal(pwrite(fd, &other, sizeof(other), 0), sizeof(other));
	assert_non_null(strstr(read_file(fd).why, "version 3"));
	close(fd);
	close(empty);
	close(dir);
}

/* Its errors and signals are not known to have the same numbers. */
static void an_unknown_machine_is_refused(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(truncation_at_every_byte),
	    cmocka_unit_test(a_flipped_bit_at_every_byte),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(an_unknown_machine_is_refused),
	    cmocka_unit_test(a_full_disk),
	    cmocka_unit_test(a_file_that_may_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
