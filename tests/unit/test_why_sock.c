/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of `why` at sockets: who holds the peer could end a wait; a peer that is not known, or anybody's, is a doubt. */
#include <sys/epoll.h>
#include <sys/socket.h>

#include "names/mech.h"
#include "why_rig.h"

#define PAIR(n)	  (2 * (n))
#define OTHER(id) ((id) ^ 1) /* 2 and 3, 4 and 5 are pairs */

static struct ipc_object key(__u64 id)
{
	return (struct ipc_object){.id = id, .dev = 8, .mech = MECH_SOCK};
}

/* A full buffer, where somebody sleeps who sends. */
static struct ipc_state pair_state(__u64 id, __u32 sent)
{
	return (struct ipc_state){
	    {0, sent, 1000, (__u32)OTHER(id), SOCKF_MUTUAL, AF_UNIX | SOCK_STREAM << 8 | 1 << 16}};
}

static void waits_in(__u32 tid, __u8 reason, __u64 id, struct ipc_state st)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, reason, 0, reason == WAIT_SOCK_FULL ? SYS_write : SYS_read);

	w.obj = key(id);
	w.state = st;
	feed(&t);
	feed(&w);
}

static struct ev_object a_socket(__u32 tid, __u64 id, __u32 refs, struct ipc_state st)
{
	struct ev_object o = a_hold(tid, 0, END_READ | END_WRITE, (__s32)id, refs);

	o.obj = key(id);
	o.file = 1000 + id;
	o.state = st;
	return o;
}

static void has(__u32 tid, __u64 id, __u32 refs, struct ipc_state st)
{
	struct ev_object o = a_socket(tid, id, refs, st);

	feed(&o);
}

/* Both write, and nobody reads. */
static void both_write(void **state)
{
	waits_in(10, WAIT_SOCK_FULL, 2, pair_state(2, 1200));
	waits_in(11, WAIT_SOCK_FULL, 3, pair_state(3, 1200));
	has(10, 2, 1, pair_state(2, 1200));
	has(11, 3, 1, pair_state(3, 1200));
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: all who could end it wait for each other; only a signal helps");
	path_is(10, 3, (const __u32[]){10, 11, 10});
}

/* What the other one does ends it; so does whoever has this end, by shutdown. */
static void one_of_both_goes_on(void **state)
{
	waits_in(10, WAIT_SOCK_EMPTY, 2, pair_state(2, 0));
	runs(11);
	has(10, 2, 1, pair_state(2, 0));
	has(11, 3, 1, pair_state(3, 0));
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "process 11 could end it");
	assert_true(node__has_way(node(10), WAY_WRITE));
	clear(NULL);

	waits_in(10, WAIT_SOCK_FULL, 2, pair_state(2, 1200));
	waits_in(11, WAIT_SOCK_FULL, 3, pair_state(3, 1200));
	runs(12);
	has(10, 2, 2, pair_state(2, 1200));
	has(12, 2, 2, pair_state(2, 1200));
	has(11, 3, 1, pair_state(3, 1200));
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "process 12 could end it, by shutdown");
}

/* A reader that holds the other end, too: end of file never comes. */
static void holds_both_ends(void **state)
{
	waits_in(10, WAIT_SOCK_EMPTY, 2, pair_state(2, 0));
	has(10, 2, 1, pair_state(2, 0));
	has(10, 3, 1, pair_state(3, 0));
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: nobody but itself could end it; only a signal helps");
}

/* In a message on its way the other end has no holder that can be seen. */
static void in_flight(void **state)
{
	waits_in(10, WAIT_SOCK_EMPTY, 2, pair_state(2, 0));
	has(10, 2, 1, pair_state(2, 0));
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
	clear(NULL);

	waits_in(10, WAIT_SOCK_EMPTY, 2, pair_state(2, 0));
	waits_in(11, WAIT_SOCK_EMPTY, 3, pair_state(3, 0));
	has(10, 2, 1, pair_state(2, 0));
	has(11, 3, 2, pair_state(3, 0)); /* two references, one of them is found */
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN | DOUBT_CHAIN);
	judged(11, VERDICT_UNKNOWN,
	       DOUBT_UNSEEN | DOUBT_CHAIN); /* whoever has it could shut it down */
}

static void ring_of_three(void **state)
{
	for (__u32 i = 0; i < 3; i++) {
		__u64 next = PAIR(i + 1), own = OTHER(PAIR(i ? i : 3));

		waits_in(10 + i, WAIT_SOCK_EMPTY, next, pair_state(next, 0));
		has(10 + i, next, 1, pair_state(next, 0));
		has(10 + i, own, 1, pair_state(own, 0));
	}
	build();
	for (__u32 i = 0; i < 3; i++)
		judged(10 + i, VERDICT_DEADLOCK, 0);
	assert_int_equal(node(10)->n_path, 4);
	assert_true(node(10)->in_cycle);
}

/* One reads a socket, the other a pipe whose writer is the first. */
static void socket_and_pipe(void **state)
{
	waits_in(10, WAIT_SOCK_EMPTY, 2, pair_state(2, 0));
	has(10, 2, 1, pair_state(2, 0));
	holds(10, A, END_WRITE);
	waits(11, WAIT_PIPE_EMPTY, A);
	holds(11, A, END_READ);
	has(11, 3, 1, pair_state(3, 0));
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	path_is(11, 3, (const __u32[]){11, 10, 11});
}

static void moved(void **state)
{
	/* Something came: the reader is on its way. */
	struct ipc_state st = pair_state(2, 0);

	waits_in(10, WAIT_SOCK_EMPTY, 2, st);
	st.v[SOCK_UNREAD] = 4;
	has(10, 2, 1, st);
	has(10, 3, 1, pair_state(3, 0));
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
	clear(NULL);
	/* The other end was closed. */
	st = pair_state(2, 0);
	st.v[SOCK_FLAGS] = SOCKF_PEER_GONE;
	st.v[SOCK_PEER] = 0;
	waits_in(10, WAIT_SOCK_EMPTY, 2, st);
	has(10, 2, 1, st);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
	clear(NULL);
	/* The peer talks to another by now. */
	st = pair_state(3, 0);
	st.v[SOCK_PEER] = 9;
	waits_in(10, WAIT_SOCK_EMPTY, 2, pair_state(2, 0));
	has(10, 2, 1, pair_state(2, 0));
	has(10, 3, 1, st);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
}

/* Who reads some, but not three quarters, wakes nobody. */
static void some_room(void **state)
{
	waits_in(10, WAIT_SOCK_FULL, 2, pair_state(2, 1200));
	waits_in(11, WAIT_SOCK_FULL, 3, pair_state(3, 1200));
	has(10, 2, 1, pair_state(2, 600));
	has(11, 3, 1, pair_state(3, 1200));
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	clear(NULL);
	waits_in(10, WAIT_SOCK_FULL, 2, pair_state(2, 1200));
	waits_in(11, WAIT_SOCK_FULL, 3, pair_state(3, 1200));
	has(10, 2, 1, pair_state(2, 200));
	has(11, 3, 1, pair_state(3, 1200));
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED | DOUBT_CHAIN);
}

static void without_a_peer(void **state)
{
	struct ipc_state pending = {
	    {0, 0, 1000, 0, SOCKF_PENDING | SOCKF_MUTUAL, AF_UNIX | SOCK_STREAM << 8 | 1 << 16}};
	struct ipc_state open_to_all = {
	    {0, 0, 10, 0, SOCKF_QUEUED, AF_UNIX | SOCK_DGRAM << 8 | 7 << 16}};
	struct ipc_state one_way = {{0, 0, 1000, 3, 0, AF_UNIX | SOCK_DGRAM << 8 | 1 << 16}};
	struct ipc_state listener = {
	    {0, 0, 5, 0, SOCKF_LISTENS | SOCKF_QUEUED, AF_UNIX | SOCK_STREAM << 8 | 10 << 16}};

	waits_in(10, WAIT_SOCK_EMPTY, 2, pending);
	has(10, 2, 1, pending);
	waits_in(11, WAIT_SOCK_EMPTY, 4, open_to_all);
	has(11, 4, 1, open_to_all);
	waits_in(12, WAIT_SOCK_EMPTY, 6, one_way);
	has(12, 6, 1, one_way);
	waits_in(13, WAIT_SOCK_ACCEPT, 8, listener);
	has(13, 8, 1, listener);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_PEER);
	verdict_says(10, "unknown: who has the other end of the socket is not known");
	judged(11, VERDICT_UNKNOWN, DOUBT_ANYBODY);
	judged(12, VERDICT_UNKNOWN, DOUBT_PEER);
	judged(13, VERDICT_UNKNOWN, DOUBT_ANYBODY);
}

/* The listener's backlog, and a queue of datagrams: who holds that socket could take something out. */
static void full_queue(void **state)
{
	struct ipc_state listener = {
	    {0, 2, 1, 0, SOCKF_LISTENS | SOCKF_QUEUED, AF_UNIX | SOCK_STREAM << 8 | 10 << 16}};

	waits_in(10, WAIT_SOCK_BACKLOG, 8, listener);
	runs(11);
	has(11, 8, 1, listener);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "process 11 could end it");
	assert_true(node__has_way(node(10), WAY_READ));
	clear(NULL);
	/* Its only holder is who connects. */
	waits_in(10, WAIT_SOCK_BACKLOG, 8, listener);
	has(10, 8, 1, listener);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* The memory of a datagram socket may be full of what others are to receive. */
static void datagrams_elsewhere(void **state)
{
	struct ipc_state left = pair_state(2, 1200), right = pair_state(3, 1200);

	left.v[SOCK_KIND] = right.v[SOCK_KIND] = AF_UNIX | SOCK_DGRAM << 8 | 1 << 16;
	waits_in(10, WAIT_SOCK_FULL, 2, left);
	waits_in(11, WAIT_SOCK_FULL, 3, right);
	has(10, 2, 1, left);
	has(11, 3, 1, right);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_ANYBODY | DOUBT_CHAIN);
	clear(NULL);
	/* What it reads its peer alone may send. */
	waits_in(10, WAIT_SOCK_EMPTY, 2, left);
	waits_in(11, WAIT_SOCK_EMPTY, 3, right);
	has(10, 2, 1, left);
	has(11, 3, 1, right);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

static __u64 handled; /* signals, of who polls */

static void polls_sockets(__u32 tid, const __u64 *ids, __u32 n, __u32 events)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_PIPE_POLL, 0, SYS_poll);
	size_t size = sizeof(struct look_watches) + n * sizeof(struct look_watch);
	struct look_watches *ws = calloc(1, size);

	assert_non_null(ws);
	ws->e = (struct event){.kind = LOOK_WATCHES, .size = (__u16)size, .tid = tid};
	ws->n = n;
	for (__u32 i = 0; i < n; i++)
		ws->w[i] = (struct look_watch){.file = 1000 + ids[i],
					       .id = ids[i],
					       .dev = 8,
					       .mech = MECH_SOCK,
					       .end = END_READ | END_WRITE,
					       .flags = WATCH_PINS,
					       .events = events};
	t.handled = handled;
	feed(&t);
	feed(&w);
	feed(ws);
	free(ws);
}

static void watches(__u32 tid, const char *want)
{
	char buf[256] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__watches(&t, &now, node(tid)->task);
	assert_string_equal(buf, want);
}

static void event_loops(void **state)
{
	struct ipc_state listener = {
	    {0, 0, 5, 0, SOCKF_LISTENS | SOCKF_QUEUED, AF_UNIX | SOCK_STREAM << 8 | 10 << 16}};

	/* A healthy one waits for connections, and for what its client sends. */
	polls_sockets(10, (const __u64[]){8, 2}, 2, EPOLLIN);
	runs(11);
	has(10, 8, 2, listener);
	has(10, 2, 2, pair_state(2, 0));
	has(11, 3, 1, pair_state(3, 0));
	build();
	judged(10, VERDICT_OPEN, DOUBT_ANYBODY);
	clear(NULL);
	/* Two that wait for each other, and for nobody else. */
	polls_sockets(10, (const __u64[]){2}, 1, EPOLLIN);
	polls_sockets(11, (const __u64[]){3}, 1, EPOLLIN);
	has(10, 2, 2, pair_state(2, 0));
	has(11, 3, 2, pair_state(3, 0));
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	clear(NULL);
	polls_sockets(10, (const __u64[]){2}, 1, EPOLLOUT);
	runs(11);
	has(10, 2, 2, pair_state(2, 1200));
	has(11, 3, 1, pair_state(3, 0));
	build();
	assert_true(node__has_way(node(10), WAY_READ));
	judged(10, VERDICT_OPEN, 0);
	watches(10, ": sock:[2] (full: 1200 of 1000 bytes of memory)");
}

/* A pair of its own, to which a handler may write; of another one it holds one end only. */
static void wakes_itself(void **state)
{
	handled = 1 << 14; /* SIGTERM */
	polls_sockets(10, (const __u64[]){2}, 1, EPOLLIN);
	has(10, 2, 2, pair_state(2, 0));
	has(10, 3, 1, pair_state(3, 0));
	polls_sockets(11, (const __u64[]){4}, 1, EPOLLIN);
	has(11, 4, 2, pair_state(4, 0));
	polls_sockets(12, (const __u64[]){5}, 1, EPOLLIN);
	has(12, 5, 2, pair_state(5, 0));
	handled = 0;
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_SIGNAL);
	judged(11, VERDICT_DEADLOCK, 0);
	judged(12, VERDICT_DEADLOCK, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(both_write),	TEST(one_of_both_goes_on), TEST(holds_both_ends),
	    TEST(in_flight),	TEST(ring_of_three),	   TEST(socket_and_pipe),
	    TEST(moved),	TEST(some_room),	   TEST(without_a_peer),
	    TEST(full_queue),	TEST(datagrams_elsewhere), TEST(event_loops),
	    TEST(wakes_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
