/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of what the text sink sums up or leaves out, and of what it must not. */
#include <errno.h>

#include "sink_text_rig.h"

static void test_run_is_one_row(void **state)
{
	start(100, false, false);
	for (int i = 0; i < 5040; i++)
		op((__u64)i, writer, SYS_write, 13);
	op(6000, writer, SYS_write, 12);
	finish();
	has("write 13 ×5040 ");
	has("write 12 of 13\n");
	has("writer 813");
	has("pipe:[5123]");
	done();
}

static void test_short_idle_sleeps_are_left_out(void **state)
{
	start(100, false, false);
	op(1, writer, SYS_write, 13);
	block(10, writer, SYS_clock_nanosleep, 0);
	op(20, reader, SYS_read, 13);
	wake(10, 500, writer, SYS_clock_nanosleep, 0);
	finish();
	has_not("nanosleep");
	has("read 13");
	done();

	start(100, false, false);
	block(10, writer, SYS_clock_nanosleep, 0);
	op(20, reader, SYS_read, 13);
	wake(10, 20010, writer, SYS_clock_nanosleep, 0);
	finish();
	has("clock_nanosleep sleeps");
	has("└ 20.0 ms");
	assert_true(strstr(out, "nanosleep") < strstr(out, "read 13"));
	done();

	/* Never woken: it is there. */
	start(100, false, false);
	block(10, writer, SYS_wait4, 0);
	finish();
	has("wait4 sleeps");
	done();
}

static void ping_pong(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		__u64 t = (__u64)i * 100;

		block(t, reader, SYS_read, WAIT_PIPE_EMPTY);
		op(t + 20, writer, SYS_write, 13);
		wake(t, t + 20 + (__u64)i % 5, reader, SYS_read, WAIT_PIPE_EMPTY);
		op(t + 40, reader, SYS_read, 13);
	}
}

static void test_ping_pong_is_summed(void **state)
{
	start(120, false, false);
	ping_pong(101);
	finish();
	has("the same again, from 0.100 to 10.040 ms:");
	has("write 13 ×100");
	has("read 13 ×100");
	has("sleeps ×100");
	has("slept 20.0 us – 24.0 us");
	done();

	/* A few repeats are no flood. */
	start(120, false, false);
	ping_pong(2);
	finish();
	has_not("again");
	done();
}

static void test_a_late_run_is_told(void **state)
{
	union any_event rec = {.wait = {.e = {.ts = 13000000},
					.slept = 1000000,
					.woken = 11000000,
					.nr = SYS_clock_nanosleep,
					.fd = -1}};
	struct cause c = no_cause;

	(void)state;
	c.kind = CAUSE_TIMEOUT;
	start(120, false, false);
	block(1000, reader, SYS_clock_nanosleep, 0);
	put(FACT_WAKE, 13000, reader, &rec, c);
	finish();
	has("10.0 ms, timer is up, ran 2.00 ms later");
	done();

	/* It was not seen when. */
	rec.e.flags = EVF_LATE;
	start(120, false, false);
	block(1000, reader, SYS_clock_nanosleep, 0);
	put(FACT_WAKE, 13000, reader, &rec, c);
	finish();
	has("10.0 ms, timer is up");
	has_not("later");
	done();
	rec.e.flags = 0;

	/* Next to nothing against the sleep. */
	rec.wait.slept = 1;
	start(120, false, false);
	block(0, reader, SYS_clock_nanosleep, 0);
	rec.wait.e.ts = 12000000;
	put(FACT_WAKE, 12000, reader, &rec, c);
	finish();
	has("timer is up");
	has_not("later");
	done();
}

/* A row at the end of a stretch of repeats that is not over is shown by itself. */
static void store_over(__u64 us, struct actor who, struct actor other, __u64 lost, bool known)
{
	union any_event rec = {.access = {.kind = ACCESS_STORE,
					  .known = 1,
					  .before = 7,
					  .after = us % 1000,
					  .from = FROM_MOVE,
					  .len = 4}};
	struct fact f = {.kind = FACT_ACCESS, .t = us * 1000, .who = who, .rec = &rec};

	f.cause = (struct cause){
	    .kind = CAUSE_LOST_STORE, .by_known = true, .by = other, .nr = -1, .fd = -1, .t = 1};
	f.access = (struct access_story){.loaded_known = true,
					 .unseen = 1,
					 .lost_known = known,
					 .stores = us / 10,
					 .lost = lost};
	sink_text.fact(sink, &f);
}

/* A msgrcv that finds no message; last: who sent last, which the kernel notes. */
static void no_message(__u64 us, __s64 ret, struct cause cause, struct actor last)
{
	union any_event rec = {.op = {.ret = ret,
				      .obj = {.id = 7, .mech = MECH_MSG},
				      .type = 2,
				      .key = 2,
				      .fd = -1,
				      .nr = SYS_msgrcv,
				      .op = OPC_MSG_RECEIVE,
				      .bits = ret == -EINVAL ? MSGF_NO_QUEUE : 0,
				      .e.flags = EVF_NO_STATE}};

	cause.by_known = true;
	cause.by = last;
	put(FACT_OP, us, reader, &rec, cause);
}

/* Calls that read the same are one row only if they failed of the same. */
static void test_reasons_apart(void **state)
{
	const struct cause none = {.kind = CAUSE_STATE, .nr = -1, .fd = -1};
	const struct cause gone = {.kind = CAUSE_REMOVED, .nr = -1, .fd = -1};

	start(80, false, false);
	no_message(1, -ENOMSG, none, writer);
	no_message(2, -ENOMSG, none, reader);
	no_message(3, -EINVAL, gone, writer);
	no_message(4, -EINVAL, no_cause, writer);
	no_message(5, -EINVAL, no_cause, writer);
	finish();
	has("msgrcv type 2 → ENOMSG ×2");
	has("the queue is gone: writer removed it");
	has("no queue has this id");
	has("→ EINVAL ×2");
	done();
}

/* The last count of lost stores is told, whatever is folded: it is no sum of the rows. */
static void test_lost_stores_are_counted(void **state)
{
	(void)state;
	start(120, false, false);
	for (unsigned int i = 1; i <= 20; i++) {
		store_over(i * 10, writer, reader, i, true);
		store_over(i * 10 + 5, reader, writer, i + 40, true);
	}
	finish();
	has("; 1 of 1 stores is lost by now");
	has("; 41 of 1 stores are lost by now");
	has("on top of what it had not loaded ×19");
	has("60 of 20 stores are lost by then");
	/* One number a word, the last one. */
	has_not("20 of 20");
	done();

	start(120, false, false);
	for (unsigned int i = 1; i <= 20; i++)
		store_over(i * 10, writer, reader, i, i < 20);
	finish();
	has_not("lost by then");
	done();
}

static void test_open_sleep_survives_the_fold(void **state)
{
	start(120, false, false);
	ping_pong(50);
	block(9000, reader, SYS_read, WAIT_PIPE_EMPTY);
	finish();
	has("sleeps ×49");
	has("9.000  ┌ read sleeps: empty");
	assert_true(strstr(out, "again") < strstr(out, "9.000"));
	done();
}

/* A long sleep among short ones is not hidden in their sum. */
static void test_slow_sleep_stands_out(void **state)
{
	start(120, false, false);
	ping_pong(50);
	block(9000, reader, SYS_read, WAIT_PIPE_EMPTY);
	wake(9000, 509000, reader, SYS_read, WAIT_PIPE_EMPTY);
	finish();
	has("└ 500 ms");
	done();
}

static void test_no_sleep_is_told_as_none(void **state)
{
	start(120, false, false);
	block(1000, reader, SYS_read, WAIT_PIPE_EMPTY);
	wake(1000, 1000, reader, SYS_read, WAIT_PIPE_EMPTY);
	finish();
	has("└ at once");
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_run_is_one_row),
	    cmocka_unit_test(test_short_idle_sleeps_are_left_out),
	    cmocka_unit_test(test_ping_pong_is_summed),
	    cmocka_unit_test(test_lost_stores_are_counted),
	    cmocka_unit_test(test_a_late_run_is_told),
	    cmocka_unit_test(test_open_sleep_survives_the_fold),
	    cmocka_unit_test(test_reasons_apart),
	    cmocka_unit_test(test_slow_sleep_stands_out),
	    cmocka_unit_test(test_no_sleep_is_told_as_none),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
