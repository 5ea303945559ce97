/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of watched words: which stores are lost, and when nothing is told about that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "words/fields.h"
#include "records.h"

#define IP 0x401000

static union any_event access(__u32 tid, __u64 ts, __u8 kind, __u64 value)
{
	union any_event r = {.access = {.e = {.ts = ts,
					      .pid = tid,
					      .tid = tid,
					      .kind = EV_ACCESS,
					      .size = sizeof(struct ev_access)},
					.obj = {.id = 7, .dev = 1, .mech = MECH_SHM},
					.ip = IP,
					.after = value,
					.len = 4,
					.kind = kind,
					.from = FROM_MOVE,
					.nr = -1}};

	return r;
}

static union any_event load(__u32 tid, __u64 ts, __u64 value)
{
	return access(tid, ts, ACCESS_LOAD, value);
}

static union any_event store(__u32 tid, __u64 ts, __u64 value)
{
	return access(tid, ts, ACCESS_STORE, value);
}

/* *word = 0 */
static union any_event number(__u32 tid, __u64 ts, __u64 value)
{
	union any_event r = store(tid, ts, value);

	r.access.from = FROM_NUMBER;
	return r;
}

/* One whose value was read when it was over. */
static union any_event later(union any_event r, __u8 update)
{
	r.access.from = FROM_MEMORY;
	r.access.update = update;
	return r;
}

static struct run *run_all(const union any_event *recs, size_t n)
{
	struct run *r = run_new();

	for (size_t i = 0; i < n; i++)
		run_feed(r, recs[i]);
	return run_finish(r);
}

#define RUN(...)                                                                                   \
	run_all((const union any_event[]){__VA_ARGS__},                                            \
		sizeof((const union any_event[]){__VA_ARGS__}) / sizeof(union any_event))

static const struct fact *nth(const struct run *r, size_t n)
{
	return &run_get(r, FACT_ACCESS, n)->f;
}

static void one_after_the_other(void **state)
{
	struct run *r = RUN(load(1, 10, 5), store(1, 20, 6), load(2, 30, 6), store(2, 40, 7));

	(void)state;
	assert_int_equal(nth(r, 3)->cause.kind, CAUSE_NONE);
	assert_true(nth(r, 3)->access.loaded_known);
	assert_int_equal(nth(r, 3)->access.loaded, 6);
	assert_true(nth(r, 3)->access.lost_known);
	assert_int_equal(nth(r, 3)->access.lost, 0);
	run_free(r);
}

static void both_loaded_the_same(void **state)
{
	union any_event second = store(2, 40, 6);
	struct run *r;

	(void)state;
	second.access.known = 1;
	second.access.before = 6;
	r = RUN(rec_exec(1, 1, "one"), rec_exec(2, 2, "two"), load(1, 10, 5), load(2, 20, 5),
		store(1, 30, 6), second);
	assert_int_equal(nth(r, 3)->cause.kind, CAUSE_LOST_STORE);
	assert_int_equal(nth(r, 3)->cause.by.pid, 1);
	assert_int_equal(nth(r, 3)->cause.t, 30);
	assert_int_equal(nth(r, 3)->access.unseen, 1);
	assert_true(nth(r, 3)->access.over_known);
	assert_int_equal(nth(r, 3)->access.over, nth(r, 2)->rec->access.after);
	assert_int_equal(nth(r, 3)->access.lost, 1);
	assert_string_equal(
	    run_get(r, FACT_ACCESS, 3)->why,
	    "two stores 6 on top of 6: it had loaded 5 at 0.000 ms; what one 1 stored in between, "
	    "at 0.000 ms, is not in it; 1 of 2 stores is lost by now");
	run_free(r);
}

/* What overwrote may be overwritten by who never saw it: then its own stores are back. */
static void lost_and_back(void **state)
{
	struct run *r = RUN(load(1, 10, 5), load(2, 11, 5), store(1, 12, 6), load(1, 13, 6),
			    store(1, 14, 7), load(1, 15, 7), store(2, 16, 6), store(1, 17, 8));

	(void)state;
	assert_int_equal(nth(r, 6)->access.unseen, 2);
	assert_int_equal(nth(r, 6)->access.lost, 2);
	assert_int_equal(nth(r, 7)->cause.kind, CAUSE_LOST_STORE);
	/* Four times one was added to 5, and it is 8. */
	assert_int_equal(nth(r, 7)->access.lost, 1);
	assert_int_equal(nth(r, 7)->access.stores, 4);
	assert_string_equal(run_get(r, FACT_ACCESS, 6)->why +
				strlen(run_get(r, FACT_ACCESS, 6)->why) -
				strlen("are not in it; 2 of 3 stores are lost by now"),
			    "are not in it; 2 of 3 stores are lost by now");
	run_free(r);
}

/* A load at the end sees the sum: three times one was added to 5, and it is 7. */
static void a_load_counts(void **state)
{
	struct run *r = RUN(load(1, 10, 5), load(2, 11, 5), store(1, 12, 6), store(2, 13, 6),
			    load(1, 14, 6), store(1, 15, 7), load(3, 16, 7), load(3, 17, 9));

	(void)state;
	assert_true(nth(r, 0)->access.lost_known);
	assert_int_equal(nth(r, 0)->access.stores, 0);
	assert_true(nth(r, 6)->access.lost_known);
	assert_int_equal(nth(r, 6)->access.stores, 3);
	assert_int_equal(nth(r, 6)->access.lost, 1);
	/* A value that no known store has. */
	assert_false(nth(r, 7)->access.lost_known);
	run_free(r);
}

/* The record of a store came after that of the load that saw it. */
static void out_of_order(void **state)
{
	struct run *r =
	    RUN(load(1, 10, 5), load(2, 29, 6), store(1, 30, 6), store(2, 40, 7), load(1, 50, 7));

	(void)state;
	assert_int_equal(nth(r, 3)->cause.kind, CAUSE_NONE);
	assert_true(nth(r, 3)->access.lost_known);
	assert_int_equal(nth(r, 3)->access.lost, 0);
	run_free(r);
}

static void a_store_from_nothing(void **state)
{
	struct run *r = RUN(load(1, 10, 5), load(2, 11, 5), store(1, 12, 6), store(2, 13, 6),
			    number(1, 14, 0), load(2, 15, 0), store(2, 16, 1));

	(void)state;
	assert_int_equal(nth(r, 3)->access.lost, 1);
	assert_int_equal(nth(r, 4)->cause.kind, CAUSE_NONE);
	assert_false(nth(r, 4)->access.loaded_known);
	assert_int_equal(nth(r, 4)->access.lost, 0);
	assert_int_equal(nth(r, 6)->access.lost, 0);
	assert_int_equal(nth(r, 6)->access.stores, 1);
	run_free(r);
}

/* What was loaded before the count began is not counted from there. */
static void over_a_store_from_nothing(void **state)
{
	struct run *r = RUN(load(1, 10, 5), load(2, 11, 5), store(1, 12, 6), number(3, 13, 0),
			    store(2, 14, 6), load(1, 15, 6));
	const char *why = run_get(r, FACT_ACCESS, 4)->why;

	(void)state;
	assert_true(nth(r, 3)->access.lost_known);
	assert_int_equal(nth(r, 4)->cause.kind, CAUSE_LOST_STORE);
	assert_false(nth(r, 4)->access.lost_known);
	assert_false(nth(r, 5)->access.lost_known);
	assert_non_null(strstr(why, "; how many are lost by now is not known"));
	run_free(r);
}

/* It is of the value 5, and so was what was there before the others came and went. */
static void atomic_stores_hide_those_before(void **state)
{
	struct run *r = RUN(load(1, 10, 5), store(1, 11, 5), later(store(2, 12, 6), UPDATE_ATOMIC),
			    later(store(3, 13, 5), UPDATE_ATOMIC), load(1, 14, 5), store(1, 15, 6));

	(void)state;
	assert_int_equal(nth(r, 3)->access.lost, 0);
	assert_false(nth(r, 4)->access.lost_known);
	assert_int_equal(nth(r, 5)->cause.kind, CAUSE_NONE);
	assert_false(nth(r, 5)->access.lost_known);
	run_free(r);
}

/* Whether it loaded is not known of an instruction whose value is not. */
static void a_store_of_an_unknown_instruction(void **state)
{
	struct run *r = RUN(load(1, 10, 5), load(2, 11, 5), store(2, 12, 6),
			    later(store(1, 13, 106), UPDATE_NONE));

	(void)state;
	assert_int_equal(nth(r, 3)->cause.kind, CAUSE_NONE);
	assert_false(nth(r, 3)->access.loaded_known);
	assert_false(nth(r, 3)->access.lost_known);
	run_free(r);
}

/* old = *p; another one stores; if (*p > ...) *p = old + 1 */
static void of_two_loads_it_may_be_made_of_either(void **state)
{
	struct run *r =
	    RUN(load(1, 10, 5), load(2, 11, 5), store(2, 12, 6), load(1, 13, 6), store(1, 14, 6));

	(void)state;
	assert_int_equal(nth(r, 4)->cause.kind, CAUSE_NONE);
	assert_false(nth(r, 4)->access.lost_known);
	run_free(r);
	/* Both loaded the same store: either way. */
	r = RUN(load(1, 10, 5), load(1, 11, 5), store(1, 12, 6));
	assert_true(nth(r, 2)->access.lost_known);
	run_free(r);
}

/* v = *p; a handler loads and stores; *p = v + 1 */
static void a_second_store_of_one_load(void **state)
{
	struct run *r = RUN(load(1, 10, 5), load(1, 11, 5), store(1, 12, 6), store(1, 13, 6));

	(void)state;
	assert_true(nth(r, 2)->access.lost_known);
	assert_false(nth(r, 3)->access.lost_known);
	run_free(r);
}

/*
 * A store whose value was read from the word afterwards, by the only process that has it mapped, or
 * not.
 */
static void from_memory(void **state)
{
	union any_event zero = later(store(1, 30, 0), UPDATE_NONE);
	struct run *r;

	(void)state;
	r = RUN(zero, load(1, 40, 0), store(1, 50, 1));
	assert_false(nth(r, 2)->access.lost_known);
	run_free(r);
	zero.access.from = FROM_ALONE;
	r = RUN(zero, load(1, 40, 0), load(2, 41, 0), store(1, 50, 1), store(2, 51, 1));
	assert_true(nth(r, 4)->access.lost_known);
	assert_int_equal(nth(r, 4)->access.lost, 1);
	assert_int_equal(nth(r, 4)->access.stores, 2);
	run_free(r);
	/* It may be based on what it loaded. */
	zero.access.update = UPDATE_PLAIN;
	r = RUN(zero, load(1, 40, 0), store(1, 50, 1));
	assert_false(nth(r, 2)->access.lost_known);
	run_free(r);
}

/* 5 is loaded where an atomic store may have left it; a later store of 5 is not what was seen. */
static void what_was_hidden_is_not_found_later(void **state)
{
	struct run *r = RUN(load(1, 10, 1), later(store(2, 11, 5), UPDATE_ATOMIC), load(3, 12, 5),
			    number(4, 13, 5), store(3, 14, 6));

	(void)state;
	assert_false(nth(r, 4)->access.judged);
	assert_false(nth(r, 4)->access.lost_known);
	run_free(r);
}

/* What a thread saw last counts for a number, whatever it saw before. */
static void a_number_after_two_loads(void **state)
{
	struct run *r = RUN(load(1, 10, 1), load(2, 11, 1), store(2, 12, 0), load(1, 13, 0),
			    number(1, 14, 1), number(2, 15, 7));

	(void)state;
	assert_true(nth(r, 4)->access.judged);
	assert_int_equal(nth(r, 4)->cause.kind, CAUSE_NONE);
	run_free(r);
}

static bool is_open(const struct fact *f, const char *field)
{
	struct fields fs;

	fact__fields(f, &fs);
	return !fields__get(&fs, field) && fields__is_unknown(&fs, field);
}

/* A claim on what is not known neither holds nor fails. */
static void what_is_not_judged_is_unknown(void **state)
{
	struct run *r = RUN(load(1, 10, 5), later(store(1, 13, 106), UPDATE_NONE), load(2, 14, 106),
			    number(3, 15, 0));

	(void)state;
	assert_true(is_open(nth(r, 1), "cause") && is_open(nth(r, 1), "cause.comm"));
	assert_true(is_open(nth(r, 1), "unseen") && is_open(nth(r, 1), "over"));
	assert_true(is_open(nth(r, 1), "lost"));
	assert_false(is_open(nth(r, 0), "cause") || is_open(nth(r, 2), "cause"));
	assert_false(is_open(nth(r, 3), "cause") || is_open(nth(r, 3), "lost"));
	assert_false(is_open(nth(r, 3), "ca"));
	run_free(r);
}

static void updates_in_one(void **state)
{
	union any_event atomic = store(1, 10, 1), plain = store(2, 30, 3);
	struct run *r;

	(void)state;
	atomic.access.update = UPDATE_ATOMIC;
	plain.access.update = UPDATE_PLAIN;
	r = RUN(atomic, plain);
	assert_true(nth(r, 0)->access.lost_known);
	assert_int_equal(nth(r, 0)->access.lost, 0);
	assert_false(nth(r, 1)->access.lost_known);
	run_free(r);
}

static bool is_told(const struct run *r, size_t n)
{
	return nth(r, n)->access.lost_known || nth(r, n)->cause.kind != CAUSE_NONE;
}

/* Whatever is not known for certain is not told. */
static void not_told(void **state)
{
	union any_event vague = load(2, 20, 5);
	struct run *r;

	(void)state;
	/* The loaded value was read from the word afterwards. */
	vague.access.from = FROM_MEMORY;
	r = RUN(load(1, 10, 5), vague, store(1, 30, 6), store(2, 40, 6));
	assert_false(is_told(r, 3));
	run_free(r);
	/* No known store has the loaded value. */
	r = RUN(load(1, 10, 5), store(1, 20, 6), load(2, 30, 9), store(2, 40, 10));
	assert_false(is_told(r, 3));
	run_free(r);
	/* Which kind it was is not known. */
	r = RUN(load(1, 10, 5), access(2, 20, ACCESS_UNKNOWN, 5), store(1, 30, 6));
	assert_false(nth(r, 2)->access.lost_known);
	run_free(r);
	/* Records were lost in between. */
	r = RUN(load(1, 10, 5), load(2, 20, 5), store(1, 30, 6), rec_lost(35, 1), store(2, 40, 6));
	assert_int_equal(nth(r, 3)->cause.kind, CAUSE_NONE);
	/* Nor is it counted from there. */
	assert_false(nth(r, 3)->access.lost_known);
	run_free(r);
}

static void two_words_are_two(void **state)
{
	union any_event other = store(1, 30, 6);
	struct run *r;

	(void)state;
	other.access.offset = 4;
	r = RUN(load(1, 10, 5), load(2, 20, 5), other, store(2, 40, 6));
	assert_int_equal(nth(r, 3)->cause.kind, CAUSE_NONE);
	run_free(r);
}

/* What was counted of a word that had to go, because there are more than are kept, is not known any more. */
static void more_words_than_are_kept(void **state)
{
	struct run *r = run_new();
	union any_event rec;

	(void)state;
	for (__u32 i = 0; i <= 64; i++) {
		rec = load(1, 10 + i, 5);
		rec.access.offset = 4 * i;
		run_feed(r, rec);
	}
	run_feed(r, load(1, 100, 5)); /* the first word again */
	run_feed(r, store(1, 110, 6));
	run_finish(r);
	assert_true(nth(r, 0)->access.lost_known);
	assert_true(nth(r, 63)->access.lost_known);
	assert_false(nth(r, 65)->access.lost_known);
	assert_false(nth(r, 66)->access.lost_known);
	run_free(r);
}

static void symbols(void **state)
{
	union any_event s = {.symbol = {.e = {.ts = 10,
					      .pid = 1,
					      .tid = 1,
					      .kind = EV_SYMBOL,
					      .size = sizeof(struct ev_symbol)},
					.ip = IP,
					.line = 34,
					.offset = 0x12}};
	struct run *r;
	struct fields fs;

	(void)state;
	memset(s.symbol.symbol, 's', SYMBOL_LEN);
	strcpy(s.symbol.file, "a.c");
	r = RUN(s, load(1, 10, 5), load(2, 20, 5));
	fact__fields(nth(r, 0), &fs);
	assert_int_equal(strlen(fields__get(&fs, "symbol")->s), SYMBOL_LEN - 1 + strlen("+0x12"));
	assert_string_equal(fields__get(&fs, "file")->s, "a.c");
	assert_int_equal(fields__get(&fs, "line")->i, 34);
	/* The same address in another process is another place. */
	fact__fields(nth(r, 1), &fs);
	assert_null(fields__get(&fs, "symbol"));
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_after_the_other),
	    cmocka_unit_test(both_loaded_the_same),
	    cmocka_unit_test(lost_and_back),
	    cmocka_unit_test(out_of_order),
	    cmocka_unit_test(a_store_from_nothing),
	    cmocka_unit_test(a_load_counts),
	    cmocka_unit_test(over_a_store_from_nothing),
	    cmocka_unit_test(atomic_stores_hide_those_before),
	    cmocka_unit_test(a_store_of_an_unknown_instruction),
	    cmocka_unit_test(of_two_loads_it_may_be_made_of_either),
	    cmocka_unit_test(a_second_store_of_one_load),
	    cmocka_unit_test(what_was_hidden_is_not_found_later),
	    cmocka_unit_test(a_number_after_two_loads),
	    cmocka_unit_test(what_is_not_judged_is_unknown),
	    cmocka_unit_test(from_memory),
	    cmocka_unit_test(updates_in_one),
	    cmocka_unit_test(not_told),
	    cmocka_unit_test(two_words_are_two),
	    cmocka_unit_test(more_words_than_are_kept),
	    cmocka_unit_test(symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
