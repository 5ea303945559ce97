/* SPDX-License-Identifier: GPL-2.0 */
/* Makes mutated recordings, one after the other, without knowing what is claimed of them. */
#include "mutation.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "mutation_field.h"
#include "names/opclass.h"

#define ALIKE 2	  /* how many of the records that are alike are mutated */
#define LONG  500 /* records */

struct run {
	const struct recording *original;
	struct recording scratch;
	struct cast cast;
	bool *chosen, *first;
	mutation_fn fn;
	void *ctx;
	unsigned long n;
	bool stop;
};

static const char *kind_name(const union any_event *rec)
{
	static const char *const names[] = {
	    [EV_OP] = "op",	  [EV_WAIT] = "wait",	  [EV_SIGNAL_GEN] = "signal",
	    [EV_FORK] = "fork",	  [EV_EXEC] = "exec",	  [EV_SIGNAL_DELIVER] = "delivery",
	    [EV_EXIT] = "exit",	  [EV_OBJECT] = "object", [EV_LOST] = "loss",
	    [EV_RENAME] = "name", [EV_TASK] = "task",	  [EV_MAP] = "mapping",
	    [EV_FAULT] = "touch", [EV_ACCESS] = "access", [EV_SYMBOL] = "symbol",
	    [EV_WATCH] = "watch",
	};

	return names[rec->e.kind];
}

static void try(struct run *run, const char *name)
{
	run->n++;
	run->stop = !run->fn(run->ctx, &run->scratch, name);
}

/* A sleep that is recorded while it lasts has several records; they change together. */
static bool same_sleep(const union any_event *a, const union any_event *b)
{
	return a->e.kind == EV_WAIT && b->e.kind == EV_WAIT && a->e.tid == b->e.tid &&
	       a->wait.slept == b->wait.slept;
}

static bool alike(const union any_event *a, const union any_event *b)
{
	if (a == b)
		return true;
	if (a->e.kind != b->e.kind || a->e.tid != b->e.tid || a->e.flags != b->e.flags)
		return false;
	if (a->e.kind == EV_OP)
		return a->op.nr == b->op.nr && a->op.fd == b->op.fd && a->op.ret == b->op.ret &&
		       a->op.before.v[PIPE_USED] == b->op.before.v[PIPE_USED] &&
		       a->op.after.v[PIPE_USED] == b->op.after.v[PIPE_USED];
	if (a->e.kind == EV_WAIT)
		return a->wait.nr == b->wait.nr && a->wait.fd == b->wait.fd &&
		       a->wait.reason == b->wait.reason;
	if (a->e.kind == EV_ACCESS)
		return a->access.kind == b->access.kind && a->access.word == b->access.word;
	if (a->e.kind == EV_FAULT)
		return a->fault.write == b->fault.write && a->fault.nr == b->fault.nr;
	return false;
}

/* One task did the same kind of thing twice, whatever came of it. */
static bool akin(const union any_event *a, const union any_event *b)
{
	if (a->e.kind != b->e.kind || a->e.tid != b->e.tid)
		return false;
	if (a->e.kind == EV_OP)
		return a->op.nr == b->op.nr && a->op.fd == b->op.fd;
	if (a->e.kind == EV_WAIT)
		return a->wait.nr == b->wait.nr && a->wait.reason == b->wait.reason;
	if (a->e.kind == EV_FAULT)
		return a->fault.write == b->fault.write;
	return alike(a, b);
}

/* A name that was refused is of no object: nothing else can be told without one. */
static bool can_be_told(const union any_event *rec)
{
	return rec->e.kind != EV_OBJECT || rec->object.obj.mech ||
	       rec->object.change == OBJ_REFUSED;
}

static void change_fields(struct run *run, size_t i, bool all_alike)
{
	const union any_event *was = &run->original->rec[i];
	char what[64], name[128];

	for (unsigned int f = 0; !run->stop && f < field__count(); f++) {
		for (unsigned int v = 0; !run->stop; v++) {
			enum changed changed = CHANGED_NO;

			recording__copy(&run->scratch, run->original);
			for (size_t j = 0; j < run->scratch.n; j++) {
				union any_event *rec = &run->scratch.rec[j];

				if (j == i || same_sleep(rec, was) ||
				    (all_alike && alike(&run->original->rec[j], was)))
					changed |= field__change(rec, f, v, &run->cast, what,
								 sizeof(what));
			}
			if (changed & CHANGED_END)
				break;
			if (changed == CHANGED_NO || !can_be_told(&run->scratch.rec[i]))
				continue;
			snprintf(name, sizeof(name), "%s %zu%s: %s", kind_name(was), i + 1,
				 all_alike ? " and its like" : "", what);
			try(run, name);
		}
	}
}

static __u64 began(const union any_event *rec)
{
	return rec->e.kind == EV_OP	? rec->op.start
	       : rec->e.kind == EV_WAIT ? rec->wait.slept
					: rec->e.ts;
}

static void move(union any_event *rec, __u64 to)
{
	__u64 by = to - began(rec);

	rec->e.ts += by;
	if (rec->e.kind == EV_OP)
		rec->op.start += by;
	if (rec->e.kind == EV_WAIT) {
		rec->wait.slept += by;
		rec->wait.woken += rec->wait.woken ? by : 0;
	}
}

enum place { PLACE_NONE, PLACE_FIRST, PLACE_LAST, PLACE_TWICE, PLACES };

/* That a process with another name does not play its role says little: it comes late. */
static bool names(const union any_event *rec)
{
	return rec->e.kind == EV_EXEC || rec->e.kind == EV_RENAME || rec->e.kind == EV_FORK;
}

static void change_one(struct run *run, size_t i)
{
	if (!names(&run->original->rec[i]))
		change_fields(run, i, false);
}

static void change_alike(struct run *run, size_t i)
{
	size_t first = 0;

	while (!alike(&run->original->rec[first], &run->original->rec[i]))
		first++;
	if (first == i && !names(&run->original->rec[i]))
		change_fields(run, i, true);
}

static void change_place(struct run *run, size_t i)
{
	static const char *const names[] = {"is not there", "is the first", "is the last",
					    "is there twice"};
	const struct recording *was = run->original;
	char name[128];

	for (enum place p = PLACE_NONE; p < PLACES && !run->stop; p++) {
		union any_event rec = was->rec[i];
		struct recording *r = &run->scratch;

		recording__copy(r, was);
		if (p != PLACE_TWICE) {
			r->n--;
			memmove(&r->rec[i], &r->rec[i + 1], (r->n - i) * sizeof(rec));
		}
		if (p == PLACE_FIRST)
			move(&rec, began(&was->rec[0]));
		if (p == PLACE_LAST)
			move(&rec, was->rec[was->n - 1].e.ts + 1);
		if (p == PLACE_TWICE)
			move(&rec, began(&rec) + 1);
		if (p != PLACE_NONE)
			recording__append(r, &rec);
		snprintf(name, sizeof(name), "%s %zu %s", kind_name(&rec), i + 1, names[p]);
		try(run, name);
	}
}

static void move_one(struct run *run, size_t i)
{
	if (!names(&run->original->rec[i]))
		change_place(run, i);
}

/* A record like the original's ith, made by another task somewhere else. */
static void copy_elsewhere(struct run *run, size_t i, size_t after)
{
	const struct recording *was = run->original;
	char name[128];

	for (unsigned int who = 0; who < run->cast.n_tasks && !run->stop; who++) {
		union any_event rec = was->rec[i];

		recording__copy(&run->scratch, was);
		rec.e.pid = run->cast.task[who].pid;
		rec.e.tid = run->cast.task[who].tid;
		move(&rec, was->rec[after].e.ts + 1);
		recording__append(&run->scratch, &rec);
		snprintf(name, sizeof(name), "%s %zu once more behind record %zu, by task %u",
			 kind_name(&rec), i + 1, after + 1, who + 1);
		try(run, name);
	}
}

/* Between two of a long row of equal operations. */
static bool inside_row(const struct recording *r, size_t i)
{
	const struct ev_op *a, *b;

	if (r->n < LONG || i + 1 == r->n)
		return false;
	a = &r->rec[i].op;
	b = &r->rec[i + 1].op;
	return a->e.kind == EV_OP && b->e.kind == EV_OP && a->e.tid == b->e.tid && a->nr == b->nr &&
	       a->ret == b->ret && a->before.v[PIPE_USED] == b->before.v[PIPE_USED] &&
	       a->after.v[PIPE_USED] == b->after.v[PIPE_USED];
}

/* The vth stranger; false: there are no more. */
static bool add_stranger(struct run *run, size_t after, unsigned int v)
{
	const struct recording *was = run->original;
	char what[64], name[128];
	union any_event rec;

	if (!stranger__make(&rec, v, &run->cast, what, sizeof(what)))
		return false;
	if (inside_row(was, after))
		return true;
	recording__copy(&run->scratch, was);
	move(&rec, was->rec[after].e.ts + 1);
	recording__append(&run->scratch, &rec);
	snprintf(name, sizeof(name), "%s behind record %zu", what, after + 1);
	try(run, name);
	return true;
}

/* The first ones and the last one of equal ones. */
static void choose(struct run *run)
{
	const struct recording *r = run->original;

	for (size_t i = 0; i < r->n; i++) {
		size_t before = 0, behind = 0;

		for (size_t j = i; j-- && before < ALIKE;)
			before += alike(&r->rec[j], &r->rec[i]);
		for (size_t j = i + 1; j < r->n && !behind; j++)
			behind += alike(&r->rec[j], &r->rec[i]);
		run->chosen[i] = before < ALIKE - 1 || !behind;
		run->first[i] = run->chosen[i];
		for (size_t j = i; j-- && run->first[i];)
			run->first[i] = !akin(&r->rec[j], &r->rec[i]);
	}
}

static void change_roles(struct run *run, size_t i)
{
	if (!names(&run->original->rec[i]))
		return;
	change_fields(run, i, false);
	change_place(run, i);
}

static void repeat_elsewhere(struct run *run, size_t i)
{
	for (size_t j = 0; j < run->original->n && !run->stop; j++)
		if (run->chosen[j])
			copy_elsewhere(run, i, j);
}

/* One of each sort says most of it: a long recording has thousands of records, and few sorts. */
enum whose { FIRST, REST };

static bool is_due(const struct run *run, size_t i, enum whose whose)
{
	return whose == FIRST ? run->first[i] : run->chosen[i] && !run->first[i];
}

/* Each kind of stranger at every place before the next kind: the place says more of a claim than the kind. */
static void add_strangers(struct run *run, enum whose whose)
{
	bool more = true;

	for (unsigned int v = 0; more; v++) {
		more = false;
		for (size_t i = 0; i < run->original->n && !run->stop; i++)
			if (is_due(run, i, whose))
				more |= add_stranger(run, i, v);
	}
}

/* By what they say of a claim, best first; of a long recording by how soon they say it. NULL: add_strangers(). */
static void (*const best[])(struct run *, size_t) = {change_one,   NULL,	 move_one,
						     change_alike, change_roles, repeat_elsewhere};
static void (*const soonest[])(struct run *, size_t) = {move_one, change_roles, change_alike,
							NULL,	  change_one,	repeat_elsewhere};
#define STEPS (sizeof(best) / sizeof(*best))

static void take_step(struct run *run, void (*step)(struct run *, size_t), enum whose whose)
{
	if (!step)
		add_strangers(run, whose);
	for (size_t i = 0; step && i < run->original->n && !run->stop; i++)
		if (is_due(run, i, whose))
			step(run, i);
}

unsigned long mutate(const struct recording *original, mutation_fn fn, void *ctx)
{
	struct run run = {.original = original, .fn = fn, .ctx = ctx};
	void (*const *steps)(struct run *, size_t) = original->n < LONG ? best : soonest;

	run.chosen = calloc(original->n, sizeof(*run.chosen));
	run.first = calloc(original->n, sizeof(*run.first));
	if (!run.chosen || !run.first)
		abort();
	choose(&run);
	for (size_t i = 0; i < original->n; i++)
		cast__add(&run.cast, &original->rec[i]);
	for (enum whose whose = FIRST; whose <= REST; whose++)
		for (size_t i = 0; i < STEPS; i++)
			take_step(&run, steps[i], whose);
	recording__free(&run.scratch);
	free(run.chosen);
	free(run.first);
	return run.n;
}
