/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the time that a signal has a task stopped: its sentences, words, fields and sums. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "claims/field_types.h"
#include "words/fields.h"
#include "text/phrase_wait.h"
#include "stat/tally.h"
#include "waker_rig.h"

/* waiter is stopped by SIGTSTP, 15 ms. */
static union any_event a_stop(void)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, NULL, WAIT_STOPPED, 0);

	w.wait.nr = -1;
	w.wait.fd = -1;
	w.wait.value = SIGTSTP;
	return w;
}

static union any_event continued_by(int sig)
{
	union any_event w = woken_by(a_stop(), WAKE_SIGNAL, 2, "locker", "kill", 0);

	w.wait.waker.sig = (__u8)sig;
	return w;
}

static union any_event open_stop(void)
{
	union any_event w = a_stop();

	w.wait.e.flags |= EVF_OPEN;
	w.wait.woken = 0;
	return w;
}

static void a_signal_stops_it_another_ends_that(void **state)
{
	struct run *r = with_tasks();
	const struct seen *s;
	struct fields fs;
	char words[64];

	run_feed(r, continued_by(SIGCONT));
	run_finish(r);
	s = run_get(r, FACT_BLOCK, 0);
	assert_int_equal(s->f.cause.kind, CAUSE_SIGNALLED);
	assert_int_equal(s->f.cause.sig, SIGTSTP);
	assert_string_equal(s->why, "waiter is stopped by SIGTSTP");
	phrase_wait__block(&s->f, words, sizeof(words));
	assert_string_equal(words, "stopped by SIGTSTP");
	fact__fields(&s->f, &fs);
	assert_string_equal(fields__get(&fs, "reason")->s, "stopped");
	assert_string_equal(fields__get(&fs, "stopped_by")->s, "SIGTSTP");
	assert_int_equal(field_types(FACT_BLOCK, "stopped_by"), 1U << FIELD_STRING);
	assert_null(fields__get(&fs, "op"));
	assert_null(fields__get(&fs, "value"));

	s = run_get(r, FACT_WAKE, 0);
	phrase_wait__wake(&s->f, words, sizeof(words));
	assert_string_equal(words, "15.0 ms, by SIGCONT");
	says(r, FACT_WAKE, CAUSE_SIGNALLED,
	     "stopped for 15.0 ms, until woken by SIGCONT from locker (kill)");
}

static void what_else_ends_a_stop(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, continued_by(SIGKILL));
	says(r, FACT_WAKE, CAUSE_SIGNALLED,
	     "stopped for 15.0 ms, until woken by SIGKILL from locker (kill)");
	r = with_tasks();
	run_feed(r, woken_by(a_stop(), WAKE_TASK, 2, "locker", "ptrace", 0));
	says(r, FACT_WAKE, CAUSE_TASK, "stopped for 15.0 ms, until woken by locker (ptrace)");
}

static void a_stop_may_begin_before_and_end_after(void **state)
{
	struct run *r = with_tasks();
	union any_event w = continued_by(SIGCONT);
	char words[64];

	w.e.flags |= EVF_BEFORE;
	run_feed(r, w);
	run_finish(r);
	assert_string_equal(run_get(r, FACT_BLOCK, 0)->why,
			    "waiter is stopped since before tracing began, by SIGTSTP");
	says(r, FACT_WAKE, CAUSE_SIGNALLED,
	     "stopped for more than 15.0 ms, until woken by SIGCONT from locker (kill)");

	r = with_tasks();
	run_feed(r, open_stop());
	run_finish(r);
	phrase_wait__wake(&run_get(r, FACT_WAKE, 0)->f, words, sizeof(words));
	assert_string_equal(words, "still stopped after 16.0 ms");
	says(r, FACT_WAKE, CAUSE_NONE, "still stopped after 16.0 ms, when the run ended");
}

/* waiter, which was stopped, holds the write end of the pipe that locker waits on from slept on. */
static void locker_says(union any_event stopped, __u64 slept, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, rec_object(3, 10, OBJ_HELD, 4, END_WRITE, 51, 1));
	run_feed(r, stopped);
	run_feed(r,
		 rec_wait(2, slept, slept + 8 * MS, slept + 9 * MS, "read", WAIT_PIPE_EMPTY, 51));
	run_finish(r);
	assert_string_equal(run_get(r, FACT_BLOCK, 1)->why, want);
	run_free(r);
}

/* Whose turn it is cannot take it. */
static void a_holder_is_stopped(void **state)
{
	locker_says(open_stop(), 6 * MS,
		    "locker sleeps: the pipe is empty; waiter (fd 4) holds the write end and is "
		    "stopped");
	/* It goes on, and writes nothing. */
	locker_says(continued_by(SIGCONT), 22 * MS,
		    "locker sleeps: the pipe is empty; waiter (fd 4) holds the write end and is "
		    "not writing");
}

/* It is no 32-bit call, which has no number either. */
static void sums_have_a_row_of_stops(void **state)
{
	static const struct tally_limits any;
	struct tally *t = tally__new(&any);
	union any_event compat = rec_wait(3, 30 * MS, 40 * MS, 40 * MS, NULL, WAIT_UNKNOWN, 0);
	union any_event w = continued_by(SIGCONT);
	struct tally_rows rows;

	compat.wait.nr = 7;
	compat.e.flags |= EVF_COMPAT;
	assert_int_equal(tally__feed(t, &w.e), 0);
	assert_int_equal(tally__feed(t, &compat.e), 0);
	assert_int_equal(tally__finish(t, &rows), 0);
	assert_int_equal(rows.n_objects, 2);
	assert_int_equal(rows.objects[0]->nr, TALLY_STOPPED);
	assert_int_equal(rows.objects[0]->reasons[WAIT_STOPPED].n, 1);
	assert_int_equal(rows.objects[0]->reasons[WAIT_STOPPED].ns, 15 * MS);
	assert_int_equal(rows.objects[1]->nr, TALLY_COMPAT);
	tally__free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_signal_stops_it_another_ends_that),
	    cmocka_unit_test(what_else_ends_a_stop),
	    cmocka_unit_test(a_stop_may_begin_before_and_end_after),
	    cmocka_unit_test(a_holder_is_stopped),
	    cmocka_unit_test(sums_have_a_row_of_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
