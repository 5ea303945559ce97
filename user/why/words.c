/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks, objects and waits of a look in words; what comes from the system is escaped. */
#include <stdio.h>
#include <string.h>

#include "names/mech.h"
#include "lib/escape.h"
#include "lib/units.h"
#include "why/words.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void words__escaped(struct text *t, const char *s, size_t max)
{
	char safe[4 * (PATH_LEN + 16) + 1];

	escape_text(safe, sizeof(safe), s, strnlen(s, max));
	text__add(t, "%s", safe);
}

static void add_name(struct text *t, const char *comm, __u32 tid)
{
	words__escaped(t, comm, COMM_LEN);
	text__add(t, "%s%u", comm[0] ? " " : "process ", tid);
}

void words__process(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct seen_task *leader = look__task(l, task->rec.e.pid);

	add_name(t, (leader ? leader : task)->rec.comm, task->rec.seen_pid);
}

void words__task(struct text *t, const struct look *l, const struct seen_task *task)
{
	words__process(t, l, task);
	if (task->rec.e.tid == task->rec.e.pid)
		return;
	text__add(t, ", thread ");
	add_name(t, task->rec.comm, task->rec.seen_tid);
}

/* The path by which a task holds it, or (a FIFO that is just being opened) asked for it. */
static const char *path_of(const struct look *l, const struct ipc_object *obj)
{
	size_t n, at = look__holds(l, obj, &n);

	for (size_t i = at; i < at + n; i++)
		if (l->held[i].path[0])
			return l->held[i].path;
	for (size_t i = 0; i < l->n_tasks; i++)
		if (l->tasks[i].rec.path[0] && look__same_object(&l->tasks[i].wait.obj, obj))
			return l->tasks[i].rec.path;
	return NULL;
}

void words__object_id(struct text *t, const struct look *l, const struct ipc_object *obj)
{
	const char *path = mech__has(obj->mech, MT_PATH) ? path_of(l, obj) : NULL;
	char name[64];

	if (path) {
		text__add(t, "%s:", mech__get(obj->mech)->name);
		words__escaped(t, path, PATH_LEN);
		return;
	}
	mech__object_name_in(name, sizeof(name), obj, l->ipc_ns);
	text__add(t, "%s", name);
}

void words__object(struct text *t, const struct look *l, const struct ipc_object *obj)
{
	const char *path = mech__has(obj->mech, MT_PEER) ? path_of(l, obj) : NULL;

	if (mech__has(obj->mech, MT_HASH)) {
		text__add(t, mech__has(obj->mech, MT_TIMER) ? "a %s" : "an %s instance",
			  mech__get(obj->mech)->name);
		return;
	}
	words__object_id(t, l, obj);
	if (!path)
		return;
	text__add(t, " (");
	words__escaped(t, path, PATH_LEN);
	text__add(t, ")");
}

void words__call(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct ev_wait *w = &task->wait;

	if (w->e.flags & EVF_COMPAT)
		text__add(t, "a 32-bit system call");
	else
		text__call(t, w->nr);
	if (w->fd >= 0)
		text__add(t, "(%d)", w->fd);
	if (task__opens_fifo(task))
		text__add(t, " of ");
	else if (w->obj.mech && !mech__has(w->obj.mech, MT_HASH))
		text__add(t, " on ");
	else
		return;
	words__object(t, l, &w->obj);
}

static const char *age(char buf[UNIT_LEN], __u64 ns)
{
	unsigned long long s = ns / 1000000000;

	if (s < 100)
		return format_duration(buf, ns);
	if (s < 6000)
		snprintf(buf, UNIT_LEN, "%llu min", s / 60);
	else if (s < 100 * 3600)
		snprintf(buf, UNIT_LEN, "%llu h", s / 3600);
	else
		snprintf(buf, UNIT_LEN, "%llu days", s / 86400);
	return buf;
}

void words__asleep(struct text *t, const struct seen_task *task)
{
	const struct look_task *r = &task->rec;
	char least[UNIT_LEN], most[UNIT_LEN];

	if (r->asleep_max == ~0ULL)
		return;
	age(least, r->asleep_min);
	age(most, r->asleep_max);
	text__add(t, " for %s", least);
	/* At least so long; the other limit where it says something else. */
	if (r->asleep_max - r->asleep_min > r->asleep_max / 20)
		text__add(t, " to %s", most);
}

static const struct {
	const char *name, *clause;
} doubts[] = {
    {"elsewhere", "ipctrace does not follow what could end this call"},
    {"chain", "whether anybody who could end it goes on is not known"},
    {"unseen",
     "an end is held where it was not found: in a message on its way, in io_uring, or by a "
     "process that cannot be seen from here"},
    {"moved", "it changed while it was looked at"},
    {"watch", "what happens to the other files that it polls is not known"},
    {"cut", "it polls more files than were read"},
    {"anybody", "any process could end it that may operate on the set, queue or socket"},
    {"signal", "a signal could end it, and nobody is known who will send one"},
    {"opener", "whoever opens the other end could end it, and nobody is known who will"},
    {"word", "whoever has the word mapped could change it and wake it"},
    {"peer", "who has the other end of the socket is not known"},
};

void words__doubts(struct text *t, unsigned int bits)
{
	const char *sep = "";

	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++) {
		if (!(bits & 1U << i))
			continue;
		text__add(t, "%s%s", sep, doubts[i].clause);
		sep = "; ";
	}
}

const char *doubt_name(unsigned int bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++)
		if (bit == 1U << i)
			return doubts[i].name;
	return NULL;
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
	    [VERDICT_NONE] = "none", [VERDICT_DEADLOCK] = "deadlock", [VERDICT_STOPPED] = "stopped",
	    [VERDICT_OPEN] = "open", [VERDICT_UNKNOWN] = "unknown",
	};

	return v < ARRAY_SIZE(names) ? names[v] : NULL;
}

const char *way_name(enum way way)
{
	static const char *const names[] = {
	    [WAY_WRITE] = "write",     [WAY_READ] = "read", [WAY_SIZE] = "size",
	    [WAY_CONTROL] = "control", [WAY_SET] = "set",   [WAY_SHUTDOWN] = "shutdown",
	};

	return way < ARRAY_SIZE(names) ? names[way] : NULL;
}

const char *state_name(unsigned int state)
{
	static const char *const names[] = {
	    [LOOK_RUNS] = "runs",     [LOOK_SLEEPS] = "sleeps", [LOOK_STOPPED] = "stopped",
	    [LOOK_FAULTS] = "faults", [LOOK_EXITS] = "exits",	[LOOK_ZOMBIE] = "zombie",
	};

	return state < ARRAY_SIZE(names) ? names[state] : NULL;
}
