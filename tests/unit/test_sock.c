/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of sockets: who sleeps and who ends that, why a call failed, peers, names, the fields, the rows. */
#include <string.h>

#include "sock_rig.h"

static void who_could_end_it(void **state)
{
	struct run *r;

	sleeps(with_pair(), asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)),
	       "waiter sleeps: there is nothing to read; locker (fd 4) holds the other end and is "
	       "not writing");
	sleeps(with_pair(), asleep("write", WAIT_SOCK_FULL, sock(OWN, 0, 1200)),
	       "waiter sleeps: what it has sent takes 1200 bytes of memory, its limit is 1000; "
	       "locker (fd 4) holds the other end and is not reading");
	/* Nobody who is followed holds it. */
	sleeps(with_tasks(), asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)),
	       "waiter sleeps: there is nothing to read; who holds the other end is not known");
	sleeps(with_tasks(),
	       asleep("read", WAIT_SOCK_EMPTY,
		      (struct ipc_state){{0, 0, 1000, 0, SOCKF_PENDING, AF_UNIX | 1 << 8}}),
	       "waiter sleeps: there is nothing to read; nobody has accepted its connection yet");
	/* On its way in a message. */
	r = with_pair();
	run_feed(r, reference(2, 30, OBJ_SENT, THEIRS, 4));
	run_feed(r, reference(2, 40, OBJ_CLOSED, THEIRS, 4));
	sleeps(r, asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)),
	       "waiter sleeps: there is nothing to read; a message on its way from locker holds "
	       "the other end");
}

static void wakes(union any_event op, union any_event w, enum cause_kind cause, const char *want)
{
	struct run *r = with_pair();

	if (op.e.kind)
		run_feed(r, op);
	run_feed(r, w);
	says(r, FACT_WAKE, cause, want);
}

static void who_ended_it(void **state)
{
	union any_event empty = asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0));
	union any_event full = asleep("sendto", WAIT_SOCK_FULL, sock(OWN, 0, 1200));

	wakes(call(2, 20 * MS - 500, "write", 5, 5), woken(empty, "write", THEIRS), CAUSE_DATA,
	      "woken after 15.0 ms: locker wrote 5 bytes by sock:[12] (fd 4)");
	wakes(call(2, 20 * MS - 500, "sendto", 5, 5), woken(empty, "sendto", THEIRS), CAUSE_DATA,
	      "woken after 15.0 ms: locker sent 5 bytes by sock:[12] (sendto, fd 4)");
	wakes(call(2, 20 * MS - 500, "recvfrom", 7, 9), woken(full, "recvfrom", THEIRS),
	      CAUSE_SPACE,
	      "woken after 15.0 ms: locker received 7 bytes by sock:[12] (recvfrom, fd 4)");
	wakes((union any_event){0}, woken(empty, "shutdown", THEIRS), CAUSE_SHUTDOWN,
	      "woken after 15.0 ms: locker shut sock:[12], the other end, down (shutdown, fd 4)");
	wakes((union any_event){0}, woken(empty, "shutdown", OWN), CAUSE_SHUTDOWN,
	      "woken after 15.0 ms: locker shut sock:[13] down (shutdown, fd 4)");
	/* On a socket that is neither: by whom is known, why is not. */
	wakes((union any_event){0}, woken(empty, "write", 99), CAUSE_TASK,
	      "woken after 15.0 ms by locker (write)");
}

/* The records of the sleep name the peer, though no other record has. */
static void peer_by_number(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, woken(asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)), "write", THEIRS));
	says(r, FACT_WAKE, CAUSE_DATA,
	     "woken after 15.0 ms: locker wrote data by sock:[12] (fd 4)");
}

static void closed(void **state)
{
	union any_event w = asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0));
	struct run *r = with_pair();

	run_feed(r, closes(2, 20 * MS - 500, THEIRS, 0));
	run_feed(r, woken(w, "close", THEIRS));
	says(r, FACT_WAKE, CAUSE_LAST_CLOSE,
	     "woken after 15.0 ms: locker closed sock:[12], the other end (close, fd 4)");
	/* By an exit, whose record has not come: the states tell. */
	r = with_pair();
	w.wait.state_woken = flagged(sock(OWN, 0, 0), SOCKF_PEER_GONE | SOCKF_SHUT_READ);
	run_feed(r, woken_by(w, WAKE_EXIT, 2, "locker", NULL, 0));
	says(r, FACT_WAKE, CAUSE_LAST_CLOSE,
	     "woken after 15.0 ms: locker exited, and with it sock:[12], the other end");
	/* A descriptor of several: nothing has ended. */
	r = with_pair();
	w.wait.state_woken = sock(OWN, 0, 0);
	run_feed(r, woken(w, "close", THEIRS));
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (close)");
}

static void datagrams(void **state)
{
	struct ipc_state st = typed(sock(OWN, 0, 0), SOCK_DGRAM);
	union any_event w;

	st.v[SOCK_PEER] = 0;
	st.v[SOCK_FLAGS] = SOCKF_QUEUED;
	w = asleep("recvfrom", WAIT_SOCK_EMPTY, st);
	/* Who sends by a socket that is not its peer. */
	wakes(call(2, 20 * MS - 500, "sendto", 5, 5), woken(w, "sendto", 99), CAUSE_DATA,
	      "woken after 15.0 ms: locker sent data by sock:[99] (sendto, fd 4)");
	sleeps(with_tasks(), w, "waiter sleeps: there is nothing to read");
	fails(with_tasks(), with_state(call(3, MS, "recvfrom", 0, 16), st), CAUSE_NONE,
	      "a message without a byte");
	st.v[SOCK_USED] = 11;
	st.v[SOCK_LIMIT] = 10;
	w = asleep("sendto", WAIT_SOCK_PEER_FULL, st);
	w.wait.obj = key(THEIRS);
	sleeps(with_pair(), w,
	       "waiter sleeps: the receiver's queue is full: 11 messages, and it takes no more; "
	       "locker (fd 4) holds it and is not reading");
	wakes(call(2, 20 * MS - 500, "recvfrom", 5, 5), woken(w, "recvfrom", THEIRS), CAUSE_SPACE,
	      "woken after 15.0 ms: locker received 5 bytes by sock:[12] (recvfrom, fd 4)");
}

/* Who is sent to has no peer: it is known by the number that the sender's state had. */
static void receiver_closed(void **state)
{
	struct ipc_state st = typed(sock(OWN, 0, 0), SOCK_DGRAM);
	struct run *r = with_tasks();

	st.v[SOCK_FLAGS] = 0;
	run_feed(r, reference(2, 10, OBJ_CREATED, THEIRS, 4));
	run_feed(r, with_state(call(3, MS, "connect", 0, 0), st));
	run_feed(r, closes(2, 2 * MS, THEIRS, 0));
	fails(r,
	      with_state(call(3, 5 * MS, "sendto", -ECONNREFUSED, 9), flagged(st, SOCKF_PEER_GONE)),
	      CAUSE_PEER_CLOSED,
	      "ECONNREFUSED: the other end is closed since locker closed fd 4 at 2.000 ms");
}

static void connections(void **state)
{
	struct ipc_state st = {{0, 0, 128, 0, SOCKF_LISTENS | SOCKF_QUEUED, AF_UNIX | 1 << 8}};
	union any_event w = asleep("accept", WAIT_SOCK_ACCEPT, st);

	sleeps(with_tasks(), w, "waiter sleeps: nobody connects");
	wakes((union any_event){0}, woken(w, "connect", 99), CAUSE_CONNECTION,
	      "woken after 15.0 ms: locker connected (connect, fd 4)");
	st.v[SOCK_USED] = 2;
	st.v[SOCK_LIMIT] = 1;
	w = asleep("connect", WAIT_SOCK_BACKLOG, st);
	w.wait.obj = key(THEIRS);
	sleeps(with_pair(), w,
	       "waiter sleeps: the backlog is full: 2 connections not accepted yet, its limit is "
	       "1; locker (fd 4) holds it and is not accepting");
	wakes((union any_event){0}, woken(w, "accept", THEIRS), CAUSE_ACCEPTED,
	      "woken after 15.0 ms: locker accepted a connection (accept, fd 4)");
}

static void end_of_file(void **state)
{
	struct ipc_state gone =
	    flagged(sock(OWN, 0, 0), SOCKF_PEER_GONE | SOCKF_SHUT_READ | SOCKF_SHUT_WRITE);
	struct ipc_state half = flagged(sock(OWN, 0, 0), SOCKF_SHUT_READ);
	struct run *r = with_pair();

	run_feed(r, closes(2, 2 * MS, THEIRS, 0));
	fails(r, with_state(call(3, 5 * MS, "read", 0, 16), gone), CAUSE_PEER_CLOSED,
	      "end of file: the other end is closed since locker closed fd 4 at 2.000 ms");
	fails(with_tasks(), with_state(call(3, 5 * MS, "read", 0, 16), gone), CAUSE_PEER_CLOSED,
	      "end of file: the other end is closed; by whom was not seen");
	r = with_pair();
	run_feed(r, asked(call(2, 2 * MS, "shutdown", 0, 0), SHUT_WR));
	fails(r, with_state(call(3, 5 * MS, "recvfrom", 0, 16), half), CAUSE_PEER_SHUT,
	      "end of file: locker shut sock:[12], the other end, down (shutdown, fd 4) at 2.001 "
	      "ms");
	/* The first of both is why. */
	r = with_pair();
	run_feed(r, asked(call(2, 2 * MS, "shutdown", 0, 0), SHUT_WR));
	run_feed(r, closes(2, 3 * MS, THEIRS, 0));
	fails(r, with_state(call(3, 5 * MS, "recvfrom", 0, 16), gone), CAUSE_PEER_SHUT,
	      "end of file: locker shut sock:[12], the other end, down (shutdown, fd 4) at 2.001 "
	      "ms");
	/* The half that its peer does not write by is not why. */
	r = with_pair();
	run_feed(r, asked(call(2, 2 * MS, "shutdown", 0, 0), SHUT_RD));
	fails(r, with_state(call(3, 5 * MS, "recvfrom", 0, 16), half), CAUSE_PEER_SHUT,
	      "end of file: one of both ends was shut down; by whom was not seen");
	r = with_pair();
	run_feed(r, asked(call(3, 2 * MS, "shutdown", 0, 0), SHUT_RD));
	fails(r, with_state(call(3, 5 * MS, "recvfrom", 0, 16), half), CAUSE_PEER_SHUT,
	      "end of file: waiter shut sock:[13] down (shutdown, fd 5) at 2.001 ms");
	/* Nothing shows that it is the end. */
	fails(with_pair(), call(3, 5 * MS, "read", 0, 16), CAUSE_UNKNOWN,
	      "nothing was read: the records do not show why");
	fails(with_pair(), call(3, 5 * MS, "read", 0, 0), CAUSE_NONE, "");
	fails(with_pair(),
	      with_state(call(3, 5 * MS, "read", 0, 16), typed(sock(OWN, 0, 0), SOCK_SEQPACKET)),
	      CAUSE_NONE, "a message without a byte");
}

static void broken(void **state)
{
	struct ipc_state gone =
	    flagged(sock(OWN, 0, 0), SOCKF_PEER_GONE | SOCKF_SHUT_READ | SOCKF_SHUT_WRITE);
	union any_event sig = rec_signal(3, 5 * MS, SIGPIPE, SI_USER, 3, "waiter", "write", 0);
	struct run *r = with_pair();

	sig.signal.sender.obj = key(OWN);
	run_feed(r, closes(2, 2 * MS, THEIRS, 0));
	run_feed(r, sig);
	run_feed(r, with_state(call(3, 5 * MS, "write", -EPIPE, 16), gone));
	run_finish(r);
	assert_string_equal(last(r, FACT_OP)->why,
			    "EPIPE: the other end is closed since locker closed fd 4 at 2.000 ms");
	says(r, FACT_SIGNAL, CAUSE_PEER_CLOSED,
	     "SIGPIPE: it writes to a socket that takes nothing more; the other end is closed "
	     "since locker closed fd 4 at 2.000 ms");
	r = with_pair();
	run_feed(r, asked(call(3, 2 * MS, "shutdown", 0, 0), SHUT_WR));
	fails(r,
	      with_state(call(3, 5 * MS, "sendto", -EPIPE, 16),
			 flagged(sock(OWN, 0, 0), SOCKF_SHUT_WRITE)),
	      CAUSE_PEER_SHUT, "EPIPE: waiter shut sock:[13] down (shutdown, fd 5) at 2.001 ms");
	fails(with_pair(), call(3, 5 * MS, "sendto", -EPIPE, 16), CAUSE_UNKNOWN,
	      "EPIPE: the records do not show why");
	r = with_pair();
	run_feed(r, closes(2, 2 * MS, THEIRS, 0));
	fails(r, with_state(call(3, 5 * MS, "write", 5, 16), gone), CAUSE_PEER_CLOSED,
	      "partial: 5 of 16 bytes were taken; the other end is closed since locker closed fd "
	      "4 at 2.000 ms");
}

static void resets(void **state)
{
	struct run *r = with_pair();

	run_feed(r, closes(2, 2 * MS, THEIRS, 7));
	run_feed(r, call(3, 5 * MS, "read", -ECONNRESET, 16));
	run_finish(r);
	assert_int_equal(last(r, FACT_OP)->f.cause.bytes, 7);
	assert_string_equal(last(r, FACT_OBJECT)->why,
			    "7 bytes were not read: the other end gets ECONNRESET");
	says(r, FACT_OP, CAUSE_RESET,
	     "ECONNRESET: the other end was closed with 7 bytes that it had not read: locker "
	     "closed fd 4 at 2.000 ms");
	fails(with_pair(), call(3, 5 * MS, "read", -ECONNRESET, 16), CAUSE_RESET,
	      "ECONNRESET: the other end was closed with bytes that it had not read, or before it "
	      "was accepted; by whom was not seen");
}

static union any_event nonblocking(union any_event op)
{
	op.e.flags |= EVF_NONBLOCK;
	return op;
}

static void would_wait(void **state)
{
	struct ipc_state listener = {
	    {0, 0, 128, 0, SOCKF_LISTENS | SOCKF_QUEUED, AF_UNIX | 1 << 8}};

	fails(with_pair(), call(3, 5 * MS, "recvfrom", -EAGAIN, 16), CAUSE_STATE,
	      "it would have to wait: there is nothing to read");
	fails(with_pair(), with_state(call(3, 5 * MS, "read", -EAGAIN, 16), sock(OWN, 3, 0)),
	      CAUSE_UNKNOWN, "EAGAIN: the records do not show why");
	fails(with_pair(), with_state(call(3, 5 * MS, "write", -EAGAIN, 16), sock(OWN, 0, 1000)),
	      CAUSE_STATE,
	      "it would have to wait: what it has sent takes 1000 bytes of memory, its limit is "
	      "1000");
	fails(with_pair(), call(3, 5 * MS, "write", -EAGAIN, 16), CAUSE_UNKNOWN,
	      "EAGAIN: the records do not show why");
	fails(with_pair(),
	      nonblocking(with_state(call(3, 5 * MS, "write", 9, 16), sock(OWN, 0, 1000))),
	      CAUSE_STATE,
	      "partial: 9 of 16 bytes were taken; what it has sent takes 1000 bytes of memory, its "
	      "limit is 1000");
	fails(with_pair(), with_state(call(3, 5 * MS, "accept4", -EAGAIN, 0), listener),
	      CAUSE_STATE, "it would have to wait: nobody connects");
	fails(with_pair(), call(3, 5 * MS, "connect", -EAGAIN, 0), CAUSE_STATE,
	      "it would have to wait: the listener's backlog is full");
}

static void timed_out(void **state)
{
	struct run *r = with_pair();
	union any_event op = call(3, 4 * MS, "recvfrom", -EAGAIN, 16);

	op.e.ts = 22 * MS;
	op.e.flags = EVF_SLEPT;
	run_feed(r, woken_by(asleep("recvfrom", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)), WAKE_IRQ, 0,
			     NULL, NULL, 0));
	fails(r, op, CAUSE_TIMEOUT, "EAGAIN: its time was up (SO_RCVTIMEO)");
}

static void refused(void **state)
{
	fails(with_tasks(), call(3, MS, "connect", -ECONNREFUSED, 0), CAUSE_REFUSED,
	      "ECONNREFUSED: nobody listens there");
	fails(with_tasks(), call(3, MS, "connect", -ENOENT, 0), CAUSE_NONE,
	      "ENOENT: no socket has that name");
	fails(with_tasks(), call(3, MS, "recvfrom", -ENOTCONN, 9), CAUSE_NONE,
	      "ENOTCONN: the socket is not connected");
}

/* A number that is used again is another object, with a peer of its own. */
static void number_used_again(void **state)
{
	struct run *r = with_pair();
	union any_event again;

	run_feed(r, closes(2, 2 * MS, THEIRS, 0));
	again = reference(2, 2000 * MS, OBJ_CREATED, THEIRS, 4);
	again.object.state.v[SOCK_PEER] = 77;
	run_feed(r, again);
	fails(r,
	      with_state(call(3, 2005 * MS, "read", 0, 16),
			 flagged(sock(OWN, 0, 0), SOCKF_PEER_GONE | SOCKF_SHUT_READ)),
	      CAUSE_PEER_CLOSED,
	      "end of file: the other end is closed since locker closed fd 4 at 2.000 ms");
}

static void names(void **state)
{
	union any_event bound = reference(2, 30, OBJ_NAMED, THEIRS, 4);
	union any_event asks = reference(3, 40, OBJ_CONNECTS, OWN, 5);
	struct run *r = with_pair();

	strcpy(bound.object.path, "/run/x");
	strcpy(asks.object.path, "@y");
	run_feed(r, bound);
	run_feed(r, asks);
	run_feed(r, woken(asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)), "write", THEIRS));
	run_finish(r);
	assert_string_equal(last(r, FACT_OBJECT)->f.obj->wanted, "@y");
	assert_int_equal(last(r, FACT_OBJECT)->rec.object.file, 2); /* numbered as its creation's */
	says(r, FACT_WAKE, CAUSE_DATA,
	     "woken after 15.0 ms: locker wrote data by sock:[12] (/run/x) (fd 4)");
}

static const char *word(union any_event op, const char *field)
{
	static struct fields fs;
	struct run *r = with_pair();
	const struct field *f;

	run_feed(r, op);
	fact__fields(&last(r, FACT_OP)->f, &fs);
	f = fields__get(&fs, field);
	run_free(r);
	return f ? f->s : NULL;
}

static void fields(void **state)
{
	union any_event op = asked(call(3, MS, "sendto", 5, 9), MSG_DONTWAIT | MSG_NOSIGNAL);

	assert_string_equal(word(op, "flags"), "MSG_DONTWAIT|MSG_NOSIGNAL");
	assert_string_equal(word(op, "family"), "unix");
	assert_string_equal(word(op, "sock_type"), "stream");
	assert_null(word(op, "shut"));
	op.op.after.v[SOCK_FLAGS] |= SOCKF_SHUT_WRITE;
	assert_string_equal(word(op, "shut"), "write");
	has(op, "arg", true, 9);
	has(op, "after.peer", true, THEIRS);
	assert_string_equal(word(asked(call(3, MS, "shutdown", 0, 0), SHUT_RDWR), "cmd"),
			    "SHUT_RDWR");
	has(asked(call(3, MS, "shutdown", 0, 0), 7), "cmd", true, 7);
	has(call(3, MS, "shutdown", 0, 0), "arg", false, 0);
	has(call(3, MS, "listen", 0, 128), "arg", true, 128);
}

static union any_event of_messages(union any_event op)
{
	op.op.bits = SOCKOP_MANY;
	op.op.moved = 70;
	return op;
}

static void phrased(union any_event op, const char *want, const char *got)
{
	char buf[96], more[32] = "";

	assert_true(sock__lane_call(&op.op, buf, sizeof(buf)) == (want != NULL));
	if (want)
		assert_string_equal(buf, want);
	sock__lane_result(&op.op, more, sizeof(more));
	assert_string_equal(more, got);
}

static void phrases(void **state)
{
	phrased(asked(call(3, MS, "shutdown", 0, 0), SHUT_WR), "shutdown SHUT_WR", "");
	phrased(asked(call(3, MS, "shutdown", 0, 0), 9), "shutdown 9", "");
	phrased(call(3, MS, "listen", 0, 128), "listen 128", "");
	phrased(asked(call(3, MS, "sendto", 1, 1), MSG_PEEK), "sendto MSG_PEEK", "");
	phrased(call(3, MS, "sendto", 1, 1), NULL, "");
	phrased(of_messages(call(3, MS, "recvmmsg", 2, 8)), NULL, " messages");
	phrased(of_messages(call(3, MS, "recvmmsg", 1, 8)), NULL, " message");
	fails(with_pair(), of_messages(call(3, MS, "sendmmsg", 1, 8)), CAUSE_NONE, "");
	/* Bytes are what they had. */
	wakes(of_messages(call(2, 20 * MS - 500, "sendmmsg", 2, 2)),
	      woken(asleep("read", WAIT_SOCK_EMPTY, sock(OWN, 0, 0)), "sendmmsg", THEIRS),
	      CAUSE_DATA,
	      "woken after 15.0 ms: locker sent 70 bytes by sock:[12] (sendmmsg, fd 4)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_could_end_it),
	    cmocka_unit_test(who_ended_it),
	    cmocka_unit_test(peer_by_number),
	    cmocka_unit_test(closed),
	    cmocka_unit_test(datagrams),
	    cmocka_unit_test(receiver_closed),
	    cmocka_unit_test(connections),
	    cmocka_unit_test(end_of_file),
	    cmocka_unit_test(broken),
	    cmocka_unit_test(resets),
	    cmocka_unit_test(would_wait),
	    cmocka_unit_test(timed_out),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(number_used_again),
	    cmocka_unit_test(names),
	    cmocka_unit_test(fields),
	    cmocka_unit_test(phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
