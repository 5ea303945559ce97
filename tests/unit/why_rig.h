/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of `why`: a system made by hand, and the wait-for graph of two looks at it. */
#ifndef IPCTRACE_WHY_RIG_H
#define IPCTRACE_WHY_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "why/words.h"

#define A 1 /* pipes */
#define B 2
#define C 3

/* The system as the tests put it together: both looks are made of it. */
static struct look now, before;
static struct graph *graph;
static bool refs_known;
static __u32 used; /* slots of every pipe */

static inline int clear(void **state)
{
	graph__free(graph);
	graph = NULL;
	look__clear(&now);
	look__clear(&before);
	refs_known = true;
	used = 0;
	return 0;
}

static inline void feed_into(struct look *l, const void *rec)
{
	assert_int_equal(look__feed(l, rec), 0);
}

static inline void feed(const void *rec)
{
	feed_into(&before, rec);
	feed_into(&now, rec);
}

static inline struct look_task a_task(__u32 tid, __u8 state)
{
	return (struct look_task){
	    .e = {.kind = LOOK_TASK, .size = sizeof(struct look_task), .pid = tid, .tid = tid},
	    .seen_pid = tid,
	    .seen_tid = tid,
	    .files = 1000 + tid,
	    .users = 1,
	    .switches = 5,
	    .state = state,
	};
}

static inline struct ipc_object pipe_named(__u64 id)
{
	return (struct ipc_object){.id = id, .dev = 15, .mech = MECH_PIPE};
}

static inline struct ev_wait a_wait(__u32 tid, __u8 reason, __u64 pipe, int nr)
{
	return (struct ev_wait){
	    .e = {.kind = EV_WAIT, .size = sizeof(struct ev_wait), .pid = tid, .tid = tid},
	    .obj = pipe ? pipe_named(pipe) : (struct ipc_object){0},
	    .reason = reason,
	    .nr = (__s16)nr,
	    .fd = 0,
	};
}

static inline void runs(__u32 tid)
{
	struct look_task t = a_task(tid, LOOK_RUNS);

	feed(&t);
}

static inline void waits(__u32 tid, __u8 reason, __u64 pipe)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, reason, pipe, SYS_read);

	feed(&t);
	feed(&w);
}

static inline void waits_elsewhere(__u32 tid, int nr)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_UNKNOWN, 0, nr);

	feed(&t);
	feed(&w);
}

/* A watch of each of the pipes (0: a file that is no pipe), at their read ends. */
static inline void polls(__u32 tid, __u8 flags, const __u64 *pipes, __u32 n)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_PIPE_POLL, 0, SYS_poll);
	size_t size = sizeof(struct look_watches) + n * sizeof(struct look_watch);
	struct look_watches *ws = calloc(1, size);

	assert_non_null(ws);
	ws->e = (struct event){.kind = LOOK_WATCHES, .size = (__u16)size, .tid = tid};
	ws->n = n;
	for (__u32 i = 0; i < n; i++)
		ws->w[i] = (struct look_watch){.file = pipes[i] * 100 + END_READ,
					       .id = pipes[i],
					       .dev = 15,
					       .mech = pipes[i] ? MECH_PIPE : MECH_NONE,
					       .end = END_READ,
					       .flags = WATCH_PINS};
	t.flags = flags;
	feed(&t);
	feed(&w);
	feed(ws);
	free(ws);
}

/* A descriptor; the pipe has one description an end, of which there are refs references. */
static inline struct ev_object a_hold(__u32 tid, __u64 pipe, __u8 end, __s32 fd, __u32 refs)
{
	return (struct ev_object){
	    .e = {.kind = EV_OBJECT, .size = sizeof(struct ev_object), .pid = tid, .tid = tid},
	    .obj = pipe_named(pipe),
	    .state =
		{{[PIPE_SLOTS] = 16, [PIPE_RING] = 16, [PIPE_READERS] = 1, [PIPE_WRITERS] = 1}},
	    .file = pipe * 100 + end,
	    .refs = refs,
	    .fd = fd,
	    .change = OBJ_HELD,
	    .end = end,
	};
}

static inline void holds_of(__u32 tid, __u64 pipe, __u8 end, __s32 fd, __u32 refs)
{
	struct ev_object o = a_hold(tid, pipe, end, fd, refs);

	o.state.v[PIPE_USED] = used;

	feed(&o);
}

static inline void holds(__u32 tid, __u64 pipe, __u8 end)
{
	holds_of(tid, pipe, end, (__s32)(pipe * 2 + end), 1);
}

static inline const struct node *node(__u32 tid)
{
	const struct seen_task *t = look__task(&now, tid);

	assert_non_null(t);
	return &graph->nodes[t - now.tasks];
}

static inline void build(void)
{
	assert_int_equal(look__finish(&before), 0);
	assert_int_equal(look__finish(&now), 0);
	graph = graph__new(&now, &before, refs_known);
	assert_non_null(graph);
}

static inline void judged(__u32 tid, enum verdict v, unsigned int doubts)
{
	assert_int_equal(node(tid)->verdict, v);
	assert_int_equal(node(tid)->doubts, doubts);
}

static inline void path_is(__u32 tid, size_t n, const __u32 *tids)
{
	assert_int_equal(node(tid)->n_path, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(now.tasks[node(tid)->path[i]].rec.e.tid, tids[i]);
}

static inline void verdict_says(__u32 tid, const char *want)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__verdict(&t, &now, node(tid));
	assert_string_equal(buf, want);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear, clear)

#endif
