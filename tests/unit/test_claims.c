// SPDX-License-Identifier: GPL-2.0
/* The claims: each rule of docs/EXPECT.md, once as it holds and once as it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "claims.h"

#define MS 1000000ULL

/* One case's claims, and copies of the verdicts. */
struct run {
	struct expect *ex;
	struct claims *cl;
	__u64 now;
	size_t n;
	struct verdict v[8];
	char why[8][1024];
	char evidence[8][VERDICT_EVIDENCE][512];
};

static struct object pipes[3];

static int setup(void **state)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		pipes[i].key = (struct ipc_object){.id = 5120 + i, .mech = MECH_PIPE};
		snprintf(pipes[i].name, sizeof(pipes[i].name), "pipe:[%zu]", 5120 + i);
	}
	return 0;
}

static void start_case(struct run *r, const char *text, const char *case_name)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	char err[400] = "";

	memset(r, 0, sizeof(*r));
	r->ex = expect__parse(in, "t.expect", err, sizeof(err));
	fclose(in);
	if (!r->ex)
		fail_msg("%s", err);
	r->cl = claims__new(r->ex, "pipe-cases", case_name);
	assert_non_null(r->cl);
}

/* One claim "c" in line 1; its patterns from line 2 on. */
static void start(struct run *r, const char *patterns)
{
	char text[2048];

	snprintf(text, sizeof(text), "claim c \"a sentence\"\n%s", patterns);
	start_case(r, text, NULL);
}

static void on_verdict(void *ctx, const struct verdict *v)
{
	struct run *r = ctx;
	size_t i;

	assert_true(r->n < 8);
	assert_true(v->n_evidence <= VERDICT_EVIDENCE);
	assert_true((v->result == CLAIM_HOLDS) == !v->why);
	r->v[r->n] = *v;
	snprintf(r->why[r->n], sizeof(r->why[0]), "%s", v->why ? v->why : "");
	for (i = 0; i < v->n_evidence; i++) {
		assert_null(strchr(v->evidence[i], '\n'));
		snprintf(r->evidence[r->n][i], sizeof(r->evidence[0][0]), "%s", v->evidence[i]);
	}
	r->n++;
}

static void finish(struct run *r)
{
	claims__finish(r->cl, on_verdict, r);
}

static void drop(struct run *r)
{
	claims__free(r->cl);
	expect__free(r->ex);
}

/* The first claim's verdict, and its why from the beginning. */
static void ends(struct run *r, enum verdict_result result, int line, const char *why)
{
	finish(r);
	if (r->v[0].result != result || r->v[0].line != line ||
	    strncmp(r->why[0], why, strlen(why)) || (!*why && *r->why[0]))
		fail_msg("result %d line %d: %s", r->v[0].result, r->v[0].line, r->why[0]);
	drop(r);
}

static void holds(struct run *r)
{
	ends(r, CLAIM_HOLDS, 1, "");
}

static void feed(struct run *r, enum fact_kind kind, const char *comm, union any_event *rec,
		 const struct object *obj, enum cause_kind cause)
{
	struct fact f = {
	    .kind = kind, .t = r->now, .who = {.pid = 10, .tid = 10}, .obj = obj, .rec = rec};

	memcpy(f.who.comm, comm, strlen(comm));
	f.cause.kind = cause;
	rec->e.ts = r->now;
	claims__feed(r->cl, &f);
	r->now += MS;
}

static void op(struct run *r, const char *comm, int nr, __s64 ret, int pipe)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.op.nr = (__s16)nr;
	rec.op.op = nr == SYS_write ? OPC_WRITE : OPC_READ;
	rec.op.ret = ret;
	rec.op.fd = 3;
	rec.op.obj = pipes[pipe].key;
	rec.op.after.v[PIPE_USED] = 3;
	rec.op.after.v[PIPE_SLOTS] = 16;
	feed(r, FACT_OP, comm, &rec, &pipes[pipe], CAUSE_NONE);
}

static void wait_fact(struct run *r, enum fact_kind kind, const char *comm, __u32 used, __u64 slept,
		      int pipe)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.wait.nr = SYS_write;
	rec.wait.op = OPC_WRITE;
	rec.wait.fd = 3;
	rec.wait.reason = WAIT_PIPE_FULL;
	rec.wait.obj = pipes[pipe].key;
	rec.wait.state.v[PIPE_USED] = used;
	rec.wait.state.v[PIPE_SLOTS] = 16;
	rec.wait.slept = r->now - slept;
	rec.wait.woken = kind == FACT_WAKE ? r->now : 0;
	feed(r, kind, comm, &rec, &pipes[pipe], kind == FACT_WAKE ? CAUSE_SPACE : CAUSE_STATE);
}

static void block(struct run *r, const char *comm, __u32 used, int pipe)
{
	wait_fact(r, FACT_BLOCK, comm, used, 0, pipe);
}

static void wake(struct run *r, const char *comm, __u64 slept, int pipe)
{
	r->now += slept;
	wait_fact(r, FACT_WAKE, comm, 16, slept, pipe);
}

static void signal_fact(struct run *r, enum fact_kind kind, const char *comm, int sig)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.signal.sig = sig;
	feed(r, kind, comm, &rec, NULL, CAUSE_NONE);
}

static void life(struct run *r, enum fact_kind kind, const char *comm, int code)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.life.code = code;
	strcpy(rec.life.comm, "new");
	feed(r, kind, comm, &rec, NULL, CAUSE_NONE);
}

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
	assert_string_equal(r.v[0].case_name, "");
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
	/* It does not hang on that. */
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
	assert_string_equal(r.why[0], "12 records were lost");
	drop(&r);

	start_case(&r, text, NULL);
	op(&r, "w", SYS_write, 1, 0);
	finish(&r);
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_int_equal(r.v[1].result, CLAIM_FAILS);
	drop(&r);
}

/* Each case has its own claims, in the file's order. */
static void test_cases(void **state)
{
	static const char text[] = "scenario \"s\"\nlesson 1.4\n"
				   "case 1 \"a\"\nclaim a \"x\"\nw op\n"
				   "case 2 \"b\"\nclaim b \"x\"\nlesson 1.5 \"q\"\ndiffers \"d\"\n"
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
	assert_string_equal(r.v[0].differs, "d");
	assert_int_equal(r.v[0].result, CLAIM_HOLDS);
	assert_string_equal(r.v[1].claim, "a");
	assert_int_equal(r.v[1].result, CLAIM_FAILS);
	drop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sequence),	  cmocka_unit_test(test_greedy),
	    cmocka_unit_test(test_roles),	  cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_conditions),	  cmocka_unit_test(test_variables),
	    cmocka_unit_test(test_never),	  cmocka_unit_test(test_count),
	    cmocka_unit_test(test_sums),	  cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_count_words),	  cmocka_unit_test(test_nearest),
	    cmocka_unit_test(test_stale_miss),	  cmocka_unit_test(test_types),
	    cmocka_unit_test(test_foreign_names), cmocka_unit_test(test_evidence_bounded),
	    cmocka_unit_test(test_doubt),	  cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
