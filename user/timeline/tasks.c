/* SPDX-License-Identifier: GPL-2.0 */
/* Finds tasks and processes: by their numbers, and which of them have the same name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/tasks.h"

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

void tasks__take_name(struct timeline *tl, struct task *t)
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

void tasks__drop_name(struct timeline *tl, struct task *t)
{
	if (t->name && !--t->name->n) {
		map__del(&tl->names, &t->name->node);
		free(t->name);
	}
	t->name = NULL;
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
