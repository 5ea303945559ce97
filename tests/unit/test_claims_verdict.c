// SPDX-License-Identifier: GPL-2.0
/* The claims: how they end, each rule of docs/EXPECT.md once as it holds and once as it breaks. */
#include "claims_rig.h"

static void test_sums(void **state)
{
	static const struct {
		const char *patterns;
		bool holds;
	} tries[] = {
	    {"w op ret=10-fd\n", true}, /* fd is 3 */
	    {"w op ret=10+fd\n", false},
	    {"w op ret>=3+0x4\n", true},
	    {"w op ret>6+fd\n", false},
	    {"w op ret=$n fd=$n-4\n", true},
	    {"w op ret=$n\nw op ret=$n+1\n", true},
	    {"w op ret=$n\nw op ret=1-$n\n", false},
	    {"w op ret=$n\nw op ret=$n+$n\n", false},
	    /* No such number, and no number at all. */
	    {"w op ret!=1-offset\n", false},
	    {"w op ret!=0x7fffffffffffffff+fd\n", false},
	};
	struct run r;

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		start(&r, tries[i].patterns);
		op(&r, "w", SYS_write, 7, 1);
		op(&r, "w", SYS_write, 8, 1);
		finish(&r);
		if ((r.v[0].result == CLAIM_HOLDS) != tries[i].holds)
			fail_msg("%s: %s", tries[i].patterns, r.why[0]);
		drop(&r);
	}
	start(&r, "w op ret=1000-fd\n");
	op(&r, "w", SYS_write, 7, 1);
	ends(&r, CLAIM_FAILS, 2,
	     "no such record; nearest: 0.000 ms w op write ret=7 pipe:[5121] fd=3 (ret was 7, "
	     "wanted = 1000-fd (997))");
}

static void stored(struct run *r, __s64 lost)
{
	union any_event rec = {
	    .access = {.kind = ACCESS_STORE, .after = 5, .from = FROM_MOVE, .len = 4}};
	struct fact f = {.kind = FACT_ACCESS, .t = ++r->now * MS, .rec = &rec};

	strcpy(f.who.comm, "w");
	f.access.lost_known = lost >= 0;
	f.access.lost = lost >= 0 ? (__u64)lost : 0;
	f.access.stores = 9;
	claims__feed(r->cl, &f);
}

/* What is not known neither proves nor breaks. */
static void test_unknown(void **state)
{
	static const char why[] = "1.000 ms w access store value=5: lost is not known";
	struct run r;

	(void)state;
	start(&r, "w access store value=5 lost=9-value\n");
	stored(&r, 4);
	holds(&r);
	start(&r, "w access store value=5 lost=9-value\n");
	stored(&r, 3);
	ends(&r, CLAIM_FAILS, 2, "no such record");
	start(&r, "w access store value=5 lost=9-value\n");
	stored(&r, -1);
	ends(&r, CLAIM_INCONCLUSIVE, 1, why);
	start(&r, "w access store stores=$n value=5 lost=$n-value\n");
	stored(&r, -1);
	ends(&r, CLAIM_INCONCLUSIVE, 1, "1.000 ms w access store value=5: stores is not known");
	start(&r, "w access store value=5\nnever w access value=5 lost>0\n");
	stored(&r, 1);
	stored(&r, -1);
	ends(&r, CLAIM_INCONCLUSIVE, 1, "2.000 ms w access store value=5: lost is not known");
	start(&r, "count == 1 w access value=5 lost>0\n");
	stored(&r, -1);
	stored(&r, 1);
	ends(&r, CLAIM_INCONCLUSIVE, 1, why);
	/* It does not depend on that. */
	start(&r, "w access store value=6 lost=0\n");
	stored(&r, -1);
	ends(&r, CLAIM_FAILS, 2, "no such record");
	start(&r, "never w access store lost=1\nw access store value=6\n");
	stored(&r, 1);
	stored(&r, -1);
	ends(&r, CLAIM_FAILS, 2, "this must never happen");
}

static void test_never(void **state)
{
	static const char between[] = "w op ret=1\nnever w op ret=5\nw op ret=2\n";
	struct run r;

	start(&r, between);
	op(&r, "w", SYS_write, 5, 0);
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 2, 0);
	op(&r, "w", SYS_write, 5, 0);
	holds(&r);

	start(&r, between);
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 5, 0);
	op(&r, "w", SYS_write, 2, 0);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_FAILS);
	assert_int_equal(r.v[0].line, 3);
	assert_string_equal(r.v[0].pattern, "never w op ret=5");
	assert_int_equal(r.v[0].n_evidence, 2);
	assert_string_equal(r.evidence[0][1], "1.000 ms w op write ret=5 pipe:[5120]");
	drop(&r);

	/* Neither of the two that bound the stretch is in it. */
	start(&r, "w op ret=1\nnever w op write\nw op ret=2\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 2, 0);
	holds(&r);

	/* To the beginning, and to the end. */
	start(&r, "never w op ret=5\nw op ret=1\n");
	op(&r, "w", SYS_write, 5, 0);
	op(&r, "w", SYS_write, 1, 0);
	ends(&r, CLAIM_FAILS, 2, "this must never happen");
	start(&r, "never w op ret=5\nw op ret=1\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 5, 0);
	holds(&r);
	start(&r, "w op ret=1\nnever w op ret=5\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 5, 0);
	ends(&r, CLAIM_FAILS, 3, "this must never happen");
	start(&r, "w op ret=1\nnever w op ret=5\n");
	op(&r, "w", SYS_write, 5, 0);
	op(&r, "w", SYS_write, 1, 0);
	holds(&r);
}

static void test_count(void **state)
{
	static const struct {
		const char *op;
		bool met[5]; /* with 0 ... 4 records, 2 wanted */
	} ops[] = {
	    {"==", {0, 0, 1, 0, 0}}, {"!=", {1, 1, 0, 1, 1}}, {"<", {1, 1, 0, 0, 0}},
	    {"<=", {1, 1, 1, 0, 0}}, {">", {0, 0, 0, 1, 1}},  {">=", {0, 0, 1, 1, 1}},
	};
	char text[200];
	struct run r;
	int end, n, k;
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		for (n = 0; n < 5; n++) {
			for (end = 0; end < 2; end++) {
				snprintf(text, sizeof(text),
					 "w op ret=1\ncount %s 2 w op ret=9\n%s", ops[i].op,
					 end ? "w op ret=2\n" : "");
				start(&r, text);
				op(&r, "w", SYS_write, 9, 0);
				op(&r, "w", SYS_write, 1, 0);
				for (k = 0; k < n; k++) {
					op(&r, "w", SYS_write, 9, 0);
					op(&r, "w", SYS_write, 8, 0);
				}
				if (end) {
					op(&r, "w", SYS_write, 2, 0);
					op(&r, "w", SYS_write, 9, 0);
				}
				if (ops[i].met[n])
					holds(&r);
				else
					ends(&r, CLAIM_FAILS, 3, "counted ");
			}
		}
	}
}

static void test_count_words(void **state)
{
	struct run r;

	start(&r, "w op ret=1\ncount == 2 w op ret=9\nw op ret=2\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 2, 0);
	finish(&r);
	assert_int_equal(r.v[0].n_evidence, 3);
	assert_string_equal(r.evidence[0][1], "2 x w op ret=9, 1.000 ms to 2.000 ms");
	drop(&r);

	/* Too few: what ended the stretch. Too many: the first that was too much. */
	start(&r, "w op ret=1\ncount == 2 w op ret=9\nw op ret=2\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 2, 0);
	finish(&r);
	assert_string_equal(r.why[0], "counted 1 from 0.000 ms to 2.000 ms, wanted == 2");
	assert_string_equal(r.evidence[0][1], "2.000 ms w op write ret=2 pipe:[5120]");
	drop(&r);
	start(&r, "w op ret=1\ncount < 2 w op ret=9\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 9, 0);
	finish(&r);
	assert_string_equal(r.why[0], "counted 3 from 0.000 ms to the end, wanted < 2");
	assert_string_equal(r.evidence[0][1], "2.000 ms w op write ret=9 pipe:[5120]");
	drop(&r);

	/* Only counts. */
	start(&r, "count == 2 w op ret=9\ncount >= 1 w op ret=8\n");
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 8, 0);
	op(&r, "w", SYS_write, 9, 0);
	holds(&r);
	start(&r, "count > 0 w op\n");
	ends(&r, CLAIM_FAILS, 2, "counted 0 from the beginning to the end, wanted > 0");
	start(&r, "count == 9223372036854775807 w op\n");
	op(&r, "w", SYS_write, 9, 0);
	ends(&r, CLAIM_FAILS, 2, "counted 1 ");

	/* Broken for certain although the stretch has no end; else the missing end decides. */
	start(&r, "count <= 1 w op ret=9\nw block\n");
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 9, 0);
	ends(&r, CLAIM_FAILS, 2, "counted 2 from the beginning to the end");
	start(&r, "count == 1 w op ret=9\nw block\n");
	ends(&r, CLAIM_FAILS, 3, "no process named w was seen");
	start(&r, "count == 2 w op ret=9\nw block\n");
	op(&r, "w", SYS_write, 9, 0);
	ends(&r, CLAIM_FAILS, 3, "w has no block record");
}

static void test_nearest(void **state)
{
	struct run r;

	start(&r, "w block full\nw wake slept>=100ms used=slots object=$_\n");
	wake(&r, "w", 99 * MS, 0);
	block(&r, "w", 16, 0);
	wake(&r, "w", 3 * MS, 0);
	wake(&r, "w", 12 * MS, 0);
	wake(&r, "w", 7 * MS, 0);
	wake(&r, "x", 500 * MS, 0);
	finish(&r);
	assert_int_equal(r.v[0].line, 3);
	assert_string_equal(r.why[0],
			    "no such record after 100.000 ms; nearest: 117.000 ms w wake "
			    "pipe:[5120] slept=12ms used=16 slots=16 (slept was 12 ms, wanted >= "
			    "100 ms)");
	assert_int_equal(r.v[0].n_evidence, 2);
	drop(&r);

	/* The word weighs more than all other conditions. */
	start(&r, "w op write ret=13 used=3 object=pipe:[5120]\n");
	op(&r, "w", SYS_read, 13, 0);
	op(&r, "w", SYS_write, -EPIPE, 1);
	finish(&r);
	assert_string_equal(
	    r.why[0],
	    "no such record; nearest: 1.000 ms w op write ret=-EPIPE pipe:[5121] used=3 (ret was "
	    "-EPIPE, wanted = 13; object was pipe:[5121], wanted = pipe:[5120])");
	drop(&r);

	start(&r, "w op write ret<-EPIPE used=slots cause=no-readers\n");
	op(&r, "w", SYS_write, 13, 0);
	finish(&r);
	assert_non_null(strstr(r.why[0], "(ret was 13, wanted < -EPIPE; used was 3, wanted = slots "
					 "(16); it has no cause)"));
	drop(&r);
}

/* A miss of one pattern says nothing about the next. */
static void test_stale_miss(void **state)
{
	struct run r;

	start(&r, "w op ret=1\nw block\n");
	op(&r, "w", SYS_write, 9, 0);
	op(&r, "w", SYS_write, 1, 0);
	ends(&r, CLAIM_FAILS, 3, "w has no block record after 1.000 ms");
}

/* However many patterns matched: the first, the last, and what broke it. */
static void test_evidence_bounded(void **state)
{
	char text[600] = "";
	struct run r;
	int i;

	for (i = 1; i <= 20; i++)
		sprintf(text + strlen(text), "w op ret=%d\n", i);
	strcat(text, "never w op ret=99\n");
	start(&r, text);
	for (i = 1; i <= 20; i++)
		op(&r, "w", SYS_write, i, 0);
	op(&r, "w", SYS_write, 99, 0);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_FAILS);
	assert_int_equal(r.v[0].n_evidence, VERDICT_EVIDENCE);
	assert_non_null(strstr(r.evidence[0][0], "ret=1 "));
	assert_non_null(strstr(r.evidence[0][2], "ret=3 "));
	assert_non_null(strstr(r.evidence[0][3], "ret=17 "));
	assert_non_null(strstr(r.evidence[0][6], "ret=20 "));
	assert_non_null(strstr(r.evidence[0][7], "ret=99 "));
	drop(&r);
}

static void test_doubt(void **state)
{
	static const char text[] = "claim good \"x\"\nw op\nclaim bad \"x\"\nw block\n";
	union any_event rec = {.lost = {.count = 12, .cause = LOST_RING}};
	struct run r;

	start_case(&r, text, "");
	op(&r, "w", SYS_write, 1, 0);
	claims__doubt(r.cl, "it was stopped after 10 s");
	claims__doubt(r.cl, "another reason");
	finish(&r);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.v[0].result, CLAIM_INCONCLUSIVE);
	assert_int_equal(r.v[1].result, CLAIM_INCONCLUSIVE);
	assert_string_equal(r.why[0], "it was stopped after 10 s");
	assert_string_equal(r.why[1], "it was stopped after 10 s");
	assert_int_equal(r.v[1].line, 3);
	drop(&r);

	start_case(&r, text, NULL);
	op(&r, "w", SYS_write, 1, 0);
	feed(&r, FACT_LOST, "", &rec, NULL, CAUSE_NONE);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_INCONCLUSIVE);
	assert_int_equal(r.v[1].result, CLAIM_INCONCLUSIVE);
	assert_string_equal(r.why[0], "12 records were lost (ring buffer full: try --buffer)");
	drop(&r);

	start_case(&r, text, NULL);
	op(&r, "w", SYS_write, 1, 0);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_int_equal(r.v[1].result, CLAIM_FAILS);
	drop(&r);
}

static const char calls_and_words[] = "claim call \"x\"\nw op write\n"
				      "claim life \"x\"\n* fork\n"
				      "claim word \"x\"\nw op write\nnever w access store\n"
				      "claim late \"x\"\nw op read\n";

/* Only a claim on whose facts it can bear is touched by a loss. */
static void test_losses(void **state)
{
	/* In order: calls, life, words, calls that were not seen. i: inconclusive. */
	static const struct {
		enum lost_cause cause;
		const char *verdicts;
	} tries[] = {
	    {LOST_RING, "iiii"},     {LOST_STORAGE, "iiii"}, {LOST_NESTED, "iiii"},
	    {LOST_FILE, "iiii"},     {LOST_COMPAT, "ihii"},  {LOST_WALK, "ihii"},
	    {LOST_IO_URING, "ihii"}, {LOST_WATCH, "hhif"},
	};
	struct run r;

	_Static_assert(sizeof(tries) / sizeof(tries[0]) == LOST_CAUSES, "a row for each cause");
	for (size_t i = 0; i < LOST_CAUSES; i++) {
		union any_event rec = {.lost = {.count = 3, .cause = tries[i].cause}};

		start_case(&r, calls_and_words, NULL);
		op(&r, "w", SYS_write, 1, 0);
		life(&r, FACT_FORK, "w", 0);
		feed(&r, FACT_LOST, "", &rec, NULL, CAUSE_NONE);
		finish(&r);
		for (size_t k = 0; k < r.n; k++)
			if ("hfi"[r.v[k].result] != tries[i].verdicts[k])
				fail_msg("cause %d, claim %zu: %s", tries[i].cause, k, r.why[k]);
		drop(&r);
	}
}

/* What cannot be watched at all leaves the other claims alone; each says its own reason. */
static void test_unwatched(void **state)
{
	union any_event watch = {.lost = {.count = 1, .cause = LOST_WATCH}};
	union any_event ring = {.lost = {.count = 2, .cause = LOST_RING}};
	struct run r;

	start_case(&r, calls_and_words, NULL);
	op(&r, "w", SYS_write, 1, 0);
	feed(&r, FACT_LOST, "", &watch, NULL, CAUSE_NONE);
	claims__doubt_accesses(r.cl, "no word can be watched here");
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_int_equal(r.v[2].result, CLAIM_INCONCLUSIVE);
	assert_string_equal(r.why[2], "no word can be watched here");
	assert_int_equal(r.v[3].result, CLAIM_FAILS);
	drop(&r);

	start_case(&r, calls_and_words, NULL);
	op(&r, "w", SYS_write, 1, 0);
	feed(&r, FACT_LOST, "", &watch, NULL, CAUSE_NONE);
	finish(&r);
	assert_string_equal(r.why[2], "not every access to the watched words was seen");
	drop(&r);

	start_case(&r, calls_and_words, NULL);
	feed(&r, FACT_LOST, "", &watch, NULL, CAUSE_NONE);
	feed(&r, FACT_LOST, "", &ring, NULL, CAUSE_NONE);
	finish(&r);
	assert_string_equal(r.why[0], "2 records were lost (ring buffer full: try --buffer)");
	assert_string_equal(r.why[2], "3 records were lost (ring buffer full: try --buffer)");
	drop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sums),	cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_never),	cmocka_unit_test(test_count),
	    cmocka_unit_test(test_count_words), cmocka_unit_test(test_nearest),
	    cmocka_unit_test(test_stale_miss),	cmocka_unit_test(test_evidence_bounded),
	    cmocka_unit_test(test_doubt),	cmocka_unit_test(test_losses),
	    cmocka_unit_test(test_unwatched),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
