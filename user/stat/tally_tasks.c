// SPDX-License-Identifier: GPL-2.0
/*
 * The tasks of a tally: a serial number for each, because the kernel uses ids again, and its last
 * name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stat/tally_int.h"

/* Records of a task may come this many ends of others after its own. */
#define KEEP_GONE 1024

struct tally_task *tally_tasks__find(const struct tally *t, __u32 tid)
{
	struct map_node *node = map__find(&t->tasks, tid);

	return node ? container_of(node, struct tally_task, node) : NULL;
}

static void drop(struct tally *t, struct tally_task *task)
{
	if (task->gone) {
		list__del(&task->gone_item);
		t->n_gone--;
	}
	if (t->last_task == task)
		t->last_task = NULL;
	map__del(&t->tasks, &task->node);
	free(task);
}

static struct tally_task *new_task(struct tally *t, __u32 tid, const char *comm)
{
	struct tally_task *task = calloc(1, sizeof(*task));

	if (!task || map__add(&t->tasks, &task->node, tid)) {
		free(task);
		return NULL;
	}
	list__init(&task->gone_item);
	task->serial = t->serial++;
	if (comm)
		memcpy(task->comm, comm, COMM_LEN);
	return task;
}

struct tally_task *tally_tasks__get(struct tally *t, __u32 tid, const char *comm)
{
	struct tally_task *task = t->last_task;

	if (task && task->node.key == tid)
		return task;
	task = tally_tasks__find(t, tid);
	if (!task)
		task = new_task(t, tid, comm);
	else if (comm && !task->comm[0])
		memcpy(task->comm, comm, COMM_LEN);
	t->last_task = task;
	return task;
}

static void end(struct tally *t, __u32 tid)
{
	struct tally_task *task = tally_tasks__find(t, tid);

	if (!task || task->gone)
		return;
	task->gone = true;
	t->ends++;
	list__append(&t->gone, &task->gone_item);
	if (++t->n_gone > KEEP_GONE)
		drop(t, container_of(t->gone.next, struct tally_task, gone_item));
}

static int born(struct tally *t, const struct ev_life *ev)
{
	struct tally_task *old = tally_tasks__find(t, ev->child_tid), *task;

	if (old && old->gone)
		drop(t, old);
	task = tally_tasks__get(t, ev->child_tid, ev->comm);
	if (!task)
		return -ENOMEM;
	task->inner_pid = ev->inner_pid;
	return 0;
}

int tally_tasks__life(struct tally *t, const struct ev_life *ev)
{
	struct tally_task *task;

	switch (ev->e.kind) {
	case EV_FORK:
		return born(t, ev);
	case EV_EXIT:
		/* A leader is its process, and stays until the last thread is gone. */
		if (ev->e.tid != ev->e.pid)
			end(t, ev->e.tid);
		if (ev->last)
			end(t, ev->e.pid);
		return 0;
	default:
		task = tally_tasks__get(t, ev->e.tid, NULL);
		if (!task)
			return -ENOMEM;
		memcpy(task->comm, ev->comm, COMM_LEN);
		if (ev->e.kind != EV_RENAME)
			task->inner_pid = ev->inner_pid;
		return 0;
	}
}

void tally_tasks__free(struct tally *t)
{
	struct map_node *node;

	while ((node = map__any(&t->tasks)))
		drop(t, container_of(node, struct tally_task, node));
	map__free(&t->tasks);
}
