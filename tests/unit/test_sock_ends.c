/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of sockets that are polled for room, of what ends a connection before it is accepted, and of their options. */
#include <stdio.h>
#include <sys/epoll.h>

#include "sock_rig.h"

static union any_event polls(void)
{
	union any_event w = rec_wait(3, 1 * MS, 300 * MS, 301 * MS, "poll", WAIT_PIPE_POLL, 0);

	w.wait.obj = key(OWN);
	w.wait.fd = 5;
	w.wait.value = w.wait.arg = 1;
	w.wait.state = sock(OWN, 0, 1200);
	return w;
}

static union any_event watch(__u32 events, __u32 used)
{
	union any_event r = {.watch = {.e = {.ts = 1 * MS,
					     .pid = 3,
					     .tid = 3,
					     .size = sizeof(struct ev_watch),
					     .kind = EV_WATCH},
				       .obj = key(OWN),
				       .used = used,
				       .slots = 1000,
				       .fd = 5,
				       .events = events,
				       .end = END_READ | END_WRITE}};

	return r;
}

static void polled(__u32 events, __u32 used, const char *want)
{
	struct run *r = with_pair();
	char all[256];

	run_feed(r, watch(events, used));
	run_feed(r, polls());
	snprintf(all, sizeof(all),
		 "waiter sleeps: no event that it polls for: sock:[13]%s; locker (fd 4) holds the "
		 "other end and is not %sing",
		 want, events & EPOLLIN ? "writ" : "read");
	says(r, FACT_BLOCK, CAUSE_STATE, all);
}

/* unix_writable(): three quarters have to be free, though a write would succeed. */
static void polls_for_room(void **state)
{
	polled(EPOLLOUT, 1200, " (full: 1200 of 1000 bytes of memory)");
	polled(EPOLLIN | EPOLLOUT, 1000, " (full: 1000 of 1000 bytes of memory)");
	polled(EPOLLOUT, 251,
	       " (251 of 1000 bytes of memory are used: a poll waits until three quarters are "
	       "free)");
	polled(EPOLLOUT, 250, "");
	polled(EPOLLIN, 1200, "");
}

static union any_event option(int name, __s64 value, __u8 bits)
{
	union any_event op = asked(call(3, MS, "setsockopt", 0, 0), name);

	op.op.value = value;
	op.op.bits = bits;
	return op;
}

static void set(int name, __s64 value, const char *cmd, const char *want)
{
	union any_event op = option(name, value, 0);
	struct run *r = with_pair();
	struct fields fs;
	char buf[96];

	assert_true(sock__lane_call(&op.op, buf, sizeof(buf)));
	assert_string_equal(buf, want);
	run_feed(r, op);
	fact__fields(&last(r, FACT_OP)->f, &fs);
	assert_string_equal(fields__get(&fs, "cmd")->s, cmd);
	assert_int_equal(fields__get(&fs, "value")->i, value);
	assert_null(fields__get(&fs, "arg"));
	run_free(r);
}

static void options(void **state)
{
	union any_event unread = option(SO_RCVLOWAT, 0, OPF_NO_ARG);
	char buf[96];

	set(SO_RCVTIMEO, 50 * MS, "SO_RCVTIMEO", "setsockopt SO_RCVTIMEO 50.0 ms");
	set(SO_SNDTIMEO_NEW, 0, "SO_SNDTIMEO", "setsockopt SO_SNDTIMEO 0 (for ever)");
	set(SO_RCVTIMEO_OLD, -1, "SO_RCVTIMEO", "setsockopt SO_RCVTIMEO below 0");
	set(SO_LINGER, 5000 * MS, "SO_LINGER", "setsockopt SO_LINGER 5.00 s");
	set(SO_LINGER, SOCKOPT_NO_LINGER, "SO_LINGER", "setsockopt SO_LINGER off");
	set(SO_LINGER, 0, "SO_LINGER", "setsockopt SO_LINGER 0");
	set(SO_SNDBUF, 4096, "SO_SNDBUF", "setsockopt SO_SNDBUF 4096");
	set(SO_RCVBUFFORCE, 1 << 20, "SO_RCVBUFFORCE", "setsockopt SO_RCVBUFFORCE 1048576");
	set(SO_RCVLOWAT, -1, "SO_RCVLOWAT", "setsockopt SO_RCVLOWAT -1");
	has(unread, "value", false, 0);
	assert_true(sock__lane_call(&unread.op, buf, sizeof(buf)));
	assert_string_equal(buf, "setsockopt SO_RCVLOWAT");
	/* By a newer ipctrace. */
	has(option(77, 3, 0), "cmd", true, 77);
}

/* It wakes who waits for room. */
static void more_room(void **state)
{
	struct run *r = with_pair();

	run_feed(r, woken(asleep("write", WAIT_SOCK_FULL, sock(OWN, 0, 1200)), "setsockopt", OWN));
	says(r, FACT_WAKE, CAUSE_RESIZE,
	     "woken after 15.0 ms: locker changed the size of sock:[13] (setsockopt, fd 4)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(polls_for_room),
	    cmocka_unit_test(options),
	    cmocka_unit_test(more_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
