/* SPDX-License-Identifier: GPL-2.0 */
/* Who or what will send a task a signal that ends its wait. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "why/graph.h"

#define BIT(sig) (1ULL << (-1 + (sig)))

/* By default they stop a process, let it go on, or do nothing. */
#define HARMLESS                                                                                   \
	(BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGSTOP) | BIT(SIGTSTP) | \
	 BIT(SIGTTIN) | BIT(SIGTTOU))

/* The kernel sends them for what the task itself does; 32 and 33 are glibc's own. */
#define NOT_FROM_OUTSIDE                                                                           \
	(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS) |     \
	 BIT(SIGABRT) | BIT(SIGPIPE) | BIT(32) | BIT(33))

static bool counts_cpu_time(const struct look_timer *t)
{
	return t->kind == TIMER_VIRTUAL || t->kind == TIMER_PROF || t->kind == TIMER_CPU;
}

static const struct look_timer *first_timer(const struct seen_task *t, __u64 signals)
{
	const struct look_timer *first = NULL;

	for (size_t i = 0; i < t->rec.n_timers && i < TIMERS_MAX; i++) {
		const struct look_timer *timer = &t->rec.timers[i];

		if ((timer->kind != TIMER_REAL && timer->kind != TIMER_POSIX) || !timer->sig ||
		    !(signals & BIT(timer->sig)))
			continue;
		if (!first || timer->due < first->due)
			first = timer;
	}
	return first;
}

const struct look_timer *task__timer(const struct seen_task *t)
{
	return first_timer(t, t->rec.handled);
}

const struct look_timer *task__killer(const struct seen_task *t)
{
	return first_timer(t, t->rec.plain & ~HARMLESS);
}

bool task__timed(const struct seen_task *t)
{
	return t->rec.flags & LOOK_TIMED || t->expiry.due || task__timer(t);
}

bool task__awaits_signal(const struct seen_task *t)
{
	return t->waits && !(t->wait.e.flags & EVF_COMPAT) &&
	       (t->wait.nr == SYS_pause || t->wait.nr == SYS_rt_sigsuspend);
}

__u64 task__signals(const struct seen_task *t)
{
	return t->rec.handled & ~NOT_FROM_OUTSIDE;
}

/* Whether a handler may write to what its own process polls: the self-pipe trick, with a pipe or a socket. */
static bool polls_itself(const struct graph *g, const struct node *nd)
{
	const struct seen_task *t = nd->task;

	if (!t->n_watches)
		return false;
	for (size_t i = 0; i < nd->n_holds; i++)
		if (nd->holds[i].way != WAY_CONTROL && nd->holds[i].way != WAY_SHUTDOWN &&
		    g->look->tables[nd->holds[i].held] == t->rec.files)
			return true;
	return false;
}

/*
 * Whether a handler may end its wait on a futex of its own, or for a child, as in a program that
 * waits to be told to end. A handler of SIGINT is no sign of that in a process that was forked: it is
 * the parent's, as with Python; nor in one that waits for a child: a shell has one meanwhile.
 */
static bool wakes_itself(const struct seen_task *t)
{
	__u64 expected = t->rec.flags & LOOK_FORKED ? BIT(SIGINT) : 0;

	if (t->rec.child_wait)
		return task__signals(t) & ~(BIT(SIGINT) | BIT(SIGCHLD));

	return t->rec.flags & LOOK_ALONE && task__signals(t) & ~expected;
}

unsigned int node__signal_doubts(const struct graph *g, const struct node *nd)
{
	const struct seen_task *t = nd->task;

	if (t->rec.flags & LOOK_NO_SIGNALS || t->rec.handled & BIT(SIGIO) ||
	    (polls_itself(g, nd) && task__signals(t)) || wakes_itself(t))
		return DOUBT_SIGNAL;
	for (size_t i = 0; i < t->rec.n_timers && i < TIMERS_MAX; i++)
		if (t->rec.timers[i].kind == TIMER_OTHER && t->rec.timers[i].sig &&
		    t->rec.handled & BIT(t->rec.timers[i].sig))
			return DOUBT_SIGNAL;
	return 0;
}

/* A task, under a process that its end would send a signal. */
struct child {
	__u32 parent;
	__u8 sig;
	size_t task;
};

struct senders {
	const struct look *look;
	size_t n;
	struct child children[];
};

static int by_parent(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

struct senders *senders__new(const struct look *now)
{
	struct senders *s = malloc(sizeof(*s) + 2 * now->n_tasks * sizeof(*s->children));

	if (!s)
		return NULL;
	s->look = now;
	s->n = 0;
	for (size_t i = 0; i < now->n_tasks; i++) {
		const struct look_task *r = &now->tasks[i].rec;

		if (r->state == LOOK_ZOMBIE) /* it has sent it */
			continue;
		if (r->parent && r->exit_signal)
			s->children[s->n++] = (struct child){r->parent, r->exit_signal, i};
		if (r->ptracer && r->ptracer != r->parent)
			s->children[s->n++] = (struct child){r->ptracer, SIGCHLD, i};
	}
	qsort(s->children, s->n, sizeof(*s->children), by_parent);
	return s;
}

static size_t first_child(const struct senders *s, __u32 parent)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->children[mid].parent < parent)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_awaited(const struct seen_task *t, const struct child *c,
		       const struct seen_task *child)
{
	if (c->sig != SIGCHLD) /* only with __WCLONE or __WALL */
		return false;
	return t->rec.child_wait == CHILD_ANY ||
	       (!t->rec.inner_pid && child->rec.seen_pid == t->rec.child);
}

/* Calls fn for each other thread of its process that lives. */
static size_t each_thread(const struct look *l, const struct seen_task *t,
			  void (*fn)(void *ctx, size_t task), void *ctx)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_tasks; i++) {
		const struct seen_task *own = &l->tasks[i];

		if (own->rec.e.pid != t->rec.e.pid || own == t || own->rec.state == LOOK_ZOMBIE)
			continue;
		if (fn)
			fn(ctx, i);
		n++;
	}
	return n;
}

size_t senders__children(const struct senders *s, const struct seen_task *t,
			 void (*fn)(void *ctx, size_t task), void *ctx)
{
	__u32 pid = t->rec.e.pid;
	size_t n = 0;

	for (size_t i = first_child(s, pid); i < s->n && s->children[i].parent == pid; i++) {
		if (!is_awaited(t, &s->children[i], &s->look->tasks[s->children[i].task]))
			continue;
		fn(ctx, s->children[i].task);
		n++;
	}
	return n && t->rec.child_wait == CHILD_ANY ? n + each_thread(s->look, t, fn, ctx) : n;
}

static bool has_cpu_timer(const struct seen_task *t)
{
	for (size_t i = 0; i < t->rec.n_timers && i < TIMERS_MAX; i++)
		if (counts_cpu_time(&t->rec.timers[i]) && t->rec.timers[i].sig &&
		    t->rec.handled & BIT(t->rec.timers[i].sig))
			return true;
	return false;
}

size_t senders__each(const struct senders *s, const struct seen_task *t,
		     void (*fn)(void *ctx, size_t task), void *ctx)
{
	__u32 pid = t->rec.e.pid;
	size_t n = 0;

	if (!t->rec.handled)
		return 0;
	for (size_t i = first_child(s, pid); i < s->n && s->children[i].parent == pid; i++) {
		if (!(t->rec.handled & BIT(s->children[i].sig)))
			continue;
		if (fn)
			fn(ctx, s->children[i].task);
		n++;
	}
	return has_cpu_timer(t) ? n + each_thread(s->look, t, fn, ctx) : n;
}
