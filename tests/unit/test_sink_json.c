// SPDX-License-Identifier: GPL-2.0
/* Tests the JSON sink: nesting, one line a wait, runs, claims, the summary. */
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

static char *out;
static size_t out_len;
static FILE *stream;
static struct sink *sink;

static int setup(void **state)
{
	struct sink_opts opts = {0};

	stream = open_memstream(&out, &out_len);
	opts.out = stream;
	sink = sink_json.new(&opts);
	return 0;
}

static int teardown(void **state)
{
	sink_json.free(sink);
	fclose(stream);
	free(out);
	return 0;
}

static void is(const char *want)
{
	fflush(stream);
	assert_string_equal(out, want);
}

static struct object a_pipe = {
    .key = {.id = 1, .dev = 14, .mech = MECH_PIPE}, .name = "pipe:[1]", .state_known = true};

static void test_wait_is_one_line(void **state)
{
	union any_event rec = {.wait = {.e = {.ts = 109},
					.slept = 102,
					.woken = 108,
					.obj = a_pipe.key,
					.fd = 3,
					.nr = SYS_read,
					.op = OPC_READ,
					.reason = WAIT_PIPE_EMPTY,
					.waker = {.ctx = WAKE_TIMER}}};
	struct fact f = {.kind = FACT_BLOCK,
			 .t = 2,
			 .who = {.pid = 1, .tid = 1, .comm = "r\"\xff"},
			 .obj = &a_pipe,
			 .rec = &rec,
			 .cause = {.kind = CAUSE_TIMEOUT, .nr = -1, .fd = -1}};

	sink_json.fact(sink, &f);
	is("");
	f.kind = FACT_WAKE;
	f.t = 9;
	sink_json.fact(sink, &f);
	is("{\"kind\":\"wait\",\"t\":9,\"pid\":1,\"tid\":1,\"comm\":\"r\\\"\\ufffd\",\"op\":"
	   "\"read\","
	   "\"class\":\"read\",\"fd\":3,\"object\":\"pipe:[1]\",\"reason\":\"empty\",\"slept_at\":"
	   "2,"
	   "\"woken_at\":8,\"slept\":6,\"delay\":1,\"open\":false,"
	   "\"state\":{\"used\":0,\"slots\":0,\"bytes\":0,\"ring\":0,\"readers\":0,\"writers\":0},"
	   "\"state_woken\":{\"used\":0,\"slots\":0,\"bytes\":0,\"ring\":0,\"readers\":0,"
	   "\"writers\":0},"
	   "\"waker\":{\"ctx\":\"timer\"},\"cause\":{\"kind\":\"timeout\"}}\n");
}

static void test_run(void **state)
{
	struct run_info info = {
	    .scenario = "pipe-cases", .case_name = "4", .backend = "syscall", .kernel = "6.1"};

	sink_json.begin(sink, &info);
	sink_json.output(sink, "a\n\xff", 3);
	is("{\"kind\":\"run\",\"scenario\":\"pipe-cases\",\"case\":\"4\",\"backend\":\"syscall\","
	   "\"kernel\":\"6.1\"}\n"
	   "{\"kind\":\"output\",\"text\":\"a\\n\\ufffd\"}\n");
}

static void test_claim(void **state)
{
	struct verdict v = {.scenario = "s",
			    .case_name = "4",
			    .claim = "c",
			    .title = "t",
			    .result = CLAIM_FAILS,
			    .why = "w",
			    .line = 12,
			    .pattern = "p",
			    .evidence = {"e1", "e2"},
			    .n_evidence = 2};

	sink_json.claim(sink, &v);
	is("{\"kind\":\"claim\",\"scenario\":\"s\",\"case\":\"4\",\"claim\":\"c\",\"title\":\"t\","
	   "\"result\":\"fails\","
	   "\"why\":\"w\",\"line\":12,\"pattern\":\"p\",\"evidence\":[\"e1\",\"e2\"]}\n");
}

static void test_summary(void **state)
{
	struct run_summary sum = {.records = 9,
				  .lost = {[LOST_RING] = 2},
				  .lost_total = 2,
				  .backend = "fentry",
				  .kernel = "6.1",
				  .held = 3,
				  .inconclusive = 1};

	sink_json.summary(sink, &sum);
	is("{\"kind\":\"summary\",\"records\":9,\"lost\":2,\"lost_by\":{\"ring\":2,\"storage\":0,"
	   "\"nested\":0,"
	   "\"compat\":0,\"io_uring\":0,\"walk\":0,\"file\":0,\"watch\":0},\"backend\":\"fentry\","
	   "\"kernel\":"
	   "\"6.1\","
	   "\"claims_held\":3,"
	   "\"claims_failed\":0,\"claims_inconclusive\":1,\"incomplete\":false}\n");
}

static void test_find(void **state)
{
	assert_ptr_equal(sink__find("json"), &sink_json);
	assert_ptr_equal(sink__find("text"), &sink_text);
	assert_null(sink__find("jso"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_wait_is_one_line, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_run, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_claim, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_summary, setup, teardown),
	    cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
