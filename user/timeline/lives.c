/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tasks and processes that live, or that ended so recently that records may still be about
 * them.
 */
#include "timeline/lives.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/exec_drops.h"
#include "timeline/holders.h"
#include "timeline/names.h"
#include "timeline/orphans.h"
#include "timeline/release.h"
#include "timeline/tasks.h"

#define REMEMBER_EXITED NSEC_PER_SEC

static struct proc *get_proc(struct timeline *tl, __u32 pid)
{
	struct proc *p = tasks__proc(tl, pid);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	list__init(&p->tasks);
	list__init(&p->held);
	list__init(&p->sent);
	list__init(&p->leaving);
	list__init(&p->execs);
	list__init(&p->children);
	list__init(&p->sibling);
	if (map__add(&tl->procs, &p->node, pid)) {
		free(p);
		return NULL;
	}
	return p;
}

static void free_proc(struct timeline *tl, struct proc *p)
{
	holders__drop(tl, p);
	release__forget(tl, p);
	exec_drops__over(tl, p);
	orphans__forget(p);
	map__del(&tl->procs, &p->node);
	free(p);
}

static void free_task(struct timeline *tl, struct task *t)
{
	tasks__drop_name(tl, t);
	if (t->exited)
		tl->n_gone--;
	list__del(&t->gone);
	list__del(&t->siblings);
	if (t->proc->tasks.next == &t->proc->tasks)
		free_proc(tl, t->proc);
	map__del(&tl->tasks, &t->node);
	free(t->watches);
	free(t);
}

static struct task *new_task(struct timeline *tl, __u32 pid, __u32 tid)
{
	struct proc *p = get_proc(tl, pid);
	struct task *t = p ? calloc(1, sizeof(*t)) : NULL;

	if (!t)
		goto fail_proc;
	if (map__add(&tl->tasks, &t->node, tid))
		goto fail_task;
	t->proc = p;
	t->who.pid = pid;
	t->who.tid = tid;
	t->nr = -1;
	list__init(&t->gone);
	list__append(&p->tasks, &t->siblings);
	return t;

fail_task:
	free(t);
fail_proc:
	if (p && p->tasks.next == &p->tasks)
		free_proc(tl, p);
	fail(tl, -ENOMEM);
	return NULL;
}

struct task *lives__get(struct timeline *tl, __u32 pid, __u32 tid)
{
	struct task *t = tasks__find(tl, tid);

	if (t && t->who.pid != pid) {
		free_task(tl, t);
		t = NULL;
	}
	return t ? t : new_task(tl, pid, tid);
}

void lives__name(struct timeline *tl, struct task *t, const struct ev_life *l)
{
	if (!l->comm[0] || !strncmp(t->who.comm, l->comm, COMM_LEN))
		return;
	copy_comm(t->who.comm, l->comm);
	t->renamed = l->e.ts;
	if (t->noted)
		names__changed(tl, t);
	if (t->who.pid != t->who.tid)
		return;
	holders__rename(t);
	tasks__drop_name(tl, t);
	tasks__take_name(tl, t);
}

void lives__introduce(struct timeline *tl, struct task *t, const struct ev_life *l)
{
	lives__name(tl, t, l);
	t->who.inner_pid = l->inner_pid;
	t->who.inner_tid = l->inner_tid;
}

void lives__fork(struct timeline *tl, const struct ev_life *l)
{
	struct task *t = tasks__find(tl, l->child_tid);

	/* The number was used before: that task is not this one. */
	if (t)
		free_task(tl, t);
	t = new_task(tl, l->child_pid, l->child_tid);
	if (!t)
		return;
	t->born = l->e.ts;
	lives__introduce(tl, t, l);
}

void lives__exit(struct timeline *tl, struct task *t, const struct ev_life *l)
{
	if (!t->who.comm[0])
		lives__name(tl, t, l);
	t->asleep = false;
	t->in.until = 0;
	if (t->exited)
		return;
	t->exited = true;
	t->exit_ts = l->e.ts;
	t->exit_code = l->code;
	list__append(&tl->gone, &t->gone);
	tl->n_gone++;
}

void lives__reap(struct timeline *tl, __u64 now)
{
	while (tl->gone.next != &tl->gone) {
		struct task *t = container_of(tl->gone.next, struct task, gone);

		if (tl->n_gone <= KEEP_GONE && t->exit_ts + REMEMBER_EXITED > now)
			return;
		free_task(tl, t);
	}
}

void lives__free(struct timeline *tl)
{
	struct map_node *node;

	while ((node = map__any(&tl->tasks)))
		free_task(tl, container_of(node, struct task, node));
	map__free(&tl->tasks);
	map__free(&tl->procs);
	map__free(&tl->names);
	map__free(&tl->leaving);
	map__free(&tl->execs);
}
