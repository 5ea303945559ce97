/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of shared memory in the timeline: who has what mapped, how a segment ends, who touched
 * which page.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "records.h"

#define PAGE	 4096ull
#define SHM_DEST 01000

static const struct ipc_object segment = {.id = 7, .dev = 1, .mech = MECH_SHM};

static struct event head(__u8 kind, __u16 size, __u32 tid, __u64 ts)
{
	return (struct event){.ts = ts, .pid = tid, .tid = tid, .size = size, .kind = kind};
}

static union any_event rec_map(__u32 tid, __u64 ts, __u8 change, __u64 addr, __u64 len,
			       __u32 nattch)
{
	union any_event e = {0};

	e.map.e = head(EV_MAP, sizeof(e.map), tid, ts);
	e.map.obj = segment;
	e.map.state.v[SHM_NATTCH] = nattch;
	e.map.state.v[SHM_PAGES] = 4;
	e.map.addr = addr;
	e.map.len = len;
	e.map.fd = -1;
	e.map.nr = -1;
	e.map.change = change;
	return e;
}

static union any_event rec_segment(__u32 tid, __u64 ts, __u8 change, int nr, __u32 nattch)
{
	union any_event e = {0};

	e.object.e = head(EV_OBJECT, sizeof(e.object), tid, ts);
	e.object.obj = segment;
	e.object.state.v[SHM_NATTCH] = nattch;
	e.object.state.v[SHM_MODE] = change == OBJ_MARKED ? SHM_DEST | 0600 : 0600;
	e.object.fd = -1;
	e.object.nr = (__s16)nr;
	e.object.change = change;
	return e;
}

static union any_event rec_fault(__u32 tid, __u64 ts, __u64 page, __u64 pfn)
{
	union any_event e = {0};

	e.fault.e = head(EV_FAULT, sizeof(e.fault), tid, ts);
	e.fault.obj = segment;
	e.fault.offset = page * PAGE;
	e.fault.pfn = pfn;
	e.fault.nr = -1;
	return e;
}

/* Sizes are of pages; found: the segment that the call is about exists. */
static union any_event rec_call(__u64 ts, int nr, __u8 op, __s64 ret, __u64 arg, bool found)
{
	union any_event e = {0};

	e.op.e = head(EV_OP, sizeof(e.op), 1, ts);
	e.op.start = ts;
	e.op.ret = ret;
	e.op.arg = arg;
	e.op.fd = -1;
	e.op.nr = (__s16)nr;
	e.op.op = op;
	if (found) {
		e.op.obj = segment;
		e.op.before.v[SHM_PAGES] = 1;
		e.op.before.v[SHM_SPARE] = 96;
		e.op.before.v[SHM_MODE] = 0640;
		e.op.before.v[SHM_UID] = 33;
	}
	return e;
}

static struct run *two_processes(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "one"));
	run_feed(r, rec_map(1, 10, MAP_ATTACHED, 16 * PAGE, 4 * PAGE, 1));
	run_feed(r, rec_fork(1, 20, 2, "two"));
	run_feed(r, rec_map(2, 21, MAP_INHERITED, 16 * PAGE, 4 * PAGE, 2));
	return r;
}

static void marked(void **state)
{
	struct run *r = two_processes();
	const struct seen *s;
	union any_event e;

	/* A hole: two pieces of one mapping. */
	run_feed(r, rec_map(1, 30, MAP_CUT, 17 * PAGE, PAGE, 3));
	run_feed(r, rec_segment(1, 40, OBJ_MARKED, SYS_shmctl, 3));
	run_feed(r, rec_map(2, 50, MAP_EXIT_GONE, 16 * PAGE, 4 * PAGE, 2));
	run_feed(r, rec_segment(1, 60, OBJ_MARKED, SYS_shmctl, 4));
	run_finish(r);
	s = run_get(r, FACT_OBJECT, 0);
	assert_int_equal(s->obj.n_mappers, 3);
	assert_non_null(strstr(s->why, "the last of its 3 attaches: one 1 (2 times), two 2"));
	assert_null(strstr(s->why, "not traced"));
	s = run_get(r, FACT_OBJECT, 1);
	assert_int_equal(s->obj.n_mappers, 2);
	assert_non_null(strstr(s->why, "and 2 of processes that are not traced, or in pieces"));
	assert_null(strstr(s->why, "key")); /* IPC_PRIVATE, for all that is known */
	run_free(r);

	r = two_processes();
	e = rec_segment(1, 30, OBJ_CREATED, SYS_shmget, 0);
	e.object.state.v[SHM_KEY] = 0x4d2;
	run_feed(r, e);
	run_feed(r, rec_map(1, 31, MAP_ATTACHED, 16 * PAGE, 4 * PAGE, 1));
	run_feed(r, rec_segment(1, 40, OBJ_MARKED, SYS_shmctl, 1));
	run_finish(r);
	assert_string_equal(
	    run_get(r, FACT_OBJECT, 1)->why,
	    "its key is gone, and it will be destroyed with its only attach: one 1");
	run_free(r);
}

static void cuts(void **state)
{
	struct run *r = two_processes();

	run_feed(r, rec_map(1, 30, MAP_CUT, 16 * PAGE, PAGE, 2)); /* its front */
	run_feed(r, rec_map(1, 31, MAP_CUT, 19 * PAGE, PAGE, 2)); /* its end */
	run_feed(r, rec_map(1, 32, MAP_DETACHED, 17 * PAGE, 2 * PAGE, 1));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_MAP, 2)->obj.n_mappers, 2);
	assert_int_equal(run_get(r, FACT_MAP, 3)->obj.n_mappers, 2);
	assert_int_equal(run_get(r, FACT_MAP, 4)->obj.n_mappers, 1);
	run_free(r);
}

static void destroyed(void **state)
{
	struct run *r = two_processes();
	const struct seen *s;

	run_feed(r, rec_segment(1, 1000000, OBJ_MARKED, SYS_shmctl, 2));
	run_feed(r, rec_map(1, 2000000, MAP_DETACHED, 16 * PAGE, 4 * PAGE, 1));
	run_feed(r, rec_map(2, 3000000, MAP_EXIT_GONE, 16 * PAGE, 4 * PAGE, 0));
	run_feed(r, rec_segment(2, 3000001, OBJ_DESTROYED, -1, 0));
	run_feed(r, rec_call(4000000, SYS_shmctl, OPC_SHM_CTL, -EINVAL, 0, false));
	run_finish(r);
	s = run_get(r, FACT_OBJECT, 1);
	assert_true(s->obj.gone);
	assert_int_equal(s->f.cause.kind, CAUSE_LAST_DETACH);
	assert_int_equal(s->f.cause.by.pid, 1);
	assert_string_equal(s->why,
			    "two had the last attach; marked for removal by one at 1.000 ms");
	run_free(r);

	/* Without an attach it goes with the call; a mark that was not seen is not told. */
	r = run_new();
	run_feed(r, rec_segment(1, 10, OBJ_DESTROYED, SYS_shmctl, 0));
	run_finish(r);
	assert_string_equal(run_get(r, FACT_OBJECT, 0)->why,
			    "nobody had it attached: it is destroyed at once");
	run_free(r);
	r = run_new();
	run_feed(r, rec_segment(1, 10, OBJ_DESTROYED, SYS_shmdt, 0));
	run_finish(r);
	assert_non_null(strstr(run_get(r, FACT_OBJECT, 0)->why, "was not seen"));
	run_free(r);
}

static void same_page(void **state)
{
	struct run *r = two_processes();

	run_feed(r, rec_fault(1, 30, 2, 0x123));
	run_feed(r, rec_fault(1, 31, 2, 0x123));
	run_feed(r, rec_fault(2, 32, 2, 0x123)); /* the same */
	run_feed(r, rec_fault(2, 33, 3, 0x124)); /* nobody was there before */
	run_feed(r, rec_fault(1, 34, 3, 0x999)); /* it was moved meanwhile */
	run_feed(r, rec_fault(2, 35, 3, 0x999));
	run_feed(r, rec_fault(1, 36, 5, 0)); /* not known is not the same */
	run_feed(r, rec_fault(2, 37, 5, 0));
	run_finish(r);
	for (size_t i = 0; i < 8; i++) {
		bool same = i == 2 || i == 5;

		assert_int_equal(run_get(r, FACT_FAULT, i)->f.cause.kind,
				 same ? CAUSE_SAME_PAGE : CAUSE_NONE);
	}
	assert_int_equal(run_get(r, FACT_FAULT, 2)->f.cause.by.pid, 1);
	assert_non_null(strstr(run_get(r, FACT_FAULT, 2)->why,
			       "page 2 is the same physical page, number 123, that one touched"));
	run_free(r);
}

static void denied(void **state)
{
	struct run *r = two_processes();
	union any_event e = rec_fault(2, 30, 0, 0);

	e.fault.write = 1;
	e.fault.denied = 1;
	run_feed(r, e);
	run_feed(r, rec_fault(1, 31, 0, 0x77));
	run_finish(r);
	assert_non_null(strstr(run_get(r, FACT_FAULT, 0)->why, "SIGSEGV"));
	assert_int_equal(run_get(r, FACT_FAULT, 1)->f.cause.kind, CAUSE_NONE);
	run_free(r);
}

static void names(void **state)
{
	static const struct {
		int nr;
		const char *path, *name;
	} cases[] = {
	    {SYS_openat, "/dev/shm/ring", "shmem:/ring"},
	    {SYS_memfd_create, "ring", "shmem:memfd:ring"},
	    {SYS_openat, "ring", "shmem:ring"},
	    {SYS_openat, "", "shmem:[9]"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *r = run_new();
		union any_event e = rec_segment(1, 10, OBJ_OPENED, cases[i].nr, 0);

		e.object.obj = (struct ipc_object){.id = 9, .dev = 1, .mech = MECH_SHMEM};
		strcpy(e.object.path, cases[i].path);
		run_feed(r, e);
		run_finish(r);
		assert_string_equal(run_get(r, FACT_OBJECT, 0)->obj.name, cases[i].name);
		run_free(r);
	}
}

static void reasons(void **state)
{
	static const struct {
		int nr;
		__u8 op;
		__s64 ret;
		__u64 arg;
		bool found;
		const char *why;
	} cases[] = {
	    {SYS_shmget, OPC_SHM_GET, -EEXIST, 1, true, "EEXIST: shm:[7] has that key already"},
	    {SYS_shmget, OPC_SHM_GET, -ENOENT, 1, false, "no segment has that key"},
	    {SYS_shmget, OPC_SHM_GET, -EINVAL, 9000, true, "has only 4000 bytes of the 9000"},
	    {SYS_shmget, OPC_SHM_GET, -EINVAL, 0, false, "cannot have a size of 0"},
	    {SYS_shmget, OPC_SHM_GET, -EINVAL, 4000, true, "the records do not show why"},
	    {SYS_shmget, OPC_SHM_GET, -EINVAL, 1ull << 63, false, "kernel.shmmax bytes at most"},
	    {SYS_shmget, OPC_SHM_GET, -ENOSPC, 4000, false, "kernel.shmmni"},
	    {SYS_shmget, OPC_SHM_GET, -EACCES, 1, true, "has mode 0640 and belongs to user 33"},
	    {SYS_shmat, OPC_SHM_AT, -EACCES, 0, true, "has mode 0640 and belongs to user 33"},
	    {SYS_shmat, OPC_SHM_AT, -EINVAL, 77, true, "the address is not that of a page"},
	    {SYS_shmat, OPC_SHM_AT, -EINVAL, 0, true, "the records do not show why"},
	    {SYS_shmctl, OPC_SHM_CTL, -EPERM, 0, true, "belongs to user 33: only its owner"},
	    {SYS_shmctl, OPC_SHM_CTL, -EIDRM, 0, true, "was removed meanwhile"},
	    {SYS_shmdt, OPC_SHM_DT, -EINVAL, 4096, false, "no segment is attached"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *r = run_new();

		run_feed(r, rec_call(10, cases[i].nr, cases[i].op, cases[i].ret, cases[i].arg,
				     cases[i].found));
		run_finish(r);
		if (!strstr(run_get(r, FACT_OP, 0)->why, cases[i].why))
			fail_msg("case %zu: %s", i, run_get(r, FACT_OP, 0)->why);
		run_free(r);
	}
}

/* server forks backend, which stays attached; another asks for the segment. */
static void attached_by(bool server_ends, const char *want)
{
	union any_event taken = rec_call(90, SYS_shmget, OPC_SHM_GET, -EEXIST, 1, true);
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "server"));
	run_feed(r, rec_map(1, 10, MAP_ATTACHED, 16 * PAGE, 4 * PAGE, 1));
	run_feed(r, rec_fork(1, 20, 2, "backend"));
	run_feed(r, rec_map(2, 21, MAP_INHERITED, 16 * PAGE, 4 * PAGE, 2));
	run_feed(r, rec_map(1, 30, MAP_EXIT_GONE, 16 * PAGE, 4 * PAGE, 1));
	if (server_ends)
		run_feed(r, rec_exit(1, 40, 9));
	taken.e.pid = taken.e.tid = 3;
	taken.op.before.v[SHM_NATTCH] = 1;
	run_feed(r, taken);
	run_finish(r);
	assert_string_equal(run_get(r, FACT_OP, 0)->why, want);
	run_free(r);
}

static void who_has_it_attached(void **state)
{
	(void)state;
	attached_by(false, "EEXIST: shm:[7] has that key already, and IPC_EXCL wants a new one; "
			   "who has it attached: backend 2");
	attached_by(true,
		    "EEXIST: shm:[7] has that key already, and IPC_EXCL wants a new one; who has "
		    "it attached: backend 2 (forked by server 1, which ended at 0.000 ms)");
}

/* However many objects came and went meanwhile. */
static void a_mapped_segment_is_remembered(void **state)
{
	struct run *r = run_new();
	const struct seen *s;

	(void)state;
	run_feed(r, rec_exec(1, 1, "user"));
	run_feed(r, rec_map(1, 10, MAP_ATTACHED, 16 * PAGE, 4 * PAGE, 1));
	for (__u32 i = 1; i < 3000; i++) {
		run_feed(r, rec_op(2, 100 + i, 101 + i, "write", 1000 + i, 1, 1));
		timeline__advance(r->tl, 100 + i);
	}
	run_feed(r, rec_segment(1, 9000, OBJ_MARKED, SYS_shmctl, 1));
	run_finish(r);
	s = &r->seen[r->n - 1];
	assert_int_equal(s->obj.n_mappers, 1);
	assert_non_null(strstr(s->why, "its only attach: user 1"));
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_has_it_attached),
	    cmocka_unit_test(a_mapped_segment_is_remembered),
	    cmocka_unit_test(marked),
	    cmocka_unit_test(cuts),
	    cmocka_unit_test(destroyed),
	    cmocka_unit_test(same_page),
	    cmocka_unit_test(denied),
	    cmocka_unit_test(names),
	    cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
