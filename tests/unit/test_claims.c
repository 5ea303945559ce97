// SPDX-License-Identifier: GPL-2.0
/* The claims: what a pattern matches, by the rules of docs/EXPECT.md. */
#include "claims_rig.h"

static void test_sequence(void **state)
{
	static const char text[] = "w op write ret=13\nw block full\nw wake\n";
	struct run r;

	start(&r, text);
	op(&r, "w", SYS_write, 13, 0);
	block(&r, "w", 16, 0);
	op(&r, "x", SYS_write, 13, 0);
	wake(&r, "w", 5 * MS, 0);
	finish(&r);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_string_equal(r.v[0].scenario, "pipe-cases");
	assert_null(r.v[0].case_name);
	assert_string_equal(r.v[0].claim, "c");
	assert_string_equal(r.v[0].title, "a sentence");
	assert_string_equal(r.v[0].pattern, "claim c \"a sentence\"");
	assert_null(r.v[0].lesson);
	assert_int_equal(r.v[0].n_evidence, 3);
	assert_string_equal(r.evidence[0][0], "0.000 ms w op write ret=13 pipe:[5120]");
	assert_string_equal(r.evidence[0][1], "1.000 ms w block full pipe:[5120]");
	assert_string_equal(r.evidence[0][2], "8.000 ms w wake pipe:[5120]");
	drop(&r);

	/* The same facts in another order. */
	start(&r, text);
	block(&r, "w", 16, 0);
	op(&r, "w", SYS_write, 13, 0);
	wake(&r, "w", MS, 0);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_FAILS);
	assert_int_equal(r.v[0].line, 3);
	assert_string_equal(r.v[0].pattern, "w block full");
	assert_string_equal(r.why[0], "w has no block record after 1.000 ms");
	assert_int_equal(r.v[0].n_evidence, 1);
	drop(&r);
}

/* One fact does not match two patterns, and the first that fits is taken for good. */
static void test_greedy(void **state)
{
	struct run r;

	start(&r, "w op write\nw op write\n");
	op(&r, "w", SYS_write, 1, 0);
	ends(&r, CLAIM_FAILS, 3, "w has no op record after 0.000 ms");

	start(&r, "w op write object=$p\nw op read object=$p\n");
	op(&r, "w", SYS_write, 1, 0);
	op(&r, "w", SYS_write, 1, 1);
	op(&r, "w", SYS_read, 1, 1);
	ends(&r, CLAIM_FAILS, 3,
	     "no such record after 0.000 ms; nearest: 2.000 ms w op read ret=1 pipe:[5121] "
	     "(object was pipe:[5121], wanted = $p (pipe:[5120]))");
}

static void test_roles(void **state)
{
	struct run r;

	start(&r, "* op write\n");
	op(&r, "anyone", SYS_write, 1, 0);
	holds(&r);
	start(&r, "\"my writer\" op write\n");
	op(&r, "my writer", SYS_write, 1, 0);
	holds(&r);
	start(&r, "\"*\" op write\n");
	op(&r, "w", SYS_write, 1, 0);
	ends(&r, CLAIM_FAILS, 2, "no process named * was seen");
	start(&r, "writer op write\n");
	op(&r, "write", SYS_write, 1, 0);
	op(&r, "writers", SYS_write, 1, 0);
	ends(&r, CLAIM_FAILS, 2, "no process named writer was seen");
	start(&r, "fifteen-bytes-x op write\n");
	op(&r, "fifteen-bytes-x", SYS_write, 1, 0);
	holds(&r);
	start(&r, "* op write\n");
	ends(&r, CLAIM_FAILS, 2, "the case has no op record");
	start(&r, "w block\n");
	op(&r, "w", SYS_write, 1, 0);
	ends(&r, CLAIM_FAILS, 2, "w has no block record");
}

/* "wait" and "signal" are two facts each. */
static void test_kinds(void **state)
{
	struct run r;

	start(&r, "w block\n");
	wake(&r, "w", MS, 0);
	ends(&r, CLAIM_FAILS, 2, "w has no block record");
	start(&r, "w wake\n");
	block(&r, "w", 16, 0);
	ends(&r, CLAIM_FAILS, 2, "w has no wake record");
	start(&r, "w signal SIGPIPE\nw deliver SIGPIPE\nw exit signal=SIGPIPE\n");
	signal_fact(&r, FACT_SIGNAL, "w", SIGPIPE);
	signal_fact(&r, FACT_DELIVER, "w", SIGPIPE);
	life(&r, FACT_EXIT, "w", SIGPIPE);
	holds(&r);
	start(&r, "w deliver SIGPIPE\n");
	signal_fact(&r, FACT_SIGNAL, "w", SIGPIPE);
	ends(&r, CLAIM_FAILS, 2, "w has no deliver record");
	start(&r, "w signal SIGPIPE\n");
	signal_fact(&r, FACT_SIGNAL, "w", SIGTERM);
	ends(&r, CLAIM_FAILS, 2,
	     "no such record; nearest: 0.000 ms w signal SIGTERM (sig was SIGTERM, wanted = "
	     "SIGPIPE)");
	start(&r, "w fork child.comm=new\nw exec name=new\nw rename name=new\nw exit status=3\n");
	life(&r, FACT_FORK, "w", 0);
	life(&r, FACT_EXEC, "w", 0);
	life(&r, FACT_RENAME, "w", 0);
	life(&r, FACT_EXIT, "w", 3 << 8);
	holds(&r);
}

/* A condition on: op write ret=13 used=3 slots=16 bytes=0 nonblock=false, or wake after 12 ms. */
static void test_conditions(void **state)
{
	static const struct {
		const char *condition;
		bool met;
	} on_op[] = {
	    {"ret=13", true},
	    {"ret=14", false},
	    {"ret!=14", true},
	    {"ret!=13", false},
	    {"ret<14", true},
	    {"ret<13", false},
	    {"ret<=13", true},
	    {"ret<=12", false},
	    {"ret>12", true},
	    {"ret>13", false},
	    {"ret>=13", true},
	    {"ret>=14", false},
	    {"ret=0xd", true},
	    {"ret=-13", false},
	    {"ret>-EPIPE", true},
	    {"ret=-EPIPE", false},
	    {"used<slots", true},
	    {"used=slots", false},
	    {"used!=slots", true},
	    {"used=used", true},
	    {"after.used=3", true},
	    {"before.used=3", false},
	    {"nonblock=false", true},
	    {"nonblock=true", false},
	    {"nonblock!=true", true},
	    {"nonblock!=false", false},
	    {"op=write", true},
	    {"op=\"write\"", true},
	    {"op!=write", false},
	    {"op!=read", true},
	    {"ret=$_", true},
	    {"object=pipe:[5120]", true},
	    {"object=\"pipe:[5120]\"", true},
	    {"object=pipe:[5121]", false},
	    /* A field that is not there is met by nothing. */
	    {"error=EPIPE", false},
	    {"error!=EPIPE", false},
	    {"error=$_", false},
	    {"cause!=unknown", false},
	    {"ret=cause.pid", false},
	    {"ret!=cause.pid", false},
	    /* Two on a line, in one pattern. */
	    {"ret=$x arg!=$x", true},
	    {"ret=$x arg=$x", false},
	    {"ret=$x slots>$x", true},
	    {"object=$x object=$x", true},
	};
	static const struct {
		const char *condition;
		bool met;
	} on_wake[] = {
	    {"slept>=12ms", true},	{"slept>=12001us", false}, {"slept<1s", true},
	    {"slept=12000000ns", true}, {"slept>11k", true},	   {"slept<1m", false},
	    {"cause=space", true},	{"cause!=space", false},   {"reason=full", true},
	    {"open=false", true},	{"used=slots", true},
	};
	char line[100];
	struct run r;
	size_t i;

	for (i = 0; i < sizeof(on_op) / sizeof(on_op[0]); i++) {
		snprintf(line, sizeof(line), "w op %s\n", on_op[i].condition);
		start(&r, line);
		op(&r, "w", SYS_write, 13, 0);
		finish(&r);
		if ((r.v[0].result == CLAIM_HOLDS) != on_op[i].met)
			fail_msg("%s: %s", on_op[i].condition, r.why[0]);
		drop(&r);
	}
	for (i = 0; i < sizeof(on_wake) / sizeof(on_wake[0]); i++) {
		snprintf(line, sizeof(line), "w wake %s\n", on_wake[i].condition);
		start(&r, line);
		wake(&r, "w", 12 * MS, 0);
		finish(&r);
		if ((r.v[0].result == CLAIM_HOLDS) != on_wake[i].met)
			fail_msg("%s: %s", on_wake[i].condition, r.why[0]);
		drop(&r);
	}
	start(&r, "w op ret=-EPIPE error=EPIPE\n");
	op(&r, "w", SYS_write, -EPIPE, 0);
	holds(&r);
}

static void test_variables(void **state)
{
	static const char text[] = "w op write object=$p ret=$n\nr op read object=$p ret>=$n\n"
				   "never r op object!=$p\n";
	struct run r;

	start(&r, text);
	op(&r, "w", SYS_write, 13, 1);
	op(&r, "r", SYS_read, 12, 1);
	op(&r, "r", SYS_read, 13, 0);
	op(&r, "r", SYS_read, 13, 1);
	holds(&r);
	start(&r, text);
	op(&r, "w", SYS_write, 13, 1);
	op(&r, "r", SYS_read, 13, 1);
	op(&r, "r", SYS_read, 13, 0);
	ends(&r, CLAIM_FAILS, 4, "this must never happen here, but it did at 2.000 ms");

	/* A pattern that does not match binds nothing. */
	start(&r, "w op object=$p ret=13\nw op read object=$p\n");
	op(&r, "w", SYS_write, 12, 0);
	op(&r, "w", SYS_write, 13, 1);
	op(&r, "w", SYS_read, 1, 1);
	holds(&r);
}

/* fcntl's cmd is a word, ioctl's a number: the two are neither equal nor unequal. */
static void test_types(void **state)
{
	struct run r;

	start(&r, "w op cmd>=0\n");
	op(&r, "w", SYS_fcntl, 0, 0);
	ends(&r, CLAIM_FAILS, 2, "no such record; nearest: ");
	start(&r, "w op cmd>=0\n");
	op(&r, "w", SYS_ioctl, 0, 0);
	holds(&r);
	start(&r, "w op cmd=$c\nw op cmd!=$c\n");
	op(&r, "w", SYS_fcntl, 0, 0);
	op(&r, "w", SYS_ioctl, 0, 0);
	ends(&r, CLAIM_FAILS, 3, "no such record after");
	start(&r, "w op cmd=$c\nw op cmd=$c\n");
	op(&r, "w", SYS_ioctl, 0, 0);
	op(&r, "w", SYS_fcntl, 0, 0);
	op(&r, "w", SYS_ioctl, 0, 0);
	holds(&r);
}

static void test_foreign_names(void **state)
{
	struct run r;

	start(&r, "\"a\\x1b[31m\\n\" op\n");
	op(&r, "a\033[31m\n", SYS_write, 1, 0);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_null(strchr(r.evidence[0][0], '\033'));
	drop(&r);
}

/* Each case has its own claims, in the file's order. */
static void test_cases(void **state)
{
	static const char text[] =
	    "scenario \"s\"\nlesson 1.4\n"
	    "case 1 \"a\"\nclaim a \"x\"\nw op\n"
	    "case 2 \"b\"\nclaim b \"x\"\nlesson 1.5 \"q\" = \"g\"\ndiffers \"d\"\n"
	    "w block\nclaim a \"y\"\nw wake\n";
	struct run r;

	start_case(&r, text, "2");
	assert_null(claims__new(r.ex, "s", "3"));
	assert_int_equal(errno, ENOENT);
	assert_null(claims__new(r.ex, "s", NULL));
	block(&r, "w", 16, 0);
	finish(&r);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.v[0].case_name, "2");
	assert_string_equal(r.v[0].claim, "b");
	assert_string_equal(r.v[0].lesson, "1.5");
	assert_string_equal(r.v[0].quote, "q");
	assert_string_equal(r.v[0].gloss, "g");
	assert_string_equal(r.v[0].differs, "d");
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_string_equal(r.v[1].claim, "a");
	assert_int_equal(r.v[1].result, CLAIM_FAILS);
	drop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sequence),   cmocka_unit_test(test_greedy),
	    cmocka_unit_test(test_roles),      cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_conditions), cmocka_unit_test(test_variables),
	    cmocka_unit_test(test_types),      cmocka_unit_test(test_foreign_names),
	    cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
