// SPDX-License-Identifier: GPL-2.0
/* The places of the lanes: which there are, who gets a free one, and how wide each is. */
#include "text/columns.h"

#include <stdio.h>
#include <string.h>

#include "text/gauge.h"
#include "lib/escape.h"

#define PROCESS_MAX  38
#define PROCESS_LEAN 17 /* without lanes for objects */
#define SINGLE_BELOW 60

struct layout {
	bool single, objects;
	int cells, process_width;
};

/* What fits, the richest first. Room for a second process and an object is kept from the start, so
 * that the first lanes stay. */
static struct layout choose(int total, size_t processes, size_t objects)
{
	static const struct {
		int cells, process_min;
	} gauges[] = {{8, 22}, {4, 20}, {0, 16}};
	int np = processes < 2 ? 2 : (int)processes, no = objects ? (int)objects : 1;
	struct layout out = {.single = true};
	int width;

	if (total < SINGLE_BELOW)
		return out;
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
		width = (total - TIME_WIDTH - no * (gauge__width(gauges[i].cells) + 2)) / np;
		if (width < gauges[i].process_min)
			continue;
		out = (struct layout){.objects = true, .cells = gauges[i].cells};
		out.process_width = width < PROCESS_MAX ? width : PROCESS_MAX;
		return out;
	}
	width = (total - TIME_WIDTH) / np;
	if (width < PROCESS_LEAN)
		return out;
	return (struct layout){.process_width = width < PROCESS_MAX ? width : PROCESS_MAX};
}

static size_t count(const struct columns *c, bool object)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->lanes[i].object == object;
	return n;
}

static bool changes(const struct columns *c, const struct layout *lay)
{
	return lay->single != c->single || lay->objects != c->objects || lay->cells != c->cells ||
	       lay->process_width != c->process_width;
}

static void apply(struct columns *c, const struct layout *lay)
{
	int x = TIME_WIDTH;

	if (changes(c, lay))
		c->moved = true;
	c->single = lay->single;
	c->objects = lay->objects;
	c->cells = lay->cells;
	c->process_width = lay->process_width;
	for (size_t i = 0; i < c->n; i++) {
		struct lane *lane = &c->lanes[i];

		if (lane->object && !c->objects)
			continue;
		lane->x = x;
		lane->width = lane->object ? gauge__width(c->cells) + 2 : c->process_width;
		x += lane->width;
	}
}

static void drop_dead(struct columns *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!c->lanes[i].dead)
			c->lanes[n++] = c->lanes[i];
	if (n != c->n)
		c->moved = true;
	c->n = n;
}

/*
 * A place for one more lane: at the right while nothing has to move for it; then the place of a
 * dead one; then all lanes move closer together.
 */
static struct lane *add(struct columns *c, bool object)
{
	struct layout lay = choose(c->total, count(c, false) + !object, count(c, true) + object);
	struct lane *lane = NULL;

	if (c->n && (changes(c, &lay) || c->n == LANES_MAX)) {
		for (size_t i = 0; i < c->n && !lane; i++)
			if (c->lanes[i].dead && c->lanes[i].object == object)
				lane = &c->lanes[i];
		if (!lane) {
			drop_dead(c);
			lay = choose(c->total, count(c, false) + !object, count(c, true) + object);
		}
	}
	if (!lane) {
		/* More than can be told apart: the last one gives way. */
		if (c->n == LANES_MAX)
			c->n--;
		lane = &c->lanes[c->n++];
		memset(lane, 0, sizeof(*lane));
		lane->object = object;
		apply(c, &lay);
	} else {
		int x = lane->x, width = lane->width;

		memset(lane, 0, sizeof(*lane));
		lane->object = object;
		lane->x = x;
		lane->width = width;
	}
	lane->renamed = true;
	return lane;
}

static void rename_lane(struct lane *lane, const char *name)
{
	if (!strcmp(lane->name, name))
		return;
	snprintf(lane->name, sizeof(lane->name), "%s", name);
	lane->renamed = true;
}

struct lane *columns__process(struct columns *c, __u32 pid)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->lanes[i].object && c->lanes[i].pid == pid)
			return &c->lanes[i];
	return NULL;
}

struct lane *columns__object(struct columns *c, const struct row_object *obj)
{
	for (size_t i = 0; i < c->n; i++) {
		struct lane *lane = &c->lanes[i];

		if (lane->object && lane->key.id == obj->key.id && lane->key.dev == obj->key.dev &&
		    lane->key.mech == obj->key.mech && lane->generation == obj->generation)
			return lane;
	}
	return NULL;
}

struct lane *columns__get_process(struct columns *c, const struct actor *who)
{
	struct lane *lane = columns__process(c, who->pid);
	char comm[4 * COMM_LEN + 1], name[sizeof(comm) + 40];
	int at;

	escape_text(comm, sizeof(comm), who->comm, strnlen(who->comm, COMM_LEN));
	at = snprintf(name, sizeof(name), "%s %u", comm, who->pid);
	if (who->inner_pid)
		snprintf(name + at, sizeof(name) - (size_t)at, " (%u inside)", who->inner_pid);
	if (!lane)
		lane = add(c, false);
	lane->pid = who->pid;
	/* A thread's name is not its process's. */
	if (who->tid == who->pid || !lane->name[0])
		rename_lane(lane, name);
	return lane;
}

struct lane *columns__get_object(struct columns *c, const struct row_object *obj)
{
	struct lane *lane = columns__object(c, obj);

	if (!lane) {
		lane = add(c, true);
		lane->key = obj->key;
		lane->generation = obj->generation;
	}
	/* It had a lane of its own before it was known whose peer it is. */
	for (size_t i = 0; obj->side && i < c->n; i++)
		if (c->lanes[i].object && &c->lanes[i] != lane &&
		    !memcmp(&c->lanes[i].key, &obj->second, sizeof(obj->second)))
			c->lanes[i].dead = true;
	rename_lane(lane, obj->name);
	lane->dead = obj->gone;
	return lane;
}
