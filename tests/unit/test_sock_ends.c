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

#define LISTENER THEIRS
#define ACCEPTED 14

static struct ipc_state lone(__u32 flags)
{
	return (struct ipc_state){{0, 0, 1000, 0, flags, AF_UNIX | SOCK_STREAM << 8 | 1 << 16}};
}

static union any_event made(__u32 tid, __u64 ts, __u8 change, __u64 id, __s32 fd, __u32 flags)
{
	union any_event r = reference(tid, ts, change, id, fd);

	r.object.state = lone(flags);
	r.object.released = change == OBJ_CLOSED;
	return r;
}

/* waiter (3) has connected to the listener of locker (2), by connection 77. */
static struct run *with_connection(void)
{
	union any_event op = with_state(call(3, MS, "connect", 0, 0), lone(SOCKF_PENDING));
	struct run *r = with_tasks();

	op.op.socket = LISTENER;
	op.op.connection = 77;
	run_feed(r, made(2, 10, OBJ_CREATED, LISTENER, 4, SOCKF_LISTENS | SOCKF_QUEUED));
	run_feed(r, made(3, 20, OBJ_CREATED, OWN, 5, 0));
	run_feed(r, op);
	return r;
}

static struct run *with_listener_closed(void)
{
	struct run *r = with_connection();

	run_feed(r, made(2, 2 * MS, OBJ_CLOSED, LISTENER, 4, SOCKF_LISTENS | SOCKF_QUEUED));
	return r;
}

static void closed_with_its_backlog(void **state)
{
	struct ipc_state st =
	    lone(SOCKF_PEER_GONE | SOCKF_UNACCEPTED | SOCKF_SHUT_READ | SOCKF_SHUT_WRITE);
	union any_event w;

	fails(with_listener_closed(), with_state(call(3, 3 * MS, "read", -ECONNRESET, 9), st),
	      CAUSE_RESET,
	      "ECONNRESET: nobody had accepted the connection when its listener was closed: locker "
	      "closed fd 4 at 2.000 ms");
	fails(with_listener_closed(), with_state(call(3, 3 * MS, "sendto", -EPIPE, 9), st),
	      CAUSE_PEER_CLOSED,
	      "EPIPE: the other end is closed since locker closed fd 4 at 2.000 ms");
	/* Who closed it was not seen. */
	fails(
	    with_connection(), with_state(call(3, 3 * MS, "read", -ECONNRESET, 9), st), CAUSE_RESET,
	    "ECONNRESET: nobody had accepted the connection when its listener was closed; by whom "
	    "was not seen");
	/* It was accepted after all: then the close of the listener is not why. */
	st.v[SOCK_FLAGS] &= ~(__u32)SOCKF_UNACCEPTED;
	fails(with_listener_closed(), with_state(call(3, 3 * MS, "read", -ECONNRESET, 9), st),
	      CAUSE_RESET,
	      "ECONNRESET: the other end was closed with bytes that it had not read, or before it "
	      "was accepted; by whom was not seen");

	/* The wakeup is proven by its state, or by the close's record. */
	w = asleep("read", WAIT_SOCK_EMPTY, lone(SOCKF_PENDING));
	w.wait.state_woken = lone(SOCKF_PEER_GONE);
	{
		struct run *r = with_connection();

		run_feed(r, made(2, 20 * MS - 500, OBJ_CLOSED, LISTENER, 4, SOCKF_LISTENS));
		run_feed(r, woken(w, "close", LISTENER));
		says(r, FACT_WAKE, CAUSE_LAST_CLOSE,
		     "woken after 15.0 ms: locker closed sock:[12] (close, fd 4)");
		r = with_connection();
		run_feed(r, woken(w, "close", LISTENER));
		says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (close)");
		w.wait.state_woken = lone(SOCKF_PEER_GONE | SOCKF_UNACCEPTED);
		r = with_connection();
		run_feed(r, woken(w, "close", LISTENER));
		says(r, FACT_WAKE, CAUSE_LAST_CLOSE,
		     "woken after 15.0 ms: locker closed sock:[12] (close, fd 4)");
	}
}

static union any_event accepts(__u64 connection)
{
	union any_event op = with_state(call(2, 3 * MS, "accept4", 6, 0), lone(SOCKF_LISTENS));

	op.op.socket = ACCEPTED;
	op.op.connection = connection;
	return op;
}

/* The client closes before the accept, so no state names it. */
static void closed_before_it_was_accepted(void **state)
{
	struct ipc_state st = lone(SOCKF_PEER_GONE | SOCKF_SHUT_READ | SOCKF_SHUT_WRITE);
	union any_event op = with_state(call(2, 4 * MS, "read", 0, 9), st);
	struct run *r = with_connection();

	op.op.obj = key(ACCEPTED);
	run_feed(r, made(3, 2 * MS, OBJ_CLOSED, OWN, 5, SOCKF_PENDING));
	fails(r, accepts(77), CAUSE_PEER_CLOSED,
	      "the other end is closed since waiter closed fd 5 at 2.000 ms");

	r = with_connection();
	run_feed(r, made(3, 2 * MS, OBJ_CLOSED, OWN, 5, SOCKF_PENDING));
	run_feed(r, accepts(77));
	run_feed(r, made(2, 3 * MS + 2000, OBJ_CREATED, ACCEPTED, 6, SOCKF_PEER_GONE));
	fails(r, op, CAUSE_PEER_CLOSED,
	      "end of file: the other end is closed since waiter closed fd 5 at 2.000 ms");

	/* Another connection, and one whose client lives. */
	r = with_connection();
	run_feed(r, made(3, 2 * MS, OBJ_CLOSED, OWN, 5, SOCKF_PENDING));
	run_feed(r, accepts(78));
	run_feed(r, made(2, 3 * MS + 2000, OBJ_CREATED, ACCEPTED, 6, SOCKF_PEER_GONE));
	fails(r, op, CAUSE_PEER_CLOSED,
	      "end of file: the other end is closed; by whom was not seen");
	fails(with_connection(), accepts(77), CAUSE_NONE, "");
}

static union any_event named(__u32 tid, __u64 ts, __u8 change, __u64 id, const char *name)
{
	union any_event r = made(tid, ts, change, id, tid == 3 ? 5 : 4, 0);

	snprintf(r.object.path, sizeof(r.object.path), "%s", name);
	return r;
}

/* locker's socket has the name that waiter wants. */
static struct run *with_names(const char *bound, const char *wanted)
{
	struct run *r = with_tasks();

	run_feed(r, made(2, 10, OBJ_CREATED, LISTENER, 4, 0));
	run_feed(r, made(3, 20, OBJ_CREATED, OWN, 5, 0));
	run_feed(r, named(2, 100, OBJ_NAMED, LISTENER, bound));
	run_feed(r, named(3, 2 * MS, OBJ_CONNECTS, OWN, wanted));
	return r;
}

static void refuses(struct run *r, const char *want)
{
	fails(r, with_state(call(3, 3 * MS, "connect", -ECONNREFUSED, 0), lone(0)), CAUSE_REFUSED,
	      want);
}

static void nobody_listens_any_more(void **state)
{
	union any_event shut = asked(call(2, MS, "shutdown", 0, 0), SHUT_RD);
	union any_event closes = made(2, MS, OBJ_CLOSED, LISTENER, 4, 0);
	static const char nobody[] = "ECONNREFUSED: nobody listens there";
	char longest[PATH_LEN];
	struct run *r;

	r = with_names("/run/it", "/run/it");
	run_feed(r, closes);
	refuses(r,
		"ECONNREFUSED: nobody listens there any more: sock:[12] (/run/it), which had that "
		"name, is closed since locker closed fd 4 at 1.000 ms");
	r = with_names("@it", "@it");
	run_feed(r, with_state(shut, lone(0)));
	refuses(r,
		"ECONNREFUSED: nobody listens there any more: locker shut sock:[12] (@it), which "
		"has that name, down (shutdown, fd 4) at 1.001 ms");
	/* A shutdown of writing alone refuses nobody. */
	r = with_names("@it", "@it");
	run_feed(r, with_state(asked(call(2, MS, "shutdown", 0, 0), SHUT_WR), lone(0)));
	refuses(r, nobody);
	/* It never listened; the name is another; it says where only to who knows the directory, or not all. */
	refuses(with_names("@it", "@it"), nobody);
	r = with_names("/run/it", "/run/other");
	run_feed(r, closes);
	refuses(r, nobody);
	r = with_names("it", "it");
	run_feed(r, closes);
	refuses(r, nobody);
	memset(longest, '/', sizeof(longest));
	longest[PATH_LEN - 1] = '\0';
	r = with_names(longest, longest);
	run_feed(r, closes);
	refuses(r, nobody);
	/* The last one counts that had the name. */
	r = with_names("@it", "@it");
	run_feed(r, closes);
	run_feed(r, made(2, MS + 1000, OBJ_CREATED, ACCEPTED, 6, 0));
	run_feed(r, named(2, MS + 2000, OBJ_NAMED, ACCEPTED, "@it"));
	refuses(r, nobody);
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
	    cmocka_unit_test(closed_with_its_backlog),
	    cmocka_unit_test(closed_before_it_was_accepted),
	    cmocka_unit_test(nobody_listens_any_more),
	    cmocka_unit_test(options),
	    cmocka_unit_test(more_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
