/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory: who has which part of it mapped, what it is called, and how it ends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "mech.h"
#include "timeline_int.h"

#define SHM_DIR "/dev/shm"

bool is_memory(const struct ipc_object *key)
{
	return key->mech == MECH_SHM || key->mech == MECH_SHMEM;
}

static void remove_mapper(struct obj *o, size_t at)
{
	o->pub.n_mappers--;
	memmove(&o->mappers[at], &o->mappers[at + 1],
		(o->pub.n_mappers - at) * sizeof(*o->mappers));
}

static int add_mapper(struct obj *o, const struct mapper *m)
{
	if (grow_array(&o->mappers, o->pub.n_mappers, &o->mappers_room, sizeof(*m)))
		return -ENOMEM;
	o->pub.mappers = o->mappers;
	o->mappers[o->pub.n_mappers++] = *m;
	return 0;
}

/* Addresses of a process are something else now: takes them from what it had there. */
static void cut(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	__u64 from = ev->addr, to = ev->addr + ev->len;

	for (size_t i = 0; i < o->pub.n_mappers;) {
		struct mapper *m = &o->mappers[i];
		__u64 end = m->addr + m->len;

		if (m->who.pid != ev->e.pid || from >= end || to <= m->addr) {
			i++;
			continue;
		}
		if (from <= m->addr && to >= end) {
			remove_mapper(o, i);
			continue;
		}
		if (from > m->addr)
			m->len = from - m->addr;
		if (to < end) {
			struct mapper rest = *m;

			rest.addr = to;
			rest.len = end - to;
			if (from <= m->addr)
				*m = rest;
			else if (add_mapper(o, &rest))
				fail(tl, -ENOMEM);
		}
		i++;
	}
}

void maps__change(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	struct mapper m = {.who = tasks__actor(tl, ev->e.pid, ev->e.pid),
			   .addr = ev->addr,
			   .len = ev->len,
			   .prot = ev->prot};

	switch (ev->change) {
	case MAP_ATTACHED:
	case MAP_HELD:
	case MAP_INHERITED:
		if (!m.who.comm[0])
			m.who = tasks__actor(tl, ev->e.pid, ev->e.tid);
		m.who.tid = m.who.pid;
		if (add_mapper(o, &m))
			fail(tl, -ENOMEM);
		break;
	default:
		cut(tl, o, ev);
	}
}

static void name(struct obj *o, const struct ev_object *ev)
{
	const char *label = mech__get(o->pub.key.mech)->name;
	size_t dir = strlen(SHM_DIR);

	if (o->pub.key.mech != MECH_SHMEM || !ev->path[0])
		return;
	if (ev->nr == SYS_memfd_create)
		snprintf(o->pub.name, sizeof(o->pub.name), "%s:memfd:%.*s", label, PATH_LEN - 8,
			 ev->path);
	else
		snprintf(o->pub.name, sizeof(o->pub.name), "%s:%.*s", label, PATH_LEN,
			 strncmp(ev->path, SHM_DIR "/", dir + 1) ? ev->path : ev->path + dir);
}

void maps__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	struct departure *d = &o->left[0];

	name(o, ev);
	if (ev->change == OBJ_DESTROYED) {
		o->pub.gone = true;
		return;
	}
	objects__state(o, &ev->state, ts);
	if (ev->change == OBJ_MARKED)
		*d = (struct departure){.known = true,
					.by = tasks__actor(tl, ev->e.pid, ev->e.tid),
					.ts = ts,
					.fd = -1,
					.nr = ev->nr};
}
