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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(polls_for_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
