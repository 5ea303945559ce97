// SPDX-License-Identifier: GPL-2.0
/* The claims of a run that did not end by itself: its time was up, or it was broken off. */
#include "claims_rig.h"

/* w sleeps in a read of an empty pipe to the end. */
static void asleep(struct run *r, const char *comm, __u8 reason)
{
	union any_event rec = {.wait = {
				   .nr = reason ? SYS_read : SYS_clock_nanosleep,
				   .fd = reason ? 3 : -1,
				   .reason = reason,
				   .obj = pipes[0].key,
				   .e.flags = EVF_OPEN,
			       }};
	struct fact f = {.kind = FACT_BLOCK, .obj = reason ? &pipes[0] : NULL, .rec = &rec};

	strcpy(f.who.comm, comm);
	claims__asleep(r->cl, &f);
}

static void test_proven_and_broken(void **state)
{
	struct run r;

	(void)state;
	start(&r, "w op ret=1\nnever w op ret=9\n");
	op(&r, "w", SYS_write, 1, 0);
	claims__limit(r.cl, 5000 * MS);
	holds(&r);
	start(&r, "w op ret=1\nnever w op ret=9\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 9, 0);
	claims__limit(r.cl, 5000 * MS);
	ends(&r, CLAIM_FAILS, 3, "this must never happen here, but it did at 1.000 ms");
	start(&r, "count == 1 w op ret=1\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 1, 0);
	claims__limit(r.cl, 5000 * MS);
	asleep(&r, "w", WAIT_PIPE_EMPTY);
	ends(&r, CLAIM_FAILS, 2, "counted 2 from the beginning to the end, wanted == 1");
}

static void test_not_in_time(void **state)
{
	static const char sleeps[] =
	    "it sleeps in read(3) on pipe:[5120] because the pipe is empty";
	char why[300];
	struct run r;

	(void)state;
	start(&r, "w exit\n");
	op(&r, "w", SYS_write, 1, 0);
	claims__limit(r.cl, 5000 * MS);
	asleep(&r, "other", WAIT_UNKNOWN);
	asleep(&r, "w", WAIT_UNKNOWN);
	asleep(&r, "w", WAIT_PIPE_EMPTY);
	snprintf(why, sizeof(why), "not within 5 s: %s", sleeps);
	ends(&r, CLAIM_FAILS, 2, why);
	/* Any process: by name, and those that wait for an object first. */
	start(&r, "* exit\n");
	claims__limit(r.cl, 1500 * MS);
	asleep(&r, "sh", WAIT_UNKNOWN);
	asleep(&r, "w", WAIT_PIPE_EMPTY);
	ends(&r, CLAIM_FAILS, 2, "not within 1500 ms: w sleeps in read(3) on pipe:[5120] because");
	/* Too few are missing for the same reason; what came nearest is told, too. */
	start(&r, "count >= 2 w op ret=1\n");
	op(&r, "w", SYS_write, 1, 0);
	claims__limit(r.cl, 5000 * MS);
	asleep(&r, "w", WAIT_PIPE_EMPTY);
	snprintf(why, sizeof(why),
		 "not within 5 s: %s; counted 1 from the beginning to the end, wanted >= 2",
		 sleeps);
	ends(&r, CLAIM_FAILS, 2, why);
	start(&r, "w op ret=7\n");
	op(&r, "w", SYS_write, 6, 0);
	claims__limit(r.cl, 5000 * MS);
	asleep(&r, "w", WAIT_UNKNOWN);
	ends(&r, CLAIM_FAILS, 2,
	     "not within 5 s: it sleeps in clock_nanosleep; nearest: 0.000 ms w op write ret=6");
}

/* It runs, or is not there. */
static void test_not_asleep(void **state)
{
	struct run r;

	(void)state;
	start(&r, "w exit\n");
	claims__limit(r.cl, 5000 * MS);
	asleep(&r, "other", WAIT_PIPE_EMPTY);
	ends(&r, CLAIM_FAILS, 2, "not within 5 s: no process named w was seen");
	start(&r, "w exit\n");
	op(&r, "w", SYS_write, 6, 0);
	claims__limit(r.cl, 5000 * MS);
	ends(&r, CLAIM_FAILS, 2, "not within 5 s: w has no exit record");
}

/* Losses are losses, whatever the end is. */
static void test_lost(void **state)
{
	union any_event rec = {.lost = {.count = 1, .cause = LOST_RING}};
	struct run r;

	(void)state;
	start(&r, "w exit\n");
	feed(&r, FACT_LOST, "", &rec, NULL, CAUSE_NONE);
	claims__limit(r.cl, 5000 * MS);
	ends(&r, CLAIM_INCONCLUSIVE, 1, "1 record was lost (ring buffer full: try --buffer)");
}

/* It has no time limit: what is decided stays so, the rest is not decided. */
static void test_broken_off(void **state)
{
	struct run r;

	(void)state;
	start(&r, "w op ret=1\n");
	op(&r, "w", SYS_write, 1, 0);
	claims__broke_off(r.cl, "interrupted");
	holds(&r);
	start(&r, "w op ret=1\nnever w op ret=9\n");
	op(&r, "w", SYS_write, 1, 0);
	claims__broke_off(r.cl, "interrupted");
	ends(&r, CLAIM_INCONCLUSIVE, 1, "interrupted");
	start(&r, "w exit\n");
	claims__broke_off(r.cl, "interrupted");
	ends(&r, CLAIM_INCONCLUSIVE, 1, "interrupted");
	start(&r, "w op ret=1\nnever w op ret=9\nw exit\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 9, 0);
	claims__broke_off(r.cl, "interrupted");
	ends(&r, CLAIM_FAILS, 3, "this must never happen here");
	start(&r, "count < 2 w op ret=1\nw exit\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 1, 0);
	claims__broke_off(r.cl, "interrupted");
	ends(&r, CLAIM_FAILS, 2, "counted 2");
	start(&r, "count == 2 w op ret=1\n");
	op(&r, "w", SYS_write, 1, 0);
	claims__broke_off(r.cl, "interrupted");
	ends(&r, CLAIM_INCONCLUSIVE, 1, "interrupted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_proven_and_broken), cmocka_unit_test(test_not_in_time),
	    cmocka_unit_test(test_not_asleep),	      cmocka_unit_test(test_lost),
	    cmocka_unit_test(test_broken_off),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
