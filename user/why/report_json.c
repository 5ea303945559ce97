/* SPDX-License-Identifier: GPL-2.0 */
/* The wait-for graph as JSON: a line for each task shown, and one about the look itself. */
#include <string.h>
#include <sys/epoll.h>

#include "print/json.h"
#include "words/labels.h"
#include "names/mech.h"
#include "names/names.h"
#include "timeline/mech_ops.h"
#include "words/fields.h"
#include "why/report.h"
#include "why/words.h"

static void put_comm(struct json *js, const char *comm)
{
	json__text(js, "comm", comm, strnlen(comm, COMM_LEN));
}

static void put_who(struct json *js, const struct seen_task *task)
{
	json__int(js, "pid", task->rec.seen_pid);
	json__int(js, "tid", task->rec.seen_tid);
	put_comm(js, task->rec.comm);
}

static void put_object(struct json *js, const struct look *l, const struct ipc_object *obj)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	if (!obj->mech)
		return;
	if (mech__has(obj->mech, MT_HASH))
		text__add(&t, "%s", mech__get(obj->mech)->name);
	else
		words__object_id(&t, l, obj);
	json__string(js, "object", buf);
}

static void put_state(struct json *js, const struct ev_wait *w)
{
	const struct mech *m = mech__get(w->obj.mech);

	if (!m || w->e.flags & EVF_NO_STATE)
		return;
	json__object(js, "state");
	for (int i = 0; i < STATE_WORDS; i++)
		if (m->words[i])
			json__int(js, m->words[i], w->state.v[i]);
	json__object_end(js);
}

static void put_word(struct json *js, const struct look *l, const struct seen_task *task)
{
	const struct shared_word *w = &task->word;
	const struct shared_object *o = &l->shared[w->object];

	json__text(js, "object", o->name, strlen(o->name));
	json__int(js, "offset", (__s64)w->offset);
	if (!(task->wait.e.flags & EVF_NO_WORD))
		json__int(js, "value", task->wait.value);
	if (w->value_known)
		json__int(js, "value_now", w->value);
	json__array(js, "mappers");
	for (size_t i = 0; i < o->n_users; i++) {
		if (l->tasks[o->users[i]].rec.e.pid == task->rec.e.pid)
			continue;
		json__object(js, NULL);
		put_who(js, &l->tasks[o->users[i]]);
		json__object_end(js);
	}
	json__array_end(js);
	json__bool(js, "mappers_known", o->users_known);
}

/* What its mechanism has to say of the sleep, and of the state. */
static void put_sleep(struct json *js, const struct ev_wait *w)
{
	const struct mech_ops *ops = mech_ops__sleep(w);
	struct fields fs = {0};

	if (ops->sleep_fields)
		ops->sleep_fields(&fs, w);
	if (ops->state_fields && !(w->e.flags & EVF_NO_STATE))
		ops->state_fields(&fs, &w->state);
	for (const struct field *f = fs.f; f < fs.f + fs.n; f++) {
		if (f->type == FIELD_STRING)
			json__string(js, f->name, f->s);
		else if (f->type == FIELD_INT)
			json__int(js, f->name, f->i);
		else
			json__bool(js, f->name, f->i);
	}
}

static void put_wait(struct json *js, const struct look *l, const struct seen_task *task)
{
	const struct ev_wait *w = &task->wait;
	const struct reason *reason = reason__get(w->reason);

	if (!(w->e.flags & EVF_COMPAT))
		json__string(js, "op", syscall_name(w->nr));
	json__string(js, "class", class_label(w->op));
	if (w->fd >= 0)
		json__int(js, "fd", w->fd);
	put_object(js, l, &w->obj);
	json__string(js, "reason", reason ? reason->name : "unknown");
	put_sleep(js, w);
	if (task__opens_fifo(task))
		json__bool(js, "deleted", task->rec.flags & LOOK_NAMELESS);
	if (task->rec.flags & LOOK_ALONE)
		json__bool(js, "alone", true);
	if (task->rec.child_wait)
		json__string(js, "awaits", task->rec.child_wait == CHILD_ANY ? "any" : "one");
	if (task->rec.child_wait == CHILD_ONE)
		json__int(js, "awaited", task->rec.child);
	if (task->word.known)
		put_word(js, l, task);
	json__bool(js, "timeout", task->rec.flags & LOOK_TIMED);
	if (task->rec.asleep_max != ~0ULL) {
		json__int(js, "asleep_min", (__s64)task->rec.asleep_min);
		json__int(js, "asleep_max", (__s64)task->rec.asleep_max);
	}
	put_state(js, w);
}

static void put_watches(struct json *js, const struct look *l, const struct seen_task *task)
{
	if (!task->n_watches)
		return;
	json__array(js, "watches");
	for (size_t i = 0; i < task->n_watches; i++) {
		struct ipc_object obj = look__watched(&task->watches[i]);

		json__object(js, NULL);
		put_object(js, l, &obj);
		if (obj.mech)
			json__string(js, "end", end_label(task->watches[i].end));
		if (task->watches[i].flags & WATCH_ITEM) {
			json__bool(js, "edge", task->watches[i].events & EPOLLET);
			json__bool(js, "disarmed", look__disarmed(&task->watches[i]));
		}
		json__object_end(js);
	}
	json__array_end(js);
}

static void put_tracer(struct json *js, const struct look *l, const struct seen_task *task)
{
	const struct seen_task *tracer = look__task(l, task->rec.tracer_tid);

	if (!(task->rec.flags & LOOK_TRACED))
		return;
	json__object(js, "tracer");
	if (tracer)
		put_who(js, tracer);
	json__object_end(js);
}

static void put_holders(struct json *js, const struct look *l, const struct node *nd)
{
	json__array(js, "holders");
	for (size_t i = 0; i < nd->n_holds; i++) {
		const struct ev_object *h = &l->held[nd->holds[i].held];
		const struct seen_task *holder = look__task(l, h->e.tid);

		json__object(js, NULL);
		if (holder)
			put_who(js, holder);
		json__int(js, "fd", h->fd);
		put_object(js, l, &h->obj);
		json__string(js, "end", end_label(h->end));
		json__string(js, "way", way_name(nd->holds[i].way));
		json__object_end(js);
	}
	json__array_end(js);
}

static void put_enders(struct json *js, const struct graph *g, const struct node *nd)
{
	json__array(js, "enders");
	for (size_t i = 0; i < nd->n_enders; i++) {
		const struct node *ender = &g->nodes[nd->enders[i]];

		json__object(js, NULL);
		put_who(js, ender->task);
		json__string(js, "doing", state_name(ender->task->rec.state));
		put_tracer(js, g->look, ender->task);
		if (ender->task->waits)
			json__string(js, "op", syscall_name(ender->task->wait.nr));
		json__string(js, "verdict", verdict_name(ender->verdict));
		json__bool(js, "by_signal", i >= nd->n_held);
		json__object_end(js);
	}
	json__array_end(js);
}

/* Other tasks that wait in open of a FIFO: the one that it waits for may be among them. */
static void put_openers(struct json *js, const struct look *l, const struct node *nd)
{
	if (!(nd->doubts & DOUBT_OPENER))
		return;
	json__array(js, "openers");
	for (size_t i = 0; i < l->n_tasks; i++) {
		const struct seen_task *other = &l->tasks[i];

		if (other == nd->task || !task__opens_fifo(other))
			continue;
		json__object(js, NULL);
		put_who(js, other);
		put_object(js, l, &other->wait.obj);
		put_sleep(js, &other->wait);
		json__object_end(js);
	}
	json__array_end(js);
}

static void put_timer(struct json *js, const char *name, const struct look_timer *timer)
{
	if (!timer)
		return;
	json__object(js, name);
	json__string(js, "timer", timer->kind == TIMER_REAL ? "ITIMER_REAL" : "timer_create");
	json__string(js, "sig", signal_name(timer->sig));
	json__int(js, "due", (__s64)timer->due);
	json__object_end(js);
}

/* What ends the wait by itself, if it is a timer that is an object of its own. */
static void put_expiry(struct json *js, const struct look *l, const struct seen_task *task)
{
	__s32 fd = look__fd(l, task, &task->timer);

	if (!task->expiry.due)
		return;
	json__object(js, "expires");
	put_object(js, l, &task->timer);
	if (fd >= 0)
		json__int(js, "fd", fd);
	json__int(js, "due", (__s64)task->expiry.due);
	json__int(js, "interval", (__s64)task->expiry.interval);
	json__object_end(js);
}

/* The signals that could end a wait. */
static void put_signals(struct json *js, const struct seen_task *task)
{
	json__array(js, "handles");
	for (int sig = 1; sig <= 64; sig++)
		if (task->rec.handled >> (sig - 1) & 1)
			json__string(js, NULL, signal_name(sig));
	json__array_end(js);
	put_timer(js, "interrupted_by", task__timer(task));
	put_timer(js, "killed_by", task__killer(task));
}

static void put_verdict(struct json *js, const struct graph *g, const struct node *nd)
{
	json__string(js, "verdict", verdict_name(nd->verdict));
	json__array(js, "doubts");
	for (unsigned int bit = 1; doubt_name(bit); bit <<= 1)
		if (nd->doubts & bit)
			json__string(js, NULL, doubt_name(bit));
	json__array_end(js);
	if (nd->verdict != VERDICT_DEADLOCK)
		return;
	json__bool(js, "in_cycle", nd->in_cycle);
	json__array(js, "path");
	for (size_t i = 0; i < nd->n_path; i++)
		json__int(js, NULL, g->nodes[nd->path[i]].task->rec.seen_tid);
	json__array_end(js);
}

static void put_node(FILE *out, const struct graph *g, const struct node *nd)
{
	const struct seen_task *task = nd->task;
	struct json js;

	json__begin(&js, out);
	json__string(&js, "kind", "why");
	put_who(&js, task);
	if (task->rec.inner_tid) {
		json__int(&js, "inner_pid", task->rec.inner_pid);
		json__int(&js, "inner_tid", task->rec.inner_tid);
	}
	json__string(&js, "doing", state_name(task->rec.state));
	put_tracer(&js, g->look, task);
	if (task->waits) {
		put_wait(&js, g->look, task);
		put_watches(&js, g->look, task);
		put_holders(&js, g->look, nd);
		put_enders(&js, g, nd);
		put_openers(&js, g->look, nd);
		put_expiry(&js, g->look, task);
		put_signals(&js, task);
	}
	put_verdict(&js, g, nd);
	json__end(&js);
}

void report__json(const struct report *r, FILE *out)
{
	struct json js;

	for (size_t i = 0; i < r->n_shown; i++)
		put_node(out, r->graph, &r->graph->nodes[r->shown[i]]);
	json__begin(&js, out);
	json__string(&js, "kind", "look");
	json__int(&js, "tasks", (__s64)r->graph->look->n_tasks);
	json__int(&js, "descriptors", (__s64)r->graph->look->n_held);
	json__int(&js, "apart", (__s64)r->apart);
	json__string(&js, "kernel", r->kernel);
	json__end(&js);
}
