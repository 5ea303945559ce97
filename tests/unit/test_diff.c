/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of stories: they are equal whatever the ids and times are, and differ where the facts do.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "diff/align.h"
#include "records.h"
#include "diff/side.h"
#include "file/writer.h"

#define MS 1000000ULL

static void on_fact(void *ctx, const struct fact *fact)
{
	story__fact(ctx, fact);
}

/* A writer and its reader, with ids from base on; the last read returns ret. */
static void tell(struct story *st, __u32 base, __u64 ino, __u64 at, __s64 ret)
{
	struct timeline *tl =
	    timeline__new(&(struct timeline_opts){.start = START_AT_FIRST}, on_fact, st);
	union any_event recs[] = {
	    rec_exec(base, at, "writer"),
	    rec_object(base, at + 1, OBJ_CREATED, 3, END_READ, ino, base),
	    rec_object(base, at + 2, OBJ_CREATED, 4, END_WRITE, ino, base + 1),
	    rec_fork(base, at + MS, base + 7, "reader"),
	    woken_by(rec_wait(base + 7, at + 2 * MS, at + 4 * MS, at + 5 * MS, "read",
			      WAIT_PIPE_EMPTY, ino),
		     WAKE_TASK, base, "writer", "write", ino),
	    rec_op(base, at + 3 * MS, at + 4 * MS, "write", ino, 5, 5),
	    rec_op(base, at + 4 * MS, at + 5 * MS, "write", ino, 5, 5),
	    rec_op(base + 7, at + 2 * MS, at + 6 * MS, "read", ino, ret, 100),
	};
	size_t n = sizeof(recs) / sizeof(recs[0]);

	for (size_t i = 0; i < n; i++)
		story__record(st, &recs[i].e);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(timeline__feed(tl, &recs[i].e), 0);
	assert_int_equal(timeline__finish(tl), 0);
	timeline__free(tl);
	story__finish(st);
	assert_int_equal(st->error, 0);
}

static const struct story_lane *lane(const struct story *st, const char *name)
{
	for (size_t i = 0; i < st->n; i++)
		if (!strcmp(st->lanes[i].name, name))
			return &st->lanes[i];
	fail_msg("no lane %s", name);
	return NULL;
}

static void ids_and_times_are_no_difference(void **state)
{
	struct story a = {0}, b = {0};

	tell(&a, 100, 7, 1 * MS, 10);
	tell(&b, 3000, 990, 77 * MS, 10);
	assert_int_equal(a.n, b.n);
	assert_true(a.n >= 4 && a.n <= 6);
	for (size_t i = 0; i < a.n; i++) {
		assert_string_equal(a.lanes[i].name, b.lanes[i].name);
		assert_true(align__same(&a.lanes[i], &b.lanes[i]));
	}
	assert_int_equal(lane(&a, "writer: operations")->n, 1);
	assert_int_equal(lane(&a, "writer: operations")->lines[0].times, 2);
	assert_non_null(strstr(lane(&a, "reader: waits")->lines[0].text, "cause=writer"));
	story__clear(&a);
	story__clear(&b);
}

static void collect(void *ctx, char mark, const struct story_line *line)
{
	size_t n = strlen(ctx);

	snprintf((char *)ctx + n, 256 - n, "%c%s ", mark, line->text);
}

static void another_result_is_a_difference(void **state)
{
	struct story a = {0}, b = {0};

	tell(&a, 100, 7, 1 * MS, 10);
	tell(&b, 100, 7, 1 * MS, 9);
	for (size_t i = 0; i < a.n; i++)
		assert_int_equal(align__same(&a.lanes[i], &b.lanes[i]),
				 strcmp(a.lanes[i].name, "reader: operations") != 0);
	story__clear(&a);
	story__clear(&b);
}

static struct story_lane letters(const char *text, struct story_line *lines)
{
	static char words[256][2];
	struct story_lane l = {.lines = lines};

	for (; text[l.n]; l.n++) {
		unsigned char c = (unsigned char)text[l.n];

		words[c][0] = text[l.n];
		lines[l.n] = (struct story_line){.text = words[c], .times = 1};
	}
	return l;
}

static void lanes_are_aligned(void **state)
{
	static const struct {
		const char *a, *b, *told;
	} cases[] = {
	    {"abc", "abc", " a  b  c "}, {"abc", "axc", " a -b +x  c "}, {"", "ab", "+a +b "},
	    {"ab", "", "-a -b "},	 {"aba", "aa", " a -b  a "},	 {"ab", "ba", "-a  b +a "},
	    {"a", "aaa", " a +a +a "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct story_line x[8], y[8];
		struct story_lane a = letters(cases[i].a, x), b = letters(cases[i].b, y);
		char told[256] = "";

		assert_int_equal(align__lanes(&a, &b, collect, told), 0);
		assert_string_equal(told, cases[i].told);
	}
}

/* A file of so many runs. */
static struct reader *file_of(unsigned int runs)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct writer *w = writer__new(fcntl(fd, F_DUPFD_CLOEXEC, 0), &(struct trace_about){0}, 0);
	const union any_event rec = rec_exec(7, MS, "writer");
	struct reader *r;
	char why[200];

	assert_non_null(w);
	for (unsigned int i = 0; i < runs; i++) {
		assert_int_equal(writer__run(w, &(struct trace_run){.scenario = "s"}), 0);
		assert_int_equal(writer__record(w, &rec.e), 0);
		assert_int_equal(writer__run_end(w, &(struct trace_end){0}), 0);
	}
	assert_int_equal(writer__close(w), 0);
	r = reader__new(fd, why, sizeof(why));
	assert_non_null(r);
	return r;
}

/* The second time a file may have more runs, which have no place, or fewer. */
static void a_file_that_changes_meanwhile(void **state)
{
	static const unsigned int runs[] = {1, 2, 3};

	for (size_t i = 0; i < 3; i++) {
		struct reader *first = file_of(2), *again = file_of(runs[i]);
		struct side s = {0};

		assert_int_equal(side__names(&s, first), 0);
		assert_int_equal(s.n, 2);
		assert_string_equal(s.runs[0].name, "s");
		assert_int_equal(side__facts(&s, again), runs[i] == 2 ? 0 : -ESTALE);
		assert_int_equal(s.runs[0].story.n, 1);
		assert_false(s.doubt);
		reader__free(first);
		reader__free(again);
		side__clear(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_and_times_are_no_difference),
	    cmocka_unit_test(another_result_is_a_difference),
	    cmocka_unit_test(lanes_are_aligned),
	    cmocka_unit_test(a_file_that_changes_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
