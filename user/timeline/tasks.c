/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tasks and processes that live, or that ended so recently that records may still be about
 * them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/holders.h"
#include "timeline/names.h"
#include "timeline/orphans.h"
#include "timeline/release.h"
#include "timeline/tasks.h"

#define REMEMBER_EXITED NSEC_PER_SEC

struct task *tasks__find(const struct timeline *tl, __u32 tid)
{
	struct map_node *node = map__find(&tl->tasks, tid);

	return node ? container_of(node, struct task, node) : NULL;
}

struct proc *tasks__proc(const struct timeline *tl, __u32 pid)
{
	struct map_node *node = map__find(&tl->procs, pid);

	return node ? container_of(node, struct proc, node) : NULL;
}

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
	release__exec_over(tl, p);
	orphans__forget(p);
	map__del(&tl->procs, &p->node);
	free(p);
}

static __u64 name_key(const char comm[COMM_LEN])
{
	__u64 half[2];

	_Static_assert(sizeof(half) == COMM_LEN, "a name is two numbers");
	memcpy(half, comm, sizeof(half));
	return half[0] * 0x9e3779b97f4a7c15ULL ^ half[1];
}

static struct name *find_name(const struct timeline *tl, const char comm[COMM_LEN])
{
	struct map_node *node = map__find(&tl->names, name_key(comm));

	for (; node; node = map__again(node)) {
		struct name *name = container_of(node, struct name, node);

		if (!memcmp(name->comm, comm, COMM_LEN))
			return name;
	}
	return NULL;
}

bool tasks__namesake(const struct timeline *tl, const struct actor *who)
{
	const struct name *name = who->comm[0] ? find_name(tl, who->comm) : NULL;
	const struct task *t = name ? tasks__find(tl, who->pid) : NULL;

	return name && name->n > (t && t->name == name);
}

static void take_name(struct timeline *tl, struct task *t)
{
	struct name *name = find_name(tl, t->who.comm);

	if (!name) {
		name = calloc(1, sizeof(*name));
		if (!name || map__add(&tl->names, &name->node, name_key(t->who.comm))) {
			free(name);
			fail(tl, -ENOMEM);
			return;
		}
		memcpy(name->comm, t->who.comm, COMM_LEN);
	}
	name->n++;
	t->name = name;
}

static void forget_name(struct timeline *tl, struct task *t)
{
	if (t->name && !--t->name->n) {
		map__del(&tl->names, &t->name->node);
		free(t->name);
	}
	t->name = NULL;
}

static void free_task(struct timeline *tl, struct task *t)
{
	forget_name(tl, t);
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

struct task *tasks__get(struct timeline *tl, __u32 pid, __u32 tid)
{
	struct task *t = tasks__find(tl, tid);

	if (t && t->who.pid != pid) {
		free_task(tl, t);
		t = NULL;
	}
	return t ? t : new_task(tl, pid, tid);
}

struct actor tasks__actor(const struct timeline *tl, __u32 pid, __u32 tid)
{
	const struct task *t = tasks__find(tl, tid);

	return t && t->who.pid == pid ? t->who : (struct actor){.pid = pid, .tid = tid};
}

struct actor tasks__noted(const struct timeline *tl, __u32 pid, __u32 tid)
{
	struct task *t = tasks__find(tl, tid);

	if (t)
		t->noted = true;
	return tasks__actor(tl, pid, tid);
}

void tasks__name(struct timeline *tl, struct task *t, const struct ev_life *l)
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
	forget_name(tl, t);
	take_name(tl, t);
}

void tasks__introduce(struct timeline *tl, struct task *t, const struct ev_life *l)
{
	tasks__name(tl, t, l);
	t->who.inner_pid = l->inner_pid;
	t->who.inner_tid = l->inner_tid;
}

void tasks__fork(struct timeline *tl, const struct ev_life *l)
{
	struct task *t = tasks__find(tl, l->child_tid);

	/* The number was used before: that task is not this one. */
	if (t)
		free_task(tl, t);
	t = new_task(tl, l->child_pid, l->child_tid);
	if (!t)
		return;
	t->born = l->e.ts;
	tasks__introduce(tl, t, l);
}

void tasks__exit(struct timeline *tl, struct task *t, const struct ev_life *l)
{
	if (!t->who.comm[0])
		tasks__name(tl, t, l);
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

void tasks__reap(struct timeline *tl, __u64 now)
{
	while (tl->gone.next != &tl->gone) {
		struct task *t = container_of(tl->gone.next, struct task, gone);

		if (tl->n_gone <= KEEP_GONE && t->exit_ts + REMEMBER_EXITED > now)
			return;
		free_task(tl, t);
	}
}

void tasks__free(struct timeline *tl)
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
