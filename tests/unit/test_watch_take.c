/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of watched words: what a store replaced, as far as the accesses before it tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "watch/take.h"

#define WORD 0x7f0000001000ULL

/* mov eax, [rbx] and mov [rbx], eax: what was moved is in a register afterwards. */
static struct ev_access access_of(struct watch_last *last, __u32 tid, bool store, __u64 value)
{
	struct watch_hit hit = {.access = {.kind = store ? ACCESS_STORE : ACCESS_LOAD, .len = 4}};
	struct ev_access a;

	hit.access.e.tid = tid;
	hit.access.addr = WORD;
	hit.access.ip = 0x401000;
	hit.access.obj.id = 1;
	hit.regs[WATCH_BX] = WORD;
	hit.regs[WATCH_AX] = value;
	hit.has_code = 1;
	memset(hit.code, 0x90, sizeof(hit.code));
	hit.code[WATCH_CODE - 2] = store ? 0x89 : 0x8b;
	hit.code[WATCH_CODE - 1] = 0x03;
	watch_take(&a, &hit, last);
	assert_int_equal(a.after, value);
	assert_int_equal(a.from, FROM_MOVE);
	return a;
}

static void loads(struct watch_last *last, __u32 tid, __u64 value)
{
	assert_false(access_of(last, tid, false, value).known);
}

static void stores(struct watch_last *last, __u32 tid, __u64 value, int was)
{
	struct ev_access a = access_of(last, tid, true, value);

	assert_int_equal(a.known, was >= 0);
	if (was >= 0)
		assert_int_equal(a.before, was);
}

static void what_a_store_replaced(void **state)
{
	struct watch_last last = {0};

	(void)state;
	stores(&last, 1, 5, -1); /* nobody has seen what was there */
	stores(&last, 2, 6, 5);
	loads(&last, 1, 6);
	stores(&last, 1, 7, 6);
	/* The kernel stored 0 meanwhile; who has loaded it knows, of another thread a record may be
	 * on its way. */
	loads(&last, 1, 0);
	stores(&last, 1, 1, 0);
	loads(&last, 2, 9);
	stores(&last, 1, 2, -1);
	/* Loaded before 3 was stored, told after it. */
	stores(&last, 1, 3, 2);
	loads(&last, 2, 2);
	stores(&last, 2, 3, 3);
	/* Its own store is no longer there. */
	stores(&last, 2, 4, 3);
	loads(&last, 2, 3);
	stores(&last, 1, 5, -1);
}

/* By an instruction that is not known: the value is what the word was read to be afterwards. */
static struct ev_access unknown_store(struct watch_last *last, __u32 tid, __u64 later)
{
	struct watch_hit hit = {
	    .access = {.kind = ACCESS_STORE, .len = 4, .after = later, .from = FROM_MEMORY}};
	struct ev_access a;

	hit.access.e.tid = tid;
	hit.access.addr = WORD;
	hit.access.obj.id = 1;
	watch_take(&a, &hit, last);
	assert_int_equal(a.from, FROM_MEMORY);
	return a;
}

/* Another thread's store may be in what was read, whose record comes next. */
static void what_was_read_afterwards_tells_its_own_thread(void **state)
{
	struct watch_last last = {0};

	(void)state;
	stores(&last, 1, 5, -1);
	assert_int_equal(unknown_store(&last, 1, 7).before, 5);
	stores(&last, 2, 7, -1);
	assert_int_equal(unknown_store(&last, 1, 8).before, 7);
	stores(&last, 1, 9, 8);
}

static void the_first_load_tells_its_own_thread(void **state)
{
	struct watch_last last = {0};

	(void)state;
	loads(&last, 1, 3);
	stores(&last, 1, 4, 3);
	last = (struct watch_last){0};
	loads(&last, 1, 3);
	stores(&last, 2, 4, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_store_replaced),
	    cmocka_unit_test(what_was_read_afterwards_tells_its_own_thread),
	    cmocka_unit_test(the_first_load_tells_its_own_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
