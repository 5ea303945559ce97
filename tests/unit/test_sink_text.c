// SPDX-License-Identifier: GPL-2.0
/* Tests the text sink: folding, what is left out, lanes, claims, and that no line is ever too wide.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "sink/sink.h"
#include "lib/utf8.h"

static char *out;
static size_t out_len;
static FILE *stream;
static struct sink *sink;

static struct object a_pipe = {
    .key = {.id = 5123, .dev = 14, .mech = MECH_PIPE},
    .name = "pipe:[5123]",
    .state = {{1, 16, 13, 16, 1, 1}},
    .state_known = true,
    .index = 1,
};
static struct actor writer = {.pid = 813, .tid = 813, .comm = "writer"};
static struct actor reader = {.pid = 814, .tid = 814, .comm = "reader"};

static void start(int columns, bool ascii, bool raw)
{
	struct sink_opts opts = {.columns = columns, .ascii = ascii, .raw = raw};
	struct run_info info = {.scenario = "test"};

	stream = open_memstream(&out, &out_len);
	opts.out = stream;
	sink = sink_text.new(&opts);
	sink_text.begin(sink, &info);
}

static const char *finish(void)
{
	sink_text.end(sink);
	sink_text.free(sink);
	fclose(stream);
	return out;
}

static void done(void)
{
	free(out);
	out = NULL;
}

static void put(enum fact_kind kind, __u64 us, struct actor who, const union any_event *rec,
		struct cause cause)
{
	struct fact f = {.kind = kind, .t = us * 1000, .who = who, .rec = rec, .cause = cause};

	if (kind == FACT_OP || kind == FACT_OBJECT ? rec->op.obj.mech : rec->wait.obj.mech)
		f.obj = &a_pipe;
	sink_text.fact(sink, &f);
}

static const struct cause no_cause = {.nr = -1, .fd = -1};

static void op(__u64 us, struct actor who, int nr, long ret)
{
	union any_event rec = {.op = {.ret = ret,
				      .arg = 13,
				      .obj = a_pipe.key,
				      .after = a_pipe.state,
				      .fd = 4,
				      .nr = (__s16)nr,
				      .op = nr == SYS_read ? OPC_READ : OPC_WRITE}};

	put(FACT_OP, us, who, &rec, no_cause);
}

static void block(__u64 us, struct actor who, int nr, int reason)
{
	union any_event rec = {
	    .wait = {.slept = us * 1000, .nr = (__s16)nr, .fd = 3, .reason = (__u8)reason}};
	struct cause c = no_cause;

	c.kind = reason ? CAUSE_STATE : CAUSE_SYSCALL;
	if (reason)
		rec.wait.obj = a_pipe.key;
	put(FACT_BLOCK, us, who, &rec, c);
}

static void wake(__u64 from, __u64 us, struct actor who, int nr, int reason)
{
	union any_event rec = {.wait = {.e = {.ts = us * 1000},
					.slept = from * 1000,
					.woken = us * 1000,
					.nr = (__s16)nr,
					.fd = 3,
					.reason = (__u8)reason}};
	struct cause c = no_cause;

	c.kind = CAUSE_TIMEOUT;
	if (reason)
		rec.wait.obj = a_pipe.key;
	put(FACT_WAKE, us, who, &rec, c);
}

static void has(const char *text)
{
	if (!strstr(out, text))
		fail_msg("no \"%s\" in:\n%s", text, out);
}

static void has_not(const char *text)
{
	if (strstr(out, text))
		fail_msg("\"%s\" in:\n%s", text, out);
}

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
	    cmocka_unit_test(test_run_is_one_row),
	    cmocka_unit_test(test_block_is_seen_at_once),
	    cmocka_unit_test(test_bar_while_asleep),
	    cmocka_unit_test(test_short_idle_sleeps_are_left_out),
	    cmocka_unit_test(test_ping_pong_is_summed),
	    cmocka_unit_test(test_lost_stores_are_counted),
	    cmocka_unit_test(test_a_late_run_is_told),
	    cmocka_unit_test(test_open_sleep_survives_the_fold),
	    cmocka_unit_test(test_reasons_apart),
	    cmocka_unit_test(test_slow_sleep_stands_out),
	    cmocka_unit_test(test_no_sleep_is_told_as_none),
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
