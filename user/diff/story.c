// SPDX-License-Identifier: GPL-2.0
/* A run's story: facts as lines, without what depends on the scheduler. */
#include "diff/story.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words/explain_text.h"
#include "words/fields.h"
#include "lib/escape.h"
#include "names/names.h"
#include "diff/told.h"

#define LINE 1024

struct story_role {
	struct map_node node; /* by pid */
	unsigned int number;  /* among those of the same name; 1: the first */
	size_t lane[STREAMS]; /* 1: the first; 0: none yet */
	char comm[COMM_LEN];
};

static void *grow(struct story *st, void *array, size_t n, size_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return array;
	more = realloc(array, (*room ? *room * 2 : 16) * size);
	if (!more) {
		st->error = -ENOMEM;
		return NULL;
	}
	*room = *room ? *room * 2 : 16;
	return more;
}

static struct story_role *find_role(const struct story *st, __u32 pid)
{
	struct map_node *node = map__find(&st->by_pid, pid);

	return node ? container_of(node, struct story_role, node) : NULL;
}

static struct story_role *role_of(struct story *st, __u32 pid)
{
	struct story_role *r = find_role(st, pid), **roles;

	if (r)
		return r;
	roles = grow(st, st->roles, st->n_roles, &st->room_roles, sizeof(*roles));
	if (!roles)
		return NULL;
	st->roles = roles;
	r = calloc(1, sizeof(*r));
	if (!r || map__add(&st->by_pid, &r->node, pid)) {
		free(r);
		st->error = -ENOMEM;
		return NULL;
	}
	return roles[st->n_roles++] = r;
}

void story__record(struct story *st, const struct event *rec)
{
	const struct ev_life *life = (const struct ev_life *)rec;
	__u32 pid = rec->kind == EV_FORK ? life->child_pid : rec->pid;
	struct story_role *r;

	switch (rec->kind) {
	case EV_FORK:
		if (life->child_pid != life->child_tid)
			return;
		break;
	case EV_EXEC:
	case EV_RENAME:
	case EV_TASK:
		if (rec->tid != rec->pid)
			return;
		break;
	default:
		return;
	}
	r = role_of(st, pid);
	if (r)
		memcpy(r->comm, life->comm, COMM_LEN);
}

/* By name; with the same name in order of appearance, which is in number. */
static int by_comm(const void *a, const void *b)
{
	const struct story_role *x = *(struct story_role *const *)a;
	const struct story_role *y = *(struct story_role *const *)b;
	int order = strncmp(x->comm, y->comm, COMM_LEN);

	return order ? order : x->number < y->number ? -1 : 1;
}

static void number_roles(struct story *st)
{
	struct story_role **sorted = calloc(st->n_roles + 1, sizeof(struct story_role *));
	unsigned int number = 0;

	if (!sorted) {
		st->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < st->n_roles; i++) {
		sorted[i] = st->roles[i];
		sorted[i]->number = (unsigned int)i;
	}
	if (st->n_roles)
		qsort(sorted, st->n_roles, sizeof(struct story_role *), by_comm);
	for (size_t i = 0; i < st->n_roles; i++) {
		bool again = i && !strncmp(sorted[i - 1]->comm, sorted[i]->comm, COMM_LEN);

		number = again ? number + 1 : 1;
		sorted[i]->number = number;
	}
	free(sorted);
}

static void add_role(struct text *t, const struct story *st, __u32 pid)
{
	const struct story_role *r = find_role(st, pid);
	char safe[4 * COMM_LEN + 1];

	if (!r || !r->comm[0]) {
		text__add(t, "outsider");
		return;
	}
	escape_text(safe, sizeof(safe), r->comm, strnlen(r->comm, COMM_LEN));
	text__add(t, "%s", safe);
	if (r->number > 1)
		text__add(t, "#%u", r->number);
}

static void add_object(struct text *t, const char *name, const struct object *obj)
{
	if (obj)
		text__add(t, " %s=%.*s-%u", name, (int)strcspn(obj->name, ":"), obj->name,
			  obj->index);
}

static void add_field(struct text *t, const struct story *st, const struct fact *fact,
		      const struct field *f)
{
	char safe[512];

	if (!strcmp(f->name, "object")) {
		add_object(t, f->name, fact->obj);
	} else if (!strcmp(f->name, "cause.object")) {
		add_object(t, f->name, fact->cause.obj);
	} else if (name_ends_with(f->name, "object")) {
		return;
	} else if (name_ends_with(f->name, "pid")) {
		text__add(t, " %.*s=", (int)strcspn(f->name, "."), f->name);
		add_role(t, st, (__u32)f->i);
	} else if (f->type == FIELD_STRING) {
		escape_text(safe, sizeof(safe), f->s, strlen(f->s));
		text__add(t, " %s=%s", f->name, safe);
	} else if (f->type == FIELD_INT) {
		text__add(t, " %s=%lld", f->name, (long long)f->i);
	} else if (f->i) {
		text__add(t, " %s", f->name);
	}
}

/* The lane of the fact's process; those without a name share one. */
static struct story_lane *lane_of(struct story *st, __u32 pid, enum told_stream stream)
{
	static const char *const words[] = {"life", "descriptors", "operations", "waits",
					    "signals"};
	struct story_role *r = find_role(st, pid);
	struct story_lane *lanes;
	char name[128] = "";
	struct text t = {.buf = name, .size = sizeof(name)};

	if (!r || !r->comm[0])
		r = role_of(st, 0);
	if (!r)
		return NULL;
	if (r->lane[stream])
		return &st->lanes[r->lane[stream] - 1];
	lanes = grow(st, st->lanes, st->n, &st->room, sizeof(*lanes));
	if (!lanes)
		return NULL;
	st->lanes = lanes;
	add_role(&t, st, (__u32)r->node.key);
	text__add(&t, ": %s", words[stream]);
	lanes[st->n] = (struct story_lane){
	    .name = strdup(name), .bag = stream >= WAITS, .set = stream == WAITS};
	if (!lanes[st->n].name) {
		st->error = -ENOMEM;
		return NULL;
	}
	r->lane[stream] = ++st->n;
	return &lanes[st->n - 1];
}

static void add_line(struct story *st, struct story_lane *lane, const char *text)
{
	struct story_line *lines;

	if (lane->n && !strcmp(lane->lines[lane->n - 1].text, text)) {
		lane->lines[lane->n - 1].times++;
		return;
	}
	if (st->n_lines == STORY_LINES) {
		st->cut = true;
		return;
	}
	lines = grow(st, lane->lines, lane->n, &lane->room, sizeof(*lines));
	if (!lines)
		return;
	lane->lines = lines;
	lines[lane->n] = (struct story_line){.text = strdup(text), .times = 1};
	if (lines[lane->n].text)
		lane->n++, st->n_lines++;
	else
		st->error = -ENOMEM;
}

void story__fact(struct story *st, const struct fact *fact)
{
	char line[LINE] = "";
	struct text t = {.buf = line, .size = sizeof(line)};
	struct story_lane *lane;
	struct fields fs;

	if (!told__fact(fact))
		return;
	if (!st->n)
		number_roles(st);
	fact__fields(fact, &fs);
	text__add(&t, "%s",
		  fact->kind == FACT_OP && syscall_name(fact->rec->op.nr)
		      ? syscall_name(fact->rec->op.nr)
		      : fs.kind);
	for (size_t i = 0; i < fs.n; i++)
		if (told__field(fact, fs.kind, fs.f[i].name))
			add_field(&t, st, fact, &fs.f[i]);
	lane = lane_of(st, fact->who.pid, told__stream(fact));
	if (lane)
		add_line(st, lane, line);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct story_line *)a)->text, ((const struct story_line *)b)->text);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct story_lane *)a)->name, ((const struct story_lane *)b)->name);
}

/* Equal lines are together then; waits are kept only once. */
static void sort_lane(struct story_lane *lane, bool set)
{
	size_t n = 0;

	if (lane->n)
		qsort(lane->lines, lane->n, sizeof(*lane->lines), by_text);
	for (size_t i = 0; i < lane->n; i++) {
		struct story_line *line = &lane->lines[i];

		if (n && !strcmp(lane->lines[n - 1].text, line->text)) {
			lane->lines[n - 1].times += line->times;
			free(line->text);
		} else {
			lane->lines[n++] = *line;
		}
	}
	lane->n = n;
	for (size_t i = 0; set && i < n; i++)
		lane->lines[i].times = 1;
}

void story__finish(struct story *st)
{
	for (size_t i = 0; i < st->n; i++)
		if (st->lanes[i].bag)
			sort_lane(&st->lanes[i], st->lanes[i].set);
	if (st->n)
		qsort(st->lanes, st->n, sizeof(*st->lanes), by_name);
}

void story__clear(struct story *st)
{
	for (size_t i = 0; i < st->n; i++) {
		for (size_t k = 0; k < st->lanes[i].n; k++)
			free(st->lanes[i].lines[k].text);
		free(st->lanes[i].lines);
		free(st->lanes[i].name);
	}
	free(st->lanes);
	for (size_t i = 0; i < st->n_roles; i++)
		free(st->roles[i]);
	free(st->roles);
	map__free(&st->by_pid);
	*st = (struct story){0};
}
