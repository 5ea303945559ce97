/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the tally: sleeps count once, pairs, bytes, full tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "names/mech.h"
#include "names/names.h"
#include "records.h"
#include "stat/report.h"
#include "stat/tally.h"

#define MS 1000000ULL

static __u64 seed = 88172645463325252ULL;

static __u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

struct fixture {
	struct tally *t;
	struct tally_rows rows;
};

static struct fixture begin(const struct tally_limits *limits)
{
	static const struct tally_limits any;
	struct fixture f = {.t = tally__new(limits ? limits : &any)};

	assert_non_null(f.t);
	return f;
}

static void feed(struct fixture *f, union any_event rec)
{
	assert_int_equal(tally__feed(f->t, &rec.e), 0);
}

static void finish(struct fixture *f)
{
	assert_int_equal(tally__finish(f->t, &f->rows), 0);
}

static union any_event snapshot(union any_event wait, __u64 seen)
{
	wait.e.flags |= EVF_OPEN;
	wait.wait.woken = 0;
	wait.wait.waker = (struct ev_waker){0};
	wait.e.ts = seen;
	return wait;
}

static void a_delay_that_nobody_saw_is_not_counted(void **state)
{
	struct fixture f = begin(NULL);
	union any_event w = rec_wait(20, 10 * MS, 40 * MS, 45 * MS, "read", WAIT_PIPE_EMPTY, 7);

	feed(&f, rec_exec(20, 1 * MS, "reader"));
	w.e.flags |= EVF_LATE;
	feed(&f, w);
	finish(&f);
	assert_int_equal(f.rows.objects[0]->w.wait.sum, 30 * MS);
	assert_int_equal(f.rows.objects[0]->w.delay.n, 0);
	tally__free(f.t);
}

static void a_wait_and_its_delay_have_a_pair(void **state)
{
	struct fixture f = begin(NULL);
	union any_event w = rec_wait(20, 10 * MS, 40 * MS, 41 * MS, "read", WAIT_PIPE_EMPTY, 7);
	const struct tally_pair *p;

	feed(&f, rec_exec(20, 1 * MS, "reader"));
	feed(&f, woken_by(w, WAKE_TASK, 10, "writer", "write", 7));
	feed(&f, rec_op(20, 10 * MS, 42 * MS, "read", 7, -4, 100));
	feed(&f, rec_op(20, 43 * MS, 44 * MS, "read", 7, 60, 100));
	finish(&f);
	assert_int_equal(f.rows.n_objects, 1);
	assert_int_equal(f.rows.objects[0]->w.wait.sum, 30 * MS);
	assert_int_equal(f.rows.objects[0]->w.delay.sum, 1 * MS);
	assert_int_equal(f.rows.objects[0]->reasons[WAIT_PIPE_EMPTY].ns, 30 * MS);
	assert_int_equal(f.rows.objects[0]->flow.reads, 2);
	assert_int_equal(f.rows.objects[0]->flow.read_bytes, 60);
	assert_int_equal(f.rows.n_pairs, 1);
	p = f.rows.pairs[0];
	assert_int_equal(p->who.pid, 20);
	assert_string_equal(p->who.comm, "reader");
	assert_int_equal(p->by.pid, 10);
	assert_string_equal(p->by.comm, "writer");
	assert_int_equal(p->w.wait.n, 1);
	/* No writer was seen: whose bytes it read is not known. */
	assert_int_equal(p->bytes, 0);
	assert_int_equal(f.rows.span, 43 * MS);
	tally__free(f.t);
}

static void a_sleep_counts_once(void **state)
{
	struct fixture f = begin(NULL);
	union any_event w = rec_wait(20, 10 * MS, 400 * MS, 401 * MS, "read", WAIT_PIPE_EMPTY, 7);
	union any_event last = rec_wait(20, 500 * MS, 0, 0, "read", WAIT_PIPE_EMPTY, 7);

	feed(&f, snapshot(w, 50 * MS));
	feed(&f, snapshot(w, 100 * MS));
	feed(&f, woken_by(w, WAKE_TASK, 10, "writer", "write", 7));
	/* Read before the end, arrived after it. */
	feed(&f, snapshot(w, 390 * MS));
	finish(&f);
	assert_int_equal(f.rows.objects[0]->w.wait.n, 1);
	assert_int_equal(f.rows.objects[0]->w.open, 0);
	tally__free(f.t);

	f = begin(NULL);
	feed(&f, woken_by(w, WAKE_TASK, 10, "writer", "write", 7));
	feed(&f, snapshot(last, 550 * MS));
	feed(&f, snapshot(last, 600 * MS));
	finish(&f);
	assert_int_equal(f.rows.objects[0]->w.wait.n, 2);
	assert_int_equal(f.rows.objects[0]->w.open, 1);
	assert_int_equal(f.rows.objects[0]->w.wait.sum, 490 * MS);
	assert_int_equal(f.rows.n_pairs, 2);
	assert_int_equal(f.rows.pairs[0]->by.pid, 10);
	assert_int_equal(f.rows.pairs[1]->w.open, 1);
	assert_int_equal(f.rows.pairs[1]->by.pid, 0);
	tally__free(f.t);
}

static void leave_out(struct fixture *f, union any_event rec)
{
	assert_int_equal(tally__leave_out(f->t, &rec.e), 0);
}

static size_t objects(struct fixture *f)
{
	size_t n;

	finish(f);
	n = f->rows.n_objects;
	tally__free(f->t);
	return n;
}

/* A sleep of which only the beginning is asked for is not told, as in a replay. */
static void what_is_known_last_of_a_sleep_decides(void **state)
{
	struct fixture f = begin(NULL);
	union any_event w = rec_wait(20, 10 * MS, 400 * MS, 401 * MS, "read", WAIT_PIPE_EMPTY, 7);

	(void)state;
	feed(&f, snapshot(w, 50 * MS));
	leave_out(&f, w);
	assert_int_equal(objects(&f), 0);

	f = begin(NULL);
	feed(&f, snapshot(w, 50 * MS));
	leave_out(&f, snapshot(w, 100 * MS));
	assert_int_equal(objects(&f), 0);

	f = begin(NULL);
	leave_out(&f, snapshot(w, 50 * MS));
	feed(&f, snapshot(w, 100 * MS));
	assert_int_equal(objects(&f), 1);

	/* Read before the end, arrived after it. */
	f = begin(NULL);
	leave_out(&f, w);
	feed(&f, snapshot(w, 390 * MS));
	assert_int_equal(objects(&f), 0);
}

/* A task that an interrupt interrupts woke no other. */
static void interrupts_name_no_task(void **state)
{
	static const __u8 contexts[] = {WAKE_TIMER, WAKE_IRQ};
	struct fixture f = begin(NULL);

	for (size_t i = 0; i < 2; i++) {
		union any_event w = rec_wait(20, (10 + 10 * i) * MS, (15 + 10 * i) * MS,
					     (16 + 10 * i) * MS, "read", WAIT_UNKNOWN, 0);

		feed(&f, woken_by(w, contexts[i], 99, "innocent", "getpid", 0));
	}
	finish(&f);
	assert_int_equal(f.rows.n_pairs, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(f.rows.pairs[i]->by.pid, 0);
		assert_int_equal(f.rows.pairs[i]->ctx, contexts[i]);
	}
	/* Without an object the system call is what is waited in. */
	assert_int_equal(f.rows.n_objects, 1);
	assert_int_equal(f.rows.objects[0]->key.mech, 0);
	assert_int_equal(f.rows.objects[0]->nr, syscall_number("read"));
	tally__free(f.t);
}

static void feed_creation(struct fixture *f, __u64 ts, __u64 ino)
{
	feed(f, rec_object(10, ts, OBJ_CREATED, 3, END_READ, ino, 1));
	feed(f, rec_object(10, ts + 1, OBJ_CREATED, 4, END_WRITE, ino, 2));
}

static void bytes_are_a_pairs_where_one_wrote(void **state)
{
	struct fixture f = begin(NULL);

	feed_creation(&f, 1 * MS, 7);
	feed(&f, rec_op(10, 2 * MS, 3 * MS, "write", 7, 100, 100));
	feed(&f, rec_op(20, 3 * MS, 4 * MS, "read", 7, 70, 100));
	feed(&f, rec_op(21, 4 * MS, 5 * MS, "read", 7, 30, 100));
	/* Two write here: whose bytes were read? */
	feed_creation(&f, 6 * MS, 8);
	feed(&f, rec_op(10, 7 * MS, 8 * MS, "write", 8, 100, 100));
	feed(&f, rec_op(11, 7 * MS, 8 * MS, "write", 8, 100, 100));
	feed(&f, rec_op(22, 9 * MS, 10 * MS, "read", 8, 200, 200));
	finish(&f);
	assert_int_equal(f.rows.n_pairs, 2);
	assert_int_equal(f.rows.pairs[0]->who.pid, 20);
	assert_int_equal(f.rows.pairs[0]->by.pid, 10);
	assert_int_equal(f.rows.pairs[0]->bytes, 70);
	assert_int_equal(f.rows.pairs[0]->reads, 1);
	assert_int_equal(f.rows.pairs[1]->who.pid, 21);
	assert_int_equal(f.rows.pairs[1]->bytes, 30);
	tally__free(f.t);
}

static void numbers_used_again_are_others(void **state)
{
	struct fixture f = begin(NULL);

	feed_creation(&f, 1 * MS, 7);
	feed(&f, rec_op(10, 2 * MS, 3 * MS, "write", 7, 100, 100));
	feed_creation(&f, 50 * MS, 7);
	feed(&f, rec_op(10, 51 * MS, 52 * MS, "write", 7, 1, 1));
	feed(&f, rec_op(10, 53 * MS, 54 * MS, "write", 7, 1, 1));
	finish(&f);
	assert_int_equal(f.rows.n_objects, 2);
	assert_int_equal(f.rows.objects[0]->generation, 1);
	assert_int_equal(f.rows.objects[0]->flow.write_bytes, 2);
	assert_int_equal(f.rows.objects[1]->flow.write_bytes, 100);
	tally__free(f.t);

	/* So are processes. */
	f = begin(NULL);
	for (__u64 i = 0; i < 2; i++) {
		union any_event w = rec_wait(30, (10 + 10 * i) * MS, (12 + 10 * i) * MS,
					     (12 + 10 * i) * MS, "wait4", WAIT_UNKNOWN, 0);

		feed(&f, rec_fork(1, (9 + 10 * i) * MS, 30, i ? "second" : "first"));
		feed(&f, woken_by(w, WAKE_TASK, 10, "waker", "write", 0));
		feed(&f, rec_exit(30, (13 + 10 * i) * MS, 0));
	}
	finish(&f);
	assert_int_equal(f.rows.n_pairs, 2);
	assert_string_not_equal(f.rows.pairs[0]->who.comm, f.rows.pairs[1]->who.comm);
	tally__free(f.t);
}

/* Nothing is lost by a full table, and what still lives keeps its row. */
static void full_tables_add_up(void **state)
{
	struct tally_limits few = {.objects = 4, .pairs = 4, .uses = 6};
	struct fixture f = begin(&few);
	__u64 waits = 0, ns = 0, pair_waits = 0, bytes = 0;

	for (__u32 i = 0; i < 1000; i++) {
		__u64 at = (10 + 10 * (__u64)i) * MS;
		union any_event w = rec_wait(1000 + i, at, at + MS, at + MS, "read",
					     WAIT_PIPE_EMPTY, 100 + i),
				gone = rec_object(1000 + i, at + 3 * MS, OBJ_CLOSED, 3,
						  END_READ | END_WRITE, 100 + i, 5);

		gone.object.released = i % 2;
		feed(&f, rec_op(1, at, at + MS, "write", 7, 10, 10));
		feed(&f, woken_by(w, WAKE_TASK, 1, "waker", "write", 7));
		feed(&f, rec_op(1000 + i, at, at + 2 * MS, "read", 100 + i, 10, 10));
		feed(&f, gone);
		if (i % 3)
			feed(&f, rec_exit(1000 + i, at + 4 * MS, 0));
	}
	finish(&f);
	assert_true(f.rows.n_objects >= 1 && f.rows.n_objects <= 4);
	assert_true(f.rows.n_pairs >= 1 && f.rows.n_pairs <= 4);
	assert_true(f.rows.n_uses >= 1 && f.rows.n_uses <= 6);
	assert_non_null(f.rows.other_objects);
	assert_true(f.rows.other_objects->cut);
	assert_non_null(f.rows.other_pairs);
	for (size_t i = 0; i <= f.rows.n_objects; i++) {
		const struct tally_object *o =
		    i < f.rows.n_objects ? f.rows.objects[i] : f.rows.other_objects;

		waits += o->w.wait.n;
		ns += o->w.wait.sum;
		bytes += o->flow.read_bytes + o->flow.write_bytes;
		if (o->key.id == 7)
			assert_int_equal(o->flow.write_bytes, 10000);
	}
	for (size_t i = 0; i < f.rows.n_pairs; i++)
		pair_waits += f.rows.pairs[i]->w.wait.n;
	assert_int_equal(waits, 1000);
	assert_int_equal(ns, 1000 * MS);
	assert_int_equal(bytes, 20000);
	assert_int_equal(pair_waits + f.rows.other_pairs->w.wait.n, 1000);
	tally__free(f.t);
}

/* What the kernel makes of a time of w, in a row of its own. */
static void feed_time(struct fixture *f, const struct ev_wait *w, __u8 what, __u64 ns)
{
	bool task = w->waker.ctx == WAKE_TASK;
	struct sum_wait_key key = {.obj = w->obj,
				   .pid = w->e.pid,
				   .by = task ? w->waker.pid : 0,
				   .nr = w->obj.mech ? -1 : w->nr,
				   .what = what,
				   .octave = (__u8)sum_octave(ns),
				   .reason = w->reason,
				   .ctx = w->waker.ctx,
				   .earlier = !!(w->e.flags & EVF_BEFORE)};
	struct sum_wait sum = {.sum = ns, .max = ns, .last = w->e.ts};
	__u64 n = 0;

	sum.steps[sum_step(ns, key.octave)] = 1;
	memcpy(sum.by_comm, w->waker.comm, COMM_LEN);
	assert_int_equal(tally__feed_waits(f->t, &key, &sum, &n), 0);
	assert_int_equal(n, what == SUM_WAIT);
}

static void feed_as_sums(struct fixture *f, union any_event rec)
{
	const struct ev_wait *w = &rec.wait;
	const struct ev_op *op = &rec.op;
	__u64 n = 0;

	if (rec.e.kind == EV_WAIT) {
		feed_time(f, w, SUM_WAIT, w->woken - w->slept);
		feed_time(f, w, SUM_DELAY, w->e.ts - w->woken);
		return;
	}
	tally__feed_ops(f->t, &(struct sum_op_key){.obj = op->obj, .pid = op->e.pid},
			&(struct sum_op){.ops = 1,
					 .reads = op->op == OPC_READ,
					 .read_bytes = op->op == OPC_READ ? (__u64)op->ret : 0,
					 .writes = op->op == OPC_WRITE,
					 .write_bytes = op->op == OPC_WRITE ? (__u64)op->ret : 0,
					 .last = op->e.ts},
			&n);
	assert_int_equal(n, 1);
}

static void same_waits(const struct tally_waits *a, const struct tally_waits *b)
{
	assert_int_equal(a->wait.n, b->wait.n);
	assert_int_equal(a->wait.sum, b->wait.sum);
	assert_int_equal(a->wait.max, b->wait.max);
	assert_int_equal(dist__percentile(&a->wait, 50), dist__percentile(&b->wait, 50));
	assert_int_equal(a->delay.n, b->delay.n);
	assert_int_equal(dist__percentile(&a->delay, 90), dist__percentile(&b->delay, 90));
	assert_int_equal(a->earlier, b->earlier);
}

static void same_rows(const struct tally_rows *a, const struct tally_rows *b)
{
	assert_int_equal(a->n_objects, b->n_objects);
	for (size_t i = 0; i < a->n_objects; i++) {
		assert_memory_equal(&a->objects[i]->flow, &b->objects[i]->flow,
				    sizeof(a->objects[i]->flow));
		assert_memory_equal(a->objects[i]->reasons, b->objects[i]->reasons,
				    sizeof(a->objects[i]->reasons));
		same_waits(&a->objects[i]->w, &b->objects[i]->w);
	}
	assert_int_equal(a->n_pairs, b->n_pairs);
	for (size_t i = 0; i < a->n_pairs; i++) {
		const struct tally_pair *p = a->pairs[i], *q = b->pairs[i];

		assert_memory_equal(&p->who, &q->who, sizeof(p->who));
		assert_memory_equal(&p->by, &q->by, sizeof(p->by));
		assert_int_equal(p->ctx, q->ctx);
		same_waits(&p->w, &q->w);
	}
	assert_int_equal(a->n_uses, b->n_uses);
	for (size_t i = 0; i < a->n_uses; i++) {
		assert_int_equal(a->uses[i]->waits, b->uses[i]->waits);
		assert_int_equal(a->uses[i]->ns, b->uses[i]->ns);
	}
	assert_int_equal(a->span, b->span);
}

static void sums_are_what_their_records_add_up_to(void **state)
{
	struct fixture records = begin(NULL), sums = begin(NULL);

	for (__u32 tid = 10; tid < 14; tid++) {
		feed(&records, rec_exec(tid, 1, "task"));
		feed(&sums, rec_exec(tid, 1, "task"));
	}
	for (unsigned int i = 0; i < 3000; i++) {
		__u32 tid = 10 + rnd() % 4, by = 10 + rnd() % 4;
		__u64 slept = rnd() % (100 * MS), woken = slept + (rnd() >> (20 + rnd() % 40));
		__u64 ran = woken + rnd() % MS, ino = rnd() % 3;
		__u8 ctx = rnd() % 3 ? WAKE_TASK : WAKE_TIMER;
		union any_event w = rec_wait(tid, slept, woken, ran, "read",
					     ino	 ? WAIT_PIPE_EMPTY
					     : rnd() % 2 ? WAIT_STOPPED
							 : WAIT_UNKNOWN,
					     ino);
		union any_event op = rec_op(tid, slept, ran, rnd() % 2 ? "read" : "write", 7,
					    (__s64)(rnd() % 100), 100);

		if (rnd() % 8 == 0)
			w.e.flags |= EVF_BEFORE;
		w = woken_by(w, ctx, by, "task", "write", ino);
		feed(&records, w);
		feed_as_sums(&sums, w);
		feed(&records, op);
		feed_as_sums(&sums, op);
	}
	finish(&records);
	finish(&sums);
	assert_true(records.rows.n_pairs >= 10 && records.rows.n_pairs <= 20);
	same_rows(&records.rows, &sums.rows);
	tally__free(records.t);
	tally__free(sums.t);
}

/* By its record, and as the kernel sums it up. */
static void every_reason_has_its_own_sum(void **state)
{
	for (unsigned int id = 1; id <= UINT8_MAX; id++) {
		struct fixture f = begin(NULL);
		union any_event w = rec_wait(20, 10 * MS, 40 * MS, 41 * MS, "read", id, 7);

		if (reason__get(id)) {
			feed(&f, w);
			feed_as_sums(&f, w);
			finish(&f);
			assert_int_equal(f.rows.n_objects, 1);
			assert_int_equal(f.rows.objects[0]->reasons[id].n, 2);
			assert_int_equal(f.rows.objects[0]->reasons[id].ns, 60 * MS);
		}
		tally__free(f.t);
	}
}

/* Each reason of a row, also that it is not known. */
static void the_text_tells_each_reason(void **state)
{
	struct fixture f = begin(NULL);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct style st = {.out = out, .columns = 100, .ascii = true};

	assert_non_null(out);
	feed(&f, rec_wait(20, 10 * MS, 40 * MS, 41 * MS, "read", WAIT_UNKNOWN, 7));
	feed(&f, rec_wait(20, 50 * MS, 90 * MS, 91 * MS, "read", WAIT_PIPE_EMPTY, 7));
	feed(&f, rec_wait(20, 100 * MS, 150 * MS, 151 * MS, "nanosleep", WAIT_UNKNOWN, 0));
	finish(&f);
	stat_report__text(&f.rows, NULL, &st);
	fclose(out);
	assert_non_null(strstr(text, "unknown 1 -> 30.0 ms, empty 1 -> 40.0 ms\n"));
	assert_null(strstr(text, "unknown 1 -> 50"));
	free(text);
	tally__free(f.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_delay_that_nobody_saw_is_not_counted),
	    cmocka_unit_test(a_wait_and_its_delay_have_a_pair),
	    cmocka_unit_test(a_sleep_counts_once),
	    cmocka_unit_test(what_is_known_last_of_a_sleep_decides),
	    cmocka_unit_test(interrupts_name_no_task),
	    cmocka_unit_test(bytes_are_a_pairs_where_one_wrote),
	    cmocka_unit_test(numbers_used_again_are_others),
	    cmocka_unit_test(full_tables_add_up),
	    cmocka_unit_test(sums_are_what_their_records_add_up_to),
	    cmocka_unit_test(every_reason_has_its_own_sum),
	    cmocka_unit_test(the_text_tells_each_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
