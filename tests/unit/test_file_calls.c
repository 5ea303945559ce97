/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of system calls in trace files: of this machine, of others, of versions to come. */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/sysop.h"
#include "file/calls.h"
#include "file/format.h"
#include "names/names.h"
#include "names/opclass.h"
#include "trace_rig.h"

/* A file with these records, of a machine and a minor version. */
static int file_of(const char *machine, __u16 minor, union any_event *recs, size_t n)
{
	const struct trace_run run = {.name = "demo", .command = "yes | head"};
	struct trace_about from = about;
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w;

	from.machine = machine;
	w = writer__new(fcntl(fd, F_DUPFD_CLOEXEC, 0), &from, 0);
	assert_non_null(w);
	assert_int_equal(writer__run(w, &run), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(writer__record(w, &recs[i].e), 0);
	assert_int_equal(writer__run_end(w, &(struct trace_end){0}), 0);
	assert_int_equal(writer__close(w), 0);
	assert_int_equal(pwrite(fd, &minor, sizeof(minor), offsetof(struct file_head, minor)), 2);
	return fd;
}

/* Its records, as they are read; how many. */
static size_t read_records(int fd, union any_event *recs, size_t max)
{
	char why[200];
	struct reader *r = reader__new(fd, why, sizeof(why));
	struct trace_item item;
	size_t n = 0;

	assert_non_null(r);
	do {
		assert_int_equal(reader__next(r, &item), 0);
		if (item.kind != TRACE_RECORD)
			continue;
		assert_true(n < max);
		memcpy(&recs[n++], item.rec, item.rec->size);
	} while (item.kind != TRACE_EOF);
	reader__free(r);
	return n;
}

static void a_file_of_here_has_the_same_numbers(void **state)
{
	union any_event recs[10], got[10];

	for (unsigned int i = 0; i < 10; i++)
		recs[i] = nth_record(i);
	assert_int_equal(read_records(file_of("x86_64", 1, recs, 10), got, 10), 10);
	for (unsigned int i = 0; i < 10; i++)
		assert_memory_equal(&got[i], &recs[i], recs[i].e.size);
}

/* Records with known ids, and numbers that mean something else here. */
static void a_file_of_another_machine_has_its_calls_named(void **state)
{
	union any_event recs[3] = {nth_record(0), nth_record(1), nth_record(4)}, got[3];

	recs[0].op.nr = SYS_write;
	recs[1].wait.nr = SYS_gettid; /* has no id */
	recs[1].wait.waker.nr = SYS_pipe2;
	recs[2].signal.sender.nr = SYS_tgkill;
	assert_int_equal(read_records(file_of("aarch64", 1, recs, 3), got, 3), 3);
	assert_string_equal(syscall_name(got[0].op.nr), "write");
	assert_int_equal(got[0].op.nr, SYS_write);
	assert_int_equal(op_class_of(got[1].wait.waker.nr), OPC_CREATE);
	assert_string_equal(syscall_name(got[2].signal.sender.nr), "tgkill");
	assert_string_equal(syscall_name(got[1].wait.nr), "call 186 of aarch64");
	assert_int_equal(op_class_of(got[1].wait.nr), OPC_NONE);
	assert_int_equal(got[0].e.call, 0);
	assert_int_equal(got[1].wait.waker_call, 0);
}

/* Without ids nothing says what its numbers mean. */
static void an_older_file_of_another_machine_is_refused(void **state)
{
	union any_event rec = nth_record(0);
	int fd = file_of("aarch64", 0, &rec, 1);
	struct told told = read_file(fd);

	assert_true(told.refused);
	assert_non_null(strstr(told.why, "it was recorded on aarch64, this is x86_64"));
	close(fd);
}

static struct calls reading(const char *machine)
{
	struct calls c = {0};

	assert_true(calls__to_read(&c, machine, true));
	return c;
}

static void an_id_of_a_later_version_falls_back_to_the_number(void **state)
{
	struct calls here = reading("x86_64"), there = reading("riscv64");
	union any_event rec = nth_record(0), other = rec;

	rec.op.nr = other.op.nr = SYS_getpid;
	rec.e.call = other.e.call = 255;
	calls__in(&here, &rec);
	assert_string_equal(syscall_name(rec.op.nr), "getpid");
	calls__in(&there, &other);
	assert_string_equal(syscall_name(other.op.nr), "call 39 of riscv64");
}

/* Whatever a file says, a number is no other call's. */
static void numbers_that_no_machine_has_stay_nameless(void **state)
{
	struct calls here = reading("x86_64"), there = reading("aarch64");

	for (int nr = -32768; nr <= 32767; nr++) {
		union any_event a = nth_record(0), b = a;
		const char *name;

		a.op.nr = b.op.nr = (__s16)nr;
		calls__in(&here, &a);
		name = syscall_name(a.op.nr);
		assert_true(!name || (nr >= 0 && nr < 1024 && !strcmp(name, syscall_name(nr))));
		calls__in(&there, &b);
		name = syscall_name(b.op.nr);
		assert_true(!name ||
			    (nr >= 0 && !strncmp(name, "call ", 5) && atoi(name + 5) == nr));
		assert_true(nr < 0 || nr >= 1024 || name);
		assert_int_equal(op_class_of(b.op.nr), OPC_NONE);
	}
}

/* As a call that this machine lacks would be: beyond all numbers, with its name and its class. */
static void a_call_that_is_not_here_keeps_its_name(void **state)
{
	assert_string_equal(syscall_name(CALLS_HERE + SYSOP_dup2), "dup2");
	assert_int_equal(op_class_of(CALLS_HERE + SYSOP_dup2), OPC_DUP2);
	assert_true(op_call__has(CALLS_HERE + SYSOP_dup2, T_CLOSES));
	assert_null(syscall_name(CALLS_HERE));
}

/* What a call of sysop.def is called in a trace file never changes. */
static void ids_stay(void **state)
{
	assert_int_equal(SYSOP_read, 1);
	assert_int_equal(SYSOP_splice, 12);
	assert_int_equal(SYSOP_dup2, 35);
	assert_int_equal(SYSOP_futex, 48);
	assert_int_equal(SYSOP_memfd_create, 64);
	assert_int_equal(SYSOP_exit_group, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_of_here_has_the_same_numbers),
	    cmocka_unit_test(a_file_of_another_machine_has_its_calls_named),
	    cmocka_unit_test(an_older_file_of_another_machine_is_refused),
	    cmocka_unit_test(an_id_of_a_later_version_falls_back_to_the_number),
	    cmocka_unit_test(numbers_that_no_machine_has_stay_nameless),
	    cmocka_unit_test(a_call_that_is_not_here_keeps_its_name),
	    cmocka_unit_test(ids_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
