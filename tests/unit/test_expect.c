/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the .expect parser: what it takes, what it refuses and with which words. */
#include "expect_rig.h"

static void test_good(void **state)
{
	const struct expect_case *cases;
	const struct section *s;
	const struct claim *c;
	const struct pattern *p;
	struct expect *ex = parse(good);

	if (!ex)
		fail_msg("%s", err);
	assert_string_equal(err, "");
	assert_string_equal(expect__title(ex), "the four cases");
	assert_string_equal(expect__lesson(ex), "1.4");
	assert_int_equal(expect__cases(ex, &cases), 2);
	assert_string_equal(cases[0].name, "1");
	assert_string_equal(cases[0].title, "nobody reads");
	assert_string_equal(cases[1].name, "4");

	s = expect__section(ex, "1");
	assert_int_equal(s->n_claims, 1);
	c = s->claims;
	assert_string_equal(c->name, "sleeps");
	assert_string_equal(c->lesson, "1.4");
	assert_string_equal(c->quote, "读端不读，写端一直写");
	assert_string_equal(c->gloss, "nobody reads");
	assert_string_equal(c->differs, "it is the slots that are full");
	assert_int_equal(c->n_patterns, 5);
	assert_int_equal(c->n_variables, 1);

	p = c->patterns;
	assert_int_equal(p->kind, PATTERN_PLAIN);
	assert_int_equal(p->role, ROLE_ANY);
	assert_int_equal(p->fact, FACT_OBJECT);
	assert_int_equal(p->n_conditions, 3);
	assert_string_equal(p->conditions->field, "event");
	assert_int_equal(p->conditions->next->value.kind, VALUE_BIND);
	assert_int_equal(p->line, 9);
	p = p->next;
	assert_int_equal(p->kind, PATTERN_COUNT);
	assert_int_equal(p->count_op, CMP_EQ);
	assert_int_equal(p->count, 5040);
	assert_string_equal(p->comm, "writer");
	assert_string_equal(p->what, "writer op write ret=13 object=$p");
	p = p->next;
	assert_int_equal(p->conditions->next->next->value.kind, VALUE_WORD);
	p = p->next;
	assert_int_equal(p->kind, PATTERN_NEVER);
	p = p->next;
	assert_string_equal(p->comm, "my writer");
	assert_int_equal(p->conditions->next->value.i, 100000000);
	assert_true(p->conditions->next->value.duration);

	c = expect__section(ex, "4")->claims;
	assert_int_equal(c->patterns->conditions->next->value.i, -EPIPE);
	assert_int_equal(c->next->patterns->count, 16);
	assert_int_equal(c->next->patterns->conditions->next->value.i, 65536);
	assert_null(expect__section(ex, "2"));
	expect__free(ex);
}

static void test_without_cases(void **state)
{
	const struct expect_case *cases;
	struct expect *ex = parse("claim a \"b\"\n* exit status=0");

	assert_non_null(ex);
	assert_string_equal(expect__title(ex), "");
	assert_null(expect__lesson(ex));
	assert_int_equal(expect__cases(ex, &cases), 1);
	assert_string_equal(cases[0].name, "");
	expect__free(ex);
}

static void test_watches(void **state)
{
	const struct expect_case *cases;
	struct expect *ex =
	    parse("watch shm:1234+0:4\ncase 1 \"x\"\nclaim a \"b\"\n* exit\n"
		  "case 2 \"y\"\nwatch shm:0x4d2+8:8 # too\nclaim a \"b\"\n* exit\n");

	if (!ex)
		fail_msg("%s", err);
	assert_int_equal(expect__cases(ex, &cases), 2);
	assert_string_equal(cases[0].watches[0], "shm:1234+0:4");
	assert_null(cases[0].watches[1]);
	assert_string_equal(cases[1].watches[0], "shm:1234+0:4");
	assert_string_equal(cases[1].watches[1], "shm:0x4d2+8:8");
	assert_null(cases[1].watches[2]);
	expect__free(ex);
}

static void test_interactive(void **state)
{
	const struct expect_case *cases;
	struct expect *ex = parse("case 1 \"x\"\nclaim a \"b\"\n* exit\n"
				  "case 2 \"y\"\ninteractive # asks\nclaim a \"b\"\n"
				  "\"interactive\" exit\n");

	if (!ex)
		fail_msg("%s", err);
	assert_int_equal(expect__cases(ex, &cases), 2);
	assert_false(cases[0].interactive);
	assert_true(cases[1].interactive);
	expect__free(ex);
}

static void test_varies(void **state)
{
	const struct expect_case *cases;
	struct expect *ex = parse("case 1 \"x\"\nclaim a \"b\"\n* exit\n"
				  "case 2 \"y\"\nvaries nothing # alone\nclaim a \"b\"\n* exit\n"
				  "case 3 \"z\"\nvaries calls\nclaim a \"b\"\n\"varies\" exit\n");

	if (!ex)
		fail_msg("%s", err);
	assert_int_equal(expect__cases(ex, &cases), 3);
	assert_int_equal(cases[0].varies, VARIES_STATE);
	assert_int_equal(cases[1].varies, VARIES_NOTHING);
	assert_int_equal(cases[2].varies, VARIES_CALLS);
	expect__free(ex);
}

static void test_strings(void **state)
{
	struct expect *ex = parse("claim a \"b\"\n\"a \\\"\\\\\\x1b#\" exec path=\"x y\\n\\t\" "
				  "name=count\n");

	if (!ex)
		fail_msg("%s", err);
	assert_string_equal(expect__section(ex, "")->claims->patterns->comm, "a \"\\\033#");
	assert_string_equal(expect__section(ex, "")->claims->patterns->conditions->value.text,
			    "x y\n\t");
	expect__free(ex);
}

/* A keyword is a process name when it is quoted. */
static void test_quoted_keyword(void **state)
{
	struct expect *ex = parse("claim a \"b\"\n\"never\" exit\n\"claim\" exit\n");

	assert_non_null(ex);
	assert_int_equal(expect__section(ex, "")->claims->patterns->kind, PATTERN_PLAIN);
	assert_string_equal(expect__section(ex, "")->claims->patterns->next->comm, "claim");
	expect__free(ex);
}

/* Some fact has each of them: nothing that is possible is refused. */
static void test_closed_words(void **state)
{
	static const char *const good_lines[] = {
	    "* op class=write",
	    "* op class=sem_undo",
	    "* op class=close_range",
	    "* op class!=futex",
	    "* block class=read",
	    "* op cmd=F_SETPIPE_SZ",
	    "* op limit_reached=pipe-max-size limit_max=1",
	    "* op limit_user=1 limit_used=1",
	    "* op limit_made=1 limit_orphans=0",
	    "* op cmd=\"F_ADD_SEALS\"",
	    "* op cmd=IPC_RMID",
	    "* op cmd=SHM_STAT_ANY",
	    "* op cmd=SETVAL",
	    "* op cmd!=FUTEX_LOCK_PI2",
	    "* op cmd=0x5421",
	    "* op cmd=1",
	    "* op cmd>0",
	    "* op cmd=arg",
	    "* op cmd=$c",
	    "* op cmd=$_",
	    "* op prot=none",
	    "* op prot=rwx",
	    "* map prot=rx",
	    "* map prot!=r",
	    "* map event=protected",
	    "* access update=plain",
	    "* access update=atomic",
	    "* wake waker.ctx=timer",
	    "* wake waker.ctx=exit",
	    "* signal sender.ctx=irq",
	    "* signal result=lost-info",
	    "* signal result!=\"queued\"",
	    "* signal event=generated",
	    "* deliver event=delivered",
	    "* deliver handler=ignore",
	    "* object end=both",
	    "* op flags=IPC_CREAT|0600",
	    "* op seals=whatever",
	};
	char text[128];
	struct expect *ex;

	for (size_t i = 0; i < sizeof(good_lines) / sizeof(good_lines[0]); i++) {
		snprintf(text, sizeof(text), "claim a \"b\"\n%s\n", good_lines[i]);
		ex = parse(text);
		if (!ex)
			fail_msg("%s", err);
		expect__free(ex);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
	    {"", "f.expect:1: the file has no claim"},
	    {"scenario \"a\"\n", ":2: the file has no claim"},
	    {"scenario\n", ":1: scenario needs a \"quoted text\""},
	    {"scenario a\n", ":1: scenario needs"},
	    {"scenario \"a\" b\n", ":1: \"b\" is too much in a scenario line"},
	    {"lesson 1\nscenario \"a\"\n", ":2: scenario stands once, before"},
	    {"w op write\n", ":1: \"w\": a pattern stands inside a claim"},
	    {"case 1\n", ":1: case needs a \"quoted"},
	    {"case a/b \"x\"\n", ":1: case needs a name"},
	    {"case 1 \"x\"\ncase 2 \"y\"\n", ":1: case 1 has no claim"},
	    {"case 1 \"x\"\nclaim a \"b\"\n* exit\ncase 1 \"y\"\n", ":4: a second case 1"},
	    {"case 1 \"x\"\nlesson 1\n", ":2: lesson stands"},
	    {"lesson 1\nlesson 2\n", ":2: a second lesson line"},
	    {"claim a \"b\"\n* exit\ncase 1 \"y\"\n", ":1: claim a stands outside a case"},
	    {"claim a\n", ":1: claim needs a \"quoted"},
	    {"claim \"a\" \"b\"\n", ":1: claim needs a name"},
	    {"claim a \"b\"\n", ":1: claim a has no pattern"},
	    {"claim a \"b\"\n* exit\nclaim a \"b\"\n",
	     ":3: a second claim a, the first is in line 1"},
	    {"claim a \"b\"\ndiffers \"x\"\ndiffers \"x\"\n", ":3: differs stands inside"},
	    {"claim a \"b\"\nlesson 1 \"q\" \"g\"\n", ":2: \"\"g\"\": behind the quote stands ="},
	    {"claim a \"b\"\nlesson 1 \"q\" =\n", ":2: "},
	    {"claim a \"b\"\nlesson 1 \"q\" = g\n", ":2: "},
	    {"claim a \"b\"\nlesson 1 = \"g\"\n", ":2: "},
	    {"claim a \"b\"\nlesson 1 \"q\" = \"g\" \"h\"\n", ":2: \"\"h\"\" is too much"},
	    {"differs \"x\"\n", ":1: differs stands inside"},
	    {"watch\n", ":1: watch needs a word of memory"},
	    {"watch shm:1+0:4 shm:1+4:4\n", ":1: \"shm:1+4:4\" is too much in a watch line"},
	    {"claim a \"b\"\nwatch shm:1+0:4\n", ":2: watch stands before the first case"},
	    {"case 1 \"x\"\nclaim a \"b\"\n* exit\nwatch shm:1+0:4\n", ":4: watch stands before"},
	    {"varies turns\ncase 1 \"x\"\n", ":1: varies stands before a case's claims"},
	    {"case 1 \"x\"\nvaries turns\nvaries turns\n", ":3: varies stands before"},
	    {"case 1 \"x\"\nclaim a \"b\"\nvaries turns\n", ":3: varies stands before"},
	    {"case 1 \"x\"\nvaries\n", ":2: varies takes one of nothing, state, sleeps,"},
	    {"case 1 \"x\"\nvaries much\n", ":2: varies takes one of nothing, state, sleeps,"},
	    {"case 1 \"x\"\nvaries state 1\n", ":2: varies takes one of nothing, state, sleeps,"},
	    {"interactive\ncase 1 \"x\"\n", ":1: interactive stands before a case's claims"},
	    {"case 1 \"x\"\ninteractive\ninteractive\n", ":3: interactive stands before"},
	    {"case 1 \"x\"\nclaim a \"b\"\ninteractive\n", ":3: interactive stands before"},
	    {"case 1 \"x\"\ninteractive 1\n", ":2: \"1\" is too much in an interactive line"},
	    {"claim a \"b\nw exit\n", ":1: unterminated string"},
	    {"claim a \"b\\\"\nw exit\n", ":1: unterminated string"},
	    {"claim a \"b\\q\"\n", ":1: unknown escape"},
	    {"claim a \"b\\x00\"\n", ":1: unknown escape"},
	    {"claim a \"b\"x\n", ":1: text right after a closing quote"},
	    {"claim a \"b\"\nw\"x\" exit\n", ":2: a quote in the middle"},
	    /* Would hold on an empty run. */
	    {"claim a \"b\"\nnever w exit\n", ":1: claim a would hold if nothing happened"},
	    {"claim a \"b\"\ncount <= 3 w exit\n", ":1: claim a would hold"},
	    {"claim a \"b\"\ncount == 0 w exit\n", ":1: claim a would hold"},
	    {"claim a \"b\"\ncount != 1 w exit\n", ":1: claim a would hold"},
	    {"claim a \"b\"\ncount >= 0 w exit\n", ":2: count >= 0 can never fail"},
	    {"claim a \"b\"\ncount < 0 w exit\n", ":2: count < 0 can never hold"},
	    {"claim a \"b\"\ncount = 1 w exit\n", ":2: unknown comparison \"=\""},
	    {"claim a \"b\"\ncount =! 1 w exit\n", ":2: unknown comparison \"=!\""},
	    {"claim a \"b\"\ncount == x w exit\n", ":2: bad number \"x\""},
	    {"claim a \"b\"\ncount == -1 w exit\n", ":2: bad number \"-1\""},
	    {"claim a \"b\"\ncount == 1ms w exit\n", ":2: bad number \"1ms\""},
	    {"claim a \"b\"\ncount ==\n", ":2: count OP N"},
	    {"claim a \"b\"\ncount == 1\n", ":2: a pattern is ROLE FACT"},
	    {"claim a \"b\"\ncount==1 w exit\n", ":2: \"count==1\" is no process name"},
	    {"claim a \"b\"\nw\n", ":2: a pattern is ROLE FACT"},
	    {"claim a \"b\"\nnever w\n", ":2: a pattern is ROLE FACT"},
	    {"claim a \"b\"\nw blok\n",
	     ":2: unknown fact \"blok\"; facts are op, block, wake, signal, deliver, fork, exec, "
	     "rename, task, exit, object, map, fault, access"},
	    {"claim a \"b\"\nw lost\n", ":2: unknown fact \"lost\""},
	    {"claim a \"b\"\nsixteen-bytes-xx exit\n", ":2: a process name has 1 to 15"},
	    {"claim a \"b\"\n\"\" exit\n", ":2: a process name has 1 to 15"},
	    {"claim a \"b\"\nw exit SIGPIPE\n", ":2: \"SIGPIPE\" is no condition"},
	    {"claim a \"b\"\nw op write read\n", ":2: \"read\" is no condition"},
	    {"claim a \"b\"\nw op ret = 3\n", ":2: op of op is never ret"},
	    {"claim a \"b\"\nw op ret=\n", ":2: no value after \"ret=\""},
	    {"claim a \"b\"\nw op ret==3\n", ":2: bad value \"=3\""},
	    {"claim a \"b\"\nw op ret<=<3\n", ":2: bad value \"<3\""},
	    {"claim a \"b\"\nw op ret!3\n", ":2: \"ret!3\" is no condition"},
	    {"claim a \"b\"\nw op =3\n", ":2: bad field name"},
	    {"claim a \"b\"\nw op Ret=3\n", ":2: bad field name"},
	    {"claim a \"b\"\nw op before..used=3\n", ":2: bad field name"},
	    {"claim a \"b\"\nw op before.=3\n", ":2: bad field name"},
	    {"claim a \"b\"\nw op ret=13x\n", ":2: bad number \"13x\""},
	    {"claim a \"b\"\nw op ret=16/16\n", ":2: bad number \"16/16\""},
	    {"claim a \"b\"\nw op ret=0x\n", ":2: bad number \"0x\""},
	    {"claim a \"b\"\nw op ret=--3\n", ":2: bad number \"--3\""},
	    {"claim a \"b\"\nw op ret=+3\n", ":2: bad number \"+3\""},
	    {"claim a \"b\"\nw op ret=-\n", ":2: bad number \"-\""},
	    {"claim a \"b\"\nw op ret=1-\n", ":2: \"\" is no number, field or $name"},
	    {"claim a \"b\"\nw op ret=1-2-3\n", ":2: \"2-3\" is no number, field"},
	    {"claim a \"b\"\nw op ret=1x+arg\n", ":2: \"1x\" is no number, field"},
	    {"claim a \"b\"\nw op ret=1-object\n", ":2: ret of op is a number, never 1-object"},
	    {"claim a \"b\"\nw op ret=1-nothing\n", ":2: ret of op is a number, never"},
	    {"claim a \"b\"\nw op object=1-arg\n", ":2: object of op is a word, never 1-arg"},
	    {"claim a \"b\"\nw op ret=1+$n\n", ":2: $n is not bound"},
	    {"claim a \"b\"\nw op object=$o\nw op ret=1+$o\n", ":3: ret of op is a number, never"},
	    {"claim a \"b\"\nw op ret=99999999999999999999\n", ":2: number \"99999"},
	    {"claim a \"b\"\nw op ret=9999999999999999k\n", ":2: number \"99999"},
	    {"claim a \"b\"\nw op ret=-EFOO\n", ":2: unknown error \"-EFOO\""},
	    /* Could never be met. */
	    {"claim a \"b\"\nw exit\nnever w op nonblok=true\n", ":3: op has no field \"nonblok\""},
	    {"claim a \"b\"\nw block stopped_by=SIGSTOPP\n", ":2: stopped_by of block is never"},
	    {"claim a \"b\"\nw op slept>=100ms\n", ":2: >= compares numbers, slept is true"},
	    {"claim a \"b\"\nw op nonblock=1\n", ":2: nonblock of op is true or false, never 1"},
	    {"claim a \"b\"\nw op nonblock=yes\n", ":2: nonblock of op is true or false"},
	    {"claim a \"b\"\nw op ret=\"13\"\n", ":2: ret of op is a number"},
	    {"claim a \"b\"\nw op ret=EPIPE\n", ":2: ret of op is a number, never EPIPE"},
	    {"claim a \"b\"\nw op before.used=slotz\n", ":2: before.used of op is a number"},
	    {"claim a \"b\"\nw op used<\"x\"\n", ":2: < compares numbers, \""},
	    {"claim a \"b\"\nw op object<x\n", ":2: < compares numbers, object is a word"},
	    {"claim a \"b\"\nw op wrtie\n", ":2: op of op is never wrtie"},
	    {"claim a \"b\"\nw signal PIPE\n", ":2: sig of signal is never PIPE"},
	    {"claim a \"b\"\nw deliver sig!=SIGPIP\n", ":2: sig of deliver is never SIGPIP"},
	    {"claim a \"b\"\nw block ful\n", ":2: reason of block is never ful"},
	    {"claim a \"b\"\nw object close\n", ":2: event of object is never close"},
	    {"claim a \"b\"\nw wake cause=signaled\n", ":2: cause of wake is never signaled"},
	    {"claim a \"b\"\nw exit signal=13\n", ":2: signal of exit is never 13"},
	    {"claim a \"b\"\nw op error=-EPIPE\n", ":2: error of op is never -EPIPE"},
	    {"claim a \"b\"\nw op class=wriet\n", ":2: class of op is never wriet"},
	    {"claim a \"b\"\nw block class!=WRITE\n", ":2: class of block is never WRITE"},
	    {"claim a \"b\"\nw op cmd=F_SETPIP\n", ":2: cmd of op is never F_SETPIP"},
	    {"claim a \"b\"\nw op cmd=\"ret\"\n", ":2: cmd of op is never \"ret\""},
	    {"claim a \"b\"\nw op cmd=object\n", ":2: cmd of op is never object"},
	    {"claim a \"b\"\nw op prot=wr\n", ":2: prot of op is never wr"},
	    {"claim a \"b\"\nw op end=writ\n", ":2: end of op is never writ"},
	    {"claim a \"b\"\nw map prot=3\n", ":2: prot of map is never 3"},
	    {"claim a \"b\"\nw map atached\n", ":2: event of map is never atached"},
	    {"claim a \"b\"\nw fault execute\n", ":2: access of fault is never execute"},
	    {"claim a \"b\"\nw access stored\n", ":2: event of access is never stored"},
	    {"claim a \"b\"\nw access update=lock\n", ":2: update of access is never lock"},
	    {"claim a \"b\"\nw wake waker.ctx=timr\n", ":2: waker.ctx of wake is never timr"},
	    {"claim a \"b\"\nw signal sender.ctx=tsk\n", ":2: sender.ctx of signal is never tsk"},
	    {"claim a \"b\"\nw signal result=ignord\n", ":2: result of signal is never ignord"},
	    {"claim a \"b\"\nw deliver handler=hndler\n", ":2: handler of deliver is never"},
	    {"claim a \"b\"\nw exit\nnever * signal event=generatd\n",
	     ":3: event of signal is never generatd"},
	    {"claim a \"b\"\nw signal event=delivered\n", ":2: event of signal is never delivered"},
	    {"claim a \"b\"\nw deliver event=generated\n", ":2: event of deliver is never"},
	    /* Variables. */
	    {"claim a \"b\"\nw op object!=$p\n", ":2: $p is not bound"},
	    {"claim a \"b\"\nnever w op object=$p\nw op object=$p\n", ":2: $p is not bound"},
	    {"claim a \"b\"\ncount == 1 w op object=$p\n", ":2: $p is not bound"},
	    {"claim a \"b\"\nw op object=$p\nclaim c \"d\"\nw op object!=$p\n",
	     ":4: $p is not bound"},
	    {"claim a \"b\"\nw op object=$p ret=$p\n", ":2: ret of op is a number, never $p"},
	    {"claim a \"b\"\nw op object=$\n", ":2: bad variable \"$\""},
	    {"claim a \"b\"\nw op object=$a-b\n", ":2: $a is not bound"},
	    {"claim a \"b\"\nw op object!=$_\n", ":2: $_ matches anything"},
	};
	struct expect *ex;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ex = parse(bad[i].text);
		if (ex)
			fail_msg("taken: %s", bad[i].text);
		assert_int_equal(errno, EINVAL);
		if (strncmp(err, "f.expect:", 9) || !strstr(err, bad[i].message))
			fail_msg("%s\ngave \"%s\"\nnot  \"%s\"", bad[i].text, err, bad[i].message);
		assert_null(strchr(err, '\n'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),	   cmocka_unit_test(test_without_cases),
	    cmocka_unit_test(test_watches),	   cmocka_unit_test(test_interactive),
	    cmocka_unit_test(test_varies),	   cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_quoted_keyword), cmocka_unit_test(test_closed_words),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
