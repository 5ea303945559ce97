/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timeline's work grows with the records, not with their square: twice as many processes take
 * twice as many steps. A step is a stretch of code without a branch, as the compiler lets it be
 * counted; time would tell the same only on a machine that has nothing else to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "timeline/timeline.h"

#define FEW	  500
#define OBJECT	  7
#define FIRST_PID 1000
#define PAGE	  4096ull

void __sanitizer_cov_trace_pc(void);

static __u64 steps;

/* The compiler calls it at every branch of the timeline (-fsanitize-coverage=trace-pc). */
void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

static void on_fact(void *ctx, const struct fact *fact)
{
}

/* A story of n processes. */
typedef void (*story_fn)(struct timeline *tl, __u32 n);

static __u64 steps_of(story_fn story, __u32 n)
{
	const struct timeline_opts opts = {.start = START_AT_FIRST};
	struct timeline *tl = timeline__new(&opts, on_fact, NULL);

	assert_non_null(tl);
	steps = 0;
	story(tl, n);
	assert_int_equal(timeline__finish(tl), 0);
	timeline__free(tl);
	return steps;
}

static void assert_linear(story_fn story)
{
	__u64 few = steps_of(story, FEW), many = steps_of(story, 2 * FEW);

	/* Tables grow by doubling, and hashes differ from run to run: not exactly 2. */
	if (many > few * 5 / 2)
		fail_msg("%llu steps for %d, %llu for %d", (unsigned long long)few, FEW,
			 (unsigned long long)many, 2 * FEW);
}

static void feed(struct timeline *tl, union any_event e, __u8 kind, __u32 pid, size_t size)
{
	static __u64 ts;

	ts += 1000;
	e.e.ts = ts;
	e.e.pid = e.e.tid = pid;
	e.e.kind = kind;
	e.e.size = (__u16)size;
	assert_int_equal(timeline__feed(tl, &e.e), 0);
}

static void map(struct timeline *tl, __u32 pid, __u8 change, __u64 page, __u64 pages, __u8 prot)
{
	union any_event e = {0};

	e.map.obj = (struct ipc_object){.id = OBJECT, .dev = 1, .mech = MECH_SHM};
	e.map.change = change;
	e.map.addr = page * PAGE;
	e.map.len = pages * PAGE;
	e.map.prot = prot;
	e.map.nr = change == MAP_ATTACHED ? SYS_shmat : -1;
	feed(tl, e, EV_MAP, pid, sizeof(e.map));
}

static void life(struct timeline *tl, __u8 kind, __u32 pid, __u32 child, const char *comm)
{
	union any_event e = {0};

	e.life.child_pid = e.life.child_tid = child;
	e.life.last = kind == EV_EXIT;
	snprintf(e.life.comm, sizeof(e.life.comm), "%s", comm);
	feed(tl, e, kind, pid, sizeof(e.life));
}

static void fork_all(struct timeline *tl, __u32 n)
{
	life(tl, EV_EXEC, 1, 0, "parent");
	for (__u32 i = 0; i < n; i++)
		life(tl, EV_FORK, 1, FIRST_PID + i, "child");
}

static void exit_all(struct timeline *tl, __u32 n)
{
	for (__u32 i = 0; i < n; i++)
		life(tl, EV_EXIT, FIRST_PID + i, 0, "");
}

static void tasks_of_one_name(struct timeline *tl, __u32 n)
{
	fork_all(tl, n);
	exit_all(tl, n);
}

/* The first that came goes first. */
static void mappers_of_one_segment(struct timeline *tl, __u32 n)
{
	fork_all(tl, n);
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID + i, MAP_ATTACHED, 16, 4, PROT_READ | PROT_WRITE);
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID + i, MAP_PROTECTED, 17, 1, PROT_READ);
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID + i, i & 1 ? MAP_DETACHED : MAP_EXIT_GONE, 16, 4, 0);
	exit_all(tl, n);
}

static void reference(struct timeline *tl, __u32 pid, __u8 change, __s32 fd, __u64 file)
{
	union any_event e = {0};

	e.object.obj = (struct ipc_object){.id = OBJECT, .dev = 1, .mech = MECH_PIPE};
	e.object.change = change;
	e.object.fd = fd;
	e.object.end = END_READ;
	e.object.file = file;
	e.object.refs = 2;
	e.object.nr = change == OBJ_CLOSED ? SYS_close : change == OBJ_SENT ? SYS_sendmsg : -1;
	feed(tl, e, EV_OBJECT, pid, sizeof(e.object));
}

/* Each has two descriptors of one pipe, sends one more, gets a new name, and closes all. */
static void holders_of_one_pipe(struct timeline *tl, __u32 n)
{
	fork_all(tl, n);
	for (__u32 i = 0; i < n; i++) {
		reference(tl, FIRST_PID + i, OBJ_INHERITED, 3, 1);
		reference(tl, FIRST_PID + i, OBJ_DUPLICATED, 4, 2 + i);
		reference(tl, FIRST_PID + i, OBJ_SENT, 4, 2 + i);
	}
	for (__u32 i = 0; i < n; i++)
		life(tl, EV_EXEC, FIRST_PID + i, 0, "renamed");
	for (__u32 i = 0; i < n; i++)
		reference(tl, FIRST_PID + n - 1 - i, OBJ_RECEIVED, 5, 2 + i);
	for (__u32 i = 0; i < n; i++)
		reference(tl, FIRST_PID + i, i & 1 ? OBJ_CLOSED : OBJ_EXIT_CLOSED, 3, 1);
	for (__u32 i = 0; i < n; i++)
		reference(tl, FIRST_PID + i, OBJ_RELEASED, -1, 2 + i);
	exit_all(tl, n);
}

static void mappers_with_new_names(struct timeline *tl, __u32 n)
{
	fork_all(tl, n);
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID + i, MAP_ATTACHED, 16, 4, PROT_READ | PROT_WRITE);
	for (__u32 i = 0; i < n; i++)
		life(tl, EV_EXEC, FIRST_PID + i, 0, "renamed");
	exit_all(tl, n);
}

/* One mapping, of which every second page gets other rights; then the pages go, the first first. */
static void pieces_of_one_process(struct timeline *tl, __u32 n)
{
	life(tl, EV_EXEC, FIRST_PID, 0, "mapper");
	map(tl, FIRST_PID, MAP_ATTACHED, 16, 2 * n, PROT_READ | PROT_WRITE);
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID, MAP_PROTECTED, 16 + 2 * i, 1, PROT_READ);
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID, MAP_DETACHED, 16 + 2 * i, 2, 0);
}

/* The same that comes page by page, and goes from the last on. */
static void pages_of_one_process(struct timeline *tl, __u32 n)
{
	life(tl, EV_EXEC, FIRST_PID, 0, "mapper");
	for (__u32 i = 0; i < n; i++)
		map(tl, FIRST_PID, MAP_ATTACHED, 16 + 2 * i, 1, PROT_READ);
	for (__u32 i = n; i > 0; i--)
		map(tl, FIRST_PID, MAP_DETACHED, 14 + 2 * i, 1, 0);
}

#define LINEAR(story)                                                                              \
	static void story##_is_linear(void **state)                                                \
	{                                                                                          \
		(void)state;                                                                       \
		assert_linear(story);                                                              \
	}

LINEAR(tasks_of_one_name)
LINEAR(mappers_of_one_segment)
LINEAR(mappers_with_new_names)
LINEAR(holders_of_one_pipe)
LINEAR(pieces_of_one_process)
LINEAR(pages_of_one_process)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tasks_of_one_name_is_linear),
	    cmocka_unit_test(mappers_of_one_segment_is_linear),
	    cmocka_unit_test(mappers_with_new_names_is_linear),
	    cmocka_unit_test(holders_of_one_pipe_is_linear),
	    cmocka_unit_test(pieces_of_one_process_is_linear),
	    cmocka_unit_test(pages_of_one_process_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
