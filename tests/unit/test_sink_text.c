/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the text sink: lanes, errors, claims, and that no line is ever too wide. */
#include <errno.h>
#include <signal.h>

#include "lib/utf8.h"
#include "sink_text_rig.h"

static void test_block_is_seen_at_once(void **state)
{
	start(100, false, false);
	op(1, writer, SYS_write, 13);
	block(2, writer, SYS_write, WAIT_PIPE_FULL);
	fflush(stream);
	has("┌ write sleeps: full");
	wake(2, 300002, writer, SYS_write, WAIT_PIPE_FULL);
	op(300003, reader, SYS_read, 13);
	finish();
	has("└ 300 ms, timer is up");
	has("\n   300.003");
	done();
}

static void test_bar_while_asleep(void **state)
{
	const char *line;

	start(100, false, false);
	block(1, writer, SYS_write, WAIT_PIPE_FULL);
	op(2000, reader, SYS_read, 13);
	wake(1, 3000, writer, SYS_write, WAIT_PIPE_FULL);
	op(4000, reader, SYS_read, 12);
	finish();
	line = strstr(out, "\n     2.000");
	assert_non_null(line);
	assert_non_null(memmem(line + 1, strcspn(line + 1, "\n"), "│", 3));
	line = strstr(out, "\n     4.000");
	assert_non_null(line);
	assert_null(memmem(line + 1, strcspn(line + 1, "\n"), "│", 3));
	done();
}

static void test_errors_and_ends(void **state)
{
	union any_event rec;

	start(100, false, false);
	op(1, writer, SYS_write, -EPIPE);
	op(2, writer, SYS_write, -512);
	memset(&rec, 0, sizeof(rec));
	rec.signal.sig = SIGKILL;
	rec.signal.fatal = SIGPIPE;
	put(FACT_DELIVER, 3, writer, &rec, no_cause);
	memset(&rec, 0, sizeof(rec));
	rec.life.code = SIGPIPE;
	rec.life.last = 1;
	put(FACT_EXIT, 4, writer, &rec, no_cause);
	finish();
	has("write → EPIPE");
	has("write interrupted");
	has("✗ dies of SIGPIPE");
	has_not("SIGKILL");
	done();
}

static void test_claims(void **state)
{
	struct verdict v = {.scenario = "pipe-cases",
			    .file = "scenarios/pipe-cases.expect",
			    .claim = "sleeps",
			    .title = "a full pipe puts to sleep",
			    .lesson = "1.4",
			    .quote = "quoted",
			    .result = CLAIM_HOLDS,
			    .line = 9,
			    .pattern = "pattern"};
	struct run_summary sum = {
	    .records = 5061, .backend = "syscall", .kernel = "6.1", .held = 1, .failed = 1};

	start(80, false, false);
	v.evidence[0] = "0.1 writer proves";
	v.n_evidence = 1;
	sink_text.claim(sink, &v);
	fflush(stream);
	has("✔ sleeps");
	has_not("0.1 writer proves");
	has("lesson 1.4: quoted");
	has_not("in English");
	has_not("pipe-cases.expect");
	v.result = CLAIM_FAILS;
	v.why = "nothing matched";
	v.differs = "it differs";
	v.gloss = "said";
	v.evidence[0] = "0.402 writer op write";
	v.n_evidence = 1;
	sink_text.claim(sink, &v);
	sum.lost[LOST_RING] = 3;
	sum.lost_total = 3;
	sum.incomplete = true;
	sink_text.summary(sink, &sum);
	sum.not_whole = true;
	sink_text.summary(sink, &sum);
	finish();
	has("✘ sleeps");
	has("nothing matched");
	has("pipe-cases.expect:9: pattern");
	has("0.402 writer op write");
	has("in English: said");
	has("lesson differs: it differs");
	has("5061 records · 3 lost (ring 3) · backend syscall · kernel 6.1");
	has("incomplete: the run did not come to its end");
	has("incomplete: the trace file is not whole");
	has("claims: 1 holds, 1 fails, 0 inconclusive");
	done();
}

/* --evidence: what a tick rests on; its line in the file says nothing more then. */
static void test_evidence(void **state)
{
	struct verdict v = {.file = "x.expect",
			    .claim = "sleeps",
			    .title = "it sleeps",
			    .line = 9,
			    .pattern = "pattern",
			    .evidence = {"0.1 writer proves", "0.2 reader, too"},
			    .n_evidence = 2};
	struct sink_opts opts = {.columns = 80, .evidence = true};

	start(80, false, false);
	sink_text.free(sink);
	opts.out = stream;
	sink = sink_text.new(&opts);
	sink_text.claim(sink, &v);
	finish();
	has("✔ sleeps");
	has("0.1 writer proves");
	has("0.2 reader, too");
	has_not("pattern");
	done();
}

static void test_output(void **state)
{
	char line[32];

	start(80, false, false);
	for (int i = 0; i < 100; i++) {
		int len = snprintf(line, sizeof(line), "line %d\033[2J\n", i);

		sink_text.output(sink, line, (size_t)len);
	}
	sink_text.output(sink, "no end", 6);
	finish();
	has("line 0\\x1b[2J\n");
	has("line 11");
	has_not("line 12");
	has("(81 lines more)");
	has("line 99");
	has("no end");
	done();
}

static void test_raw(void **state)
{
	start(80, false, true);
	op(1000, writer, SYS_write, -EPIPE);
	block(2000, (struct actor){.pid = 9, .tid = 9, .comm = "a b\n"}, SYS_read, WAIT_PIPE_EMPTY);
	finish();
	has("1.000 writer/813 op pid=813 op=write class=write fd=4 object=pipe:[5123]");
	has(" error=EPIPE ");
	has("2.000 a b\\n/9 block pid=9");
	done();
}

/* Every line of out is valid UTF-8 without controls and fits; of ours nothing is beyond ASCII when
 * told so. */
static void check_lines(int columns, bool ascii)
{
	char line[8192];

	for (const char *at = out; *at;) {
		size_t len = strcspn(at, "\n"), i, n;
		__u32 cp;

		assert_true(len < sizeof(line));
		memcpy(line, at, len);
		line[len] = '\0';
		for (i = 0; i < len; i += n) {
			n = utf8__decode(line + i, len - i, &cp);
			assert_true(n > 0);
			assert_true(cp >= 0x20);
			assert_true(!ascii || cp < 0x7f);
		}
		if (utf8__width(line) > columns)
			fail_msg("%d columns, line of %d: %s", columns, utf8__width(line), line);
		at += len + (at[len] == '\n');
	}
}

static void sends(__u64 us, struct actor who, const struct object *obj, __u32 used)
{
	union any_event rec = {.op = {.ret = 5,
				      .arg = 5,
				      .obj = obj->key,
				      .after = {{0, used, 1000, 0, 0, 0}},
				      .nr = SYS_sendto,
				      .op = OPC_SEND}};
	struct fact f = {.kind = FACT_OP,
			 .t = us * 1000,
			 .who = who,
			 .rec = &rec,
			 .obj = obj,
			 .cause = no_cause};

	sink_text.fact(sink, &f);
}

/* The states of both stand in it, each where it changes. */
static void test_a_pair_is_one_lane(void **state)
{
	struct object one = {.key = {.id = 12, .mech = MECH_SOCK}, .name = "sock:[12]", .index = 1};
	struct object other = {
	    .key = {.id = 13, .mech = MECH_SOCK}, .name = "sock:[13]", .index = 2};

	start(140, true, false);
	/* Each had a lane before. */
	sends(1, writer, &one, 10);
	sends(2, reader, &other, 20);
	one.peer = &other;
	other.peer = &one;
	strcpy(other.bound, "/run/x");
	sends(3, reader, &other, 30);
	sends(4, writer, &one, 40);
	sends(5, reader, &other, 30);
	finish();
	has("sock:[12] [13] /run/x");
	has("2: 0B #....... 30/1000");
	has("1: 0B #....... 40/1000");
	/* Once: it did not change. */
	assert_null(strstr(strstr(out, "30/1000") + 1, "30/1000"));
	done();
}

static void random_fact(unsigned int *seed, __u64 t, bool ascii)
{
	static const char *const names[] = {"writer",	       "\033[31m\n\"", "x",
					    "fifteen letters", "管道管道管",   "\xff\xfe"};
	struct actor who = {.pid = (__u32)(1000 + rand_r(seed) % 12)};
	struct object obj = a_pipe;
	union any_event rec;
	struct fact f = {.t = t * 1000, .rec = &rec, .cause = no_cause, .obj = &obj};

	for (size_t i = 0; i < sizeof(rec); i++)
		((char *)&rec)[i] =
		    (char)(rand_r(seed) % 4 ? 0 : rand_r(seed) & (ascii ? 0x7f : 0xff));
	who.tid = who.pid + (rand_r(seed) % 5 == 0);
	strcpy(who.comm, names[(size_t)rand_r(seed) % (ascii ? 4 : 6)]);
	f.who = who;
	f.kind = (enum fact_kind)(rand_r(seed) % (FACT_ACCESS + 1));
	obj.key.id += (__u64)rand_r(seed) % 5;
	rec.op.obj.mech = obj.key.mech = (__u8)(MECH_PIPE + rand_r(seed) % MECH_SOCK);
	snprintf(obj.name, sizeof(obj.name), "pipe:[%llu]", (unsigned long long)obj.key.id);
	f.cause.kind = (enum cause_kind)(rand_r(seed) % (CAUSE_OWNER_DIED + 1));
	f.cause.by_known = rand_r(seed) % 2;
	f.cause.by = who;
	if (rand_r(seed) % 4 == 0)
		f.obj = NULL;
	if (f.kind == FACT_BLOCK)
		rec.wait.slept = f.t;
	sink_text.fact(sink, &f);
}

static void test_never_too_wide(void **state)
{
	static const int widths[] = {20, 33, 50, 59, 60, 72, 80, 100, 120, 200, 400};
	unsigned int seed = 7;

	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		for (int ascii = 0; ascii < 2; ascii++) {
			start(widths[w], ascii, false);
			for (__u64 i = 0; i < 600; i++)
				random_fact(&seed, i * 50, ascii);
			finish();
			check_lines(widths[w], ascii);
			done();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_block_is_seen_at_once),
	    cmocka_unit_test(test_bar_while_asleep),
	    cmocka_unit_test(test_errors_and_ends),
	    cmocka_unit_test(test_evidence),
	    cmocka_unit_test(test_claims),
	    cmocka_unit_test(test_output),
	    cmocka_unit_test(test_raw),
	    cmocka_unit_test(test_a_pair_is_one_lane),
	    cmocka_unit_test(test_never_too_wide),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
