// SPDX-License-Identifier: GPL-2.0
/* Tests words/fields.c: every kind of fact by its fields, and the short names of .expect files. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "words/fields.h"
#include "text/phrase.h"

static struct object a_pipe = {
    .key = {.id = 5123, .dev = 14, .mech = MECH_PIPE},
    .name = "pipe:[5123]",
    .state = {{16, 16, 65520, 16, 1, 1}},
    .state_known = true,
};

static union any_event rec;

static struct fact a_fact(enum fact_kind kind, __u64 t)
{
	struct fact f = {
	    .kind = kind, .t = t, .who = {.pid = 813, .tid = 814, .comm = "writer"}, .rec = &rec};

	memset(&rec, 0, sizeof(rec));
	f.cause.nr = -1;
	f.cause.fd = -1;
	return f;
}

static void is_int(const struct fields *fs, const char *name, __s64 want)
{
	const struct field *f = fields__get(fs, name);

	if (!f)
		fail_msg("no field %s", name);
	if (f->type == FIELD_STRING)
		fail_msg("%s is a string", name);
	if (f->i != want)
		fail_msg("%s is %lld, not %lld", name, (long long)f->i, (long long)want);
}

static void is_string(const struct fields *fs, const char *name, const char *want)
{
	const struct field *f = fields__get(fs, name);

	if (!f)
		fail_msg("no field %s", name);
	assert_int_equal(f->type, FIELD_STRING);
	assert_string_equal(f->s, want);
}

static void absent(const struct fields *fs, const char *name)
{
	if (fields__get(fs, name))
		fail_msg("field %s is there", name);
}

static void test_op(void **state)
{
	struct fact f = a_fact(FACT_OP, 7000);
	struct fields fs;

	f.obj = &a_pipe;
	rec.op = (struct ev_op){.e = {.ts = 107000, .flags = EVF_SLEPT},
				.start = 106000,
				.ret = -EPIPE,
				.arg = 13,
				.obj = a_pipe.key,
				.before = a_pipe.state,
				.after = {{16, 16, 65520, 16, 0, 1}},
				.fd = 4,
				.nr = SYS_write,
				.op = OPC_WRITE};
	f.cause = (struct cause){.kind = CAUSE_NO_READERS,
				 .by_known = true,
				 .by = {.pid = 812, .tid = 812, .comm = "reader"},
				 .nr = SYS_close,
				 .fd = 3,
				 .change = OBJ_CLOSED,
				 .t = 5000,
				 .obj = &a_pipe};
	fact__fields(&f, &fs);
	assert_string_equal(fs.kind, "op");
	assert_string_equal(fs.f[0].name, "t");
	is_int(&fs, "t", 7000);
	is_int(&fs, "pid", 813);
	is_int(&fs, "tid", 814);
	is_string(&fs, "comm", "writer");
	is_string(&fs, "op", "write");
	is_string(&fs, "class", "write");
	is_int(&fs, "fd", 4);
	is_string(&fs, "object", "pipe:[5123]");
	is_int(&fs, "ret", -EPIPE);
	is_string(&fs, "error", "EPIPE");
	is_int(&fs, "duration", 1000);
	is_int(&fs, "slept", 1);
	is_int(&fs, "nonblock", 0);
	is_int(&fs, "before.readers", 1);
	is_int(&fs, "after.readers", 0);
	is_int(&fs, "readers", 0);
	is_string(&fs, "cause", "no-readers");
	is_string(&fs, "cause.kind", "no-readers");
	is_string(&fs, "cause.comm", "reader");
	is_string(&fs, "cause.op", "close");
	is_int(&fs, "cause.fd", 3);
	is_int(&fs, "cause.t", 5000);
	is_string(&fs, "cause.how", "closed");
	is_string(&fs, "cause.object", "pipe:[5123]");
	absent(&fs, "cmd");
	absent(&fs, "reader");
	absent(&fs, "after");
	absent(&fs, "");
}

static void test_op_variants(void **state)
{
	struct fact f = a_fact(FACT_OP, 1);
	struct fields fs;

	rec.op.nr = SYS_fcntl;
	rec.op.op = OPC_CONTROL;
	rec.op.cmd = F_SETPIPE_SZ;
	rec.op.fd = -1;
	rec.op.ret = -512;
	fact__fields(&f, &fs);
	is_string(&fs, "cmd", "F_SETPIPE_SZ");
	is_string(&fs, "error", "ERESTARTSYS");
	absent(&fs, "fd");
	absent(&fs, "object");
	absent(&fs, "cause");
	absent(&fs, "after.used");
	rec.op.cmd = 7777;
	rec.op.ret = -4000;
	fact__fields(&f, &fs);
	is_int(&fs, "cmd", 7777);
	is_string(&fs, "error", "4000");
	/* A large result of lseek is no error. */
	rec.op.ret = -1000000;
	rec.op.e.flags = EVF_IO_URING;
	fact__fields(&f, &fs);
	absent(&fs, "error");
	absent(&fs, "op");
	is_int(&fs, "io_uring", 1);
	/* If the state could not be read, there is none, not zeros. */
	f.obj = &a_pipe;
	rec.op.obj = a_pipe.key;
	rec.op.e.flags = EVF_NO_STATE;
	fact__fields(&f, &fs);
	absent(&fs, "used");
}

static void test_epoll_ctl(void **state)
{
	struct fact f = a_fact(FACT_OP, 5000);
	struct fields fs;
	char call[CALL_LEN];

	rec.op.nr = SYS_epoll_ctl;
	rec.op.op = OPC_EPOLL_CTL;
	rec.op.cmd = EPOLL_CTL_MOD;
	rec.op.fd = 3;
	rec.op.type = 4;
	rec.op.key = EPOLLIN | EPOLLONESHOT | EPOLLET;
	rec.op.bits = EPOLLF_ASKED;
	fact__fields(&f, &fs);
	is_string(&fs, "cmd", "EPOLL_CTL_MOD");
	is_int(&fs, "epfd", 4);
	is_string(&fs, "events", "EPOLLIN|EPOLLONESHOT|EPOLLET");
	phrase__call(&f, call);
	assert_string_equal(call, "epoll_ctl 4 MOD 3 IN|ONESHOT|ET");
	rec.op.key = 0;
	phrase__call(&f, call);
	assert_string_equal(call, "epoll_ctl 4 MOD 3 0");
	rec.op.cmd = EPOLL_CTL_DEL;
	rec.op.bits |= EPOLLF_NO_EVENTS;
	fact__fields(&f, &fs);
	absent(&fs, "events");
	phrase__call(&f, call);
	assert_string_equal(call, "epoll_ctl 4 DEL 3");
	/* An older record says neither. */
	rec.op.bits = 0;
	fact__fields(&f, &fs);
	absent(&fs, "epfd");
	absent(&fs, "events");
	phrase__call(&f, call);
	assert_string_equal(call, "epoll_ctl");
}

static void test_wait(void **state)
{
	struct fact f = a_fact(FACT_BLOCK, 2000);
	struct fields fs;

	f.obj = &a_pipe;
	rec.wait = (struct ev_wait){.e = {.ts = 109000},
				    .slept = 102000,
				    .woken = 108000,
				    .obj = a_pipe.key,
				    .state = a_pipe.state,
				    .state_woken = {{15, 16, 61440, 16, 1, 1}},
				    .fd = 4,
				    .nr = SYS_write,
				    .op = OPC_WRITE,
				    .reason = WAIT_PIPE_FULL,
				    .waker = {.pid = 812,
					      .tid = 812,
					      .obj = a_pipe.key,
					      .fd = 3,
					      .nr = SYS_read,
					      .ctx = WAKE_TASK,
					      .comm = "reader"}};
	fact__fields(&f, &fs);
	assert_string_equal(fs.kind, "wait");
	is_string(&fs, "reason", "full");
	is_int(&fs, "slept_at", 2000);
	is_int(&fs, "used", 16);
	absent(&fs, "slept");
	absent(&fs, "woken_at");
	absent(&fs, "waker.pid");
	absent(&fs, "open");

	f.kind = FACT_WAKE;
	f.t = 9000;
	fact__fields(&f, &fs);
	is_int(&fs, "slept_at", 2000);
	is_int(&fs, "woken_at", 8000);
	is_int(&fs, "slept", 6000);
	is_int(&fs, "delay", 1000);
	is_int(&fs, "open", 0);
	is_int(&fs, "state.used", 16);
	is_int(&fs, "state_woken.used", 15);
	is_string(&fs, "waker.ctx", "task");
	is_int(&fs, "waker.pid", 812);
	is_string(&fs, "waker.op", "read");
	is_int(&fs, "waker.fd", 3);
	is_string(&fs, "waker.object", "pipe:[5123]");
	absent(&fs, "waker.sig");

	/* By what it did with another object: as that is called wherever it has no path. */
	rec.wait.waker.obj = (struct ipc_object){.id = 78, .dev = 8 << 20 | 1, .mech = MECH_FIFO};
	fact__fields(&f, &fs);
	is_string(&fs, "waker.object", "fifo:[8:1:78]");
	rec.wait.waker.obj = (struct ipc_object){.id = 0xabc, .mech = MECH_EPOLL};
	fact__fields(&f, &fs);
	is_string(&fs, "waker.object", "epoll:[abc]");
	rec.wait.waker.obj = a_pipe.key;

	/* Woken before the switch: the state was not read then. */
	rec.wait.e.flags = EVF_NO_WOKEN;
	fact__fields(&f, &fs);
	is_int(&fs, "state.used", 16);
	absent(&fs, "state_woken.used");

	/* No hook saw it run again, but one saw it woken. */
	rec.wait.e.flags = EVF_LATE;
	fact__fields(&f, &fs);
	is_int(&fs, "slept", 6000);
	absent(&fs, "delay");
}

static void test_wait_variants(void **state)
{
	struct fact f = a_fact(FACT_WAKE, 9000);
	struct fields fs;

	rec.wait = (struct ev_wait){
	    .e = {.ts = 109000, .flags = EVF_OPEN}, .slept = 102000, .fd = -1, .nr = SYS_wait4};
	fact__fields(&f, &fs);
	is_string(&fs, "reason", "unknown");
	is_int(&fs, "open", 1);
	is_int(&fs, "slept", 7000);
	absent(&fs, "woken_at");
	absent(&fs, "delay");
	absent(&fs, "waker.ctx");
	/* Below a timer there is a task that has nothing to do with it. */
	rec.wait.e.flags = 0;
	rec.wait.woken = 108000;
	rec.wait.waker =
	    (struct ev_waker){.pid = 1, .tid = 1, .ctx = WAKE_TIMER, .comm = "innocent"};
	fact__fields(&f, &fs);
	is_string(&fs, "waker.ctx", "timer");
	absent(&fs, "waker.pid");
	absent(&fs, "waker.comm");
}

static void test_signal(void **state)
{
	struct fact f = a_fact(FACT_SIGNAL, 5);
	struct fields fs;

	rec.signal = (struct ev_signal){.sig = SIGPIPE,
					.code = 128,
					.result = 2,
					.sender = {.pid = 813,
						   .tid = 814,
						   .fd = 4,
						   .nr = SYS_write,
						   .ctx = WAKE_TASK,
						   .obj = a_pipe.key,
						   .comm = "writer"}};
	f.cause.kind = CAUSE_UNKNOWN;
	fact__fields(&f, &fs);
	assert_string_equal(fs.kind, "signal");
	is_string(&fs, "event", "generated");
	is_string(&fs, "sig", "SIGPIPE");
	is_int(&fs, "signo", SIGPIPE);
	is_string(&fs, "result", "coalesced");
	is_string(&fs, "sender.comm", "writer");
	is_string(&fs, "sender.object", "pipe:[5123]");
	is_string(&fs, "cause", "unknown");
	absent(&fs, "cause.pid");
	absent(&fs, "handler");

	f = a_fact(FACT_DELIVER, 6);
	rec.signal = (struct ev_signal){.sig = SIGKILL, .fatal = SIGPIPE};
	fact__fields(&f, &fs);
	is_string(&fs, "event", "delivered");
	is_string(&fs, "fatal", "SIGPIPE");
	is_string(&fs, "handler", "default");
	absent(&fs, "result");
	absent(&fs, "sender.pid");
	rec.signal = (struct ev_signal){.sig = SIGPIPE, .handler = 0x401000};
	fact__fields(&f, &fs);
	is_string(&fs, "handler", "handler");
	absent(&fs, "fatal");
}

static void test_life(void **state)
{
	struct fact f = a_fact(FACT_FORK, 5);
	struct fields fs;

	rec.life = (struct ev_life){
	    .e = {.pid = 813}, .child_pid = 900, .child_tid = 900, .comm = "child"};
	fact__fields(&f, &fs);
	assert_string_equal(fs.kind, "fork");
	is_int(&fs, "child.pid", 900);
	is_string(&fs, "child.comm", "child");
	is_int(&fs, "thread", 0);
	f.kind = FACT_EXIT;
	rec.life.code = SIGPIPE | 0x80;
	rec.life.last = 1;
	fact__fields(&f, &fs);
	is_string(&fs, "signal", "SIGPIPE");
	is_int(&fs, "core", 1);
	is_int(&fs, "last", 1);
	absent(&fs, "status");
	rec.life.code = 3 << 8;
	fact__fields(&f, &fs);
	is_int(&fs, "status", 3);
	absent(&fs, "signal");
	/* Fields of the record that are not NUL-terminated. */
	f.kind = FACT_EXEC;
	memset(rec.life.path, 'p', PATH_LEN);
	memset(rec.life.comm, 'c', COMM_LEN);
	fact__fields(&f, &fs);
	assert_int_equal(strlen(fields__get(&fs, "path")->s), PATH_LEN);
	assert_int_equal(strlen(fields__get(&fs, "name")->s), COMM_LEN);
}

static void test_object(void **state)
{
	struct fact f = a_fact(FACT_OBJECT, 5);
	struct fields fs;

	/* The record has the state before the close; the fact's object has the one after it. */
	f.obj = &a_pipe;
	f.released = true;
	rec.object = (struct ev_object){.obj = a_pipe.key,
					.state = {{0, 16, 0, 16, 2, 1}},
					.file = 0xabc,
					.refs = 1,
					.fd = 3,
					.nr = SYS_close,
					.change = OBJ_CLOSED,
					.end = END_READ};
	fact__fields(&f, &fs);
	assert_string_equal(fs.kind, "object");
	is_string(&fs, "event", "closed");
	is_string(&fs, "end", "read");
	is_string(&fs, "file", "2748");
	is_string(&fs, "op", "close");
	is_int(&fs, "refs", 1);
	is_int(&fs, "released", 1);
	is_int(&fs, "readers", 1);
	absent(&fs, "path");
	/* No system call closes at exit. */
	rec.object.change = OBJ_EXIT_CLOSED;
	fact__fields(&f, &fs);
	is_string(&fs, "event", "exit-closed");
	absent(&fs, "op");
}

static void test_lost(void **state)
{
	struct fact f = a_fact(FACT_LOST, 5);
	struct fields fs;

	rec.lost = (struct ev_lost){.count = 17, .cause = LOST_NESTED};
	fact__fields(&f, &fs);
	assert_string_equal(fs.kind, "lost");
	is_string(&fs, "cause", "nested");
	is_int(&fs, "count", 17);
	absent(&fs, "pid");
}

/* Longest of everything: nothing is written beyond, and what is there is whole. */
static void test_room(void **state)
{
	struct fact f = a_fact(FACT_WAKE, 9000);
	struct object long_name = a_pipe;
	struct fields fs;

	memset(long_name.name, 'x', sizeof(long_name.name) - 1);
	memset(f.who.comm, 'w', COMM_LEN);
	f.obj = &long_name;
	rec.wait = (struct ev_wait){
	    .slept = 1,
	    .woken = 2,
	    .obj = a_pipe.key,
	    .nr = SYS_write,
	    .waker = {
		.tid = 1, .ctx = WAKE_SIGNAL, .sig = SIGTERM, .obj = a_pipe.key, .nr = SYS_kill}};
	memset(rec.wait.waker.comm, 'k', COMM_LEN);
	f.cause = (struct cause){.kind = CAUSE_SIGNALLED,
				 .by_known = true,
				 .nr = SYS_kill,
				 .fd = 1,
				 .sig = SIGTERM,
				 .change = OBJ_CLOSED,
				 .t = 1,
				 .obj = &long_name};
	memset(f.cause.by.comm, 'b', COMM_LEN);
	fact__fields(&f, &fs);
	assert_true(fs.n < FIELDS_MAX);
	assert_true(fs.text_used < sizeof(fs.text));
	assert_int_equal(strlen(fields__get(&fs, "comm")->s), COMM_LEN);
	assert_int_equal(strlen(fields__get(&fs, "cause.comm")->s), COMM_LEN);
	assert_int_equal(strlen(fields__get(&fs, "cause.object")->s), sizeof(long_name.name) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_op),
	    cmocka_unit_test(test_op_variants),
	    cmocka_unit_test(test_epoll_ctl),
	    cmocka_unit_test(test_wait),
	    cmocka_unit_test(test_wait_variants),
	    cmocka_unit_test(test_signal),
	    cmocka_unit_test(test_life),
	    cmocka_unit_test(test_object),
	    cmocka_unit_test(test_lost),
	    cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
