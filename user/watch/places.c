/* SPDX-License-Identifier: GPL-2.0 */
/* Finds where instructions are in their programs. */
#include "watch/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/clock.h"
#include "watch/image.h"

#define PATH_MOST 512
#define IPS_MOST  256 /* of a process; more are not told */

/* Instructions that a process has mapped from a file. */
struct range {
	__u64 start, end, offset;
	dev_t dev;
	ino_t ino;
	char path[PATH_MOST];
};

struct process {
	__u32 pid;
	__u64 looked_at; /* ns of CLOCK_MONOTONIC; 0: not yet */
	struct range *ranges;
	size_t n_ranges;
	__u64 *ips; /* told */
	size_t n_ips;
};

struct places {
	struct process *procs;
	size_t n_procs, room;
	struct image **images;
	size_t n_images;
};

struct places *places__new(void)
{
	return calloc(1, sizeof(struct places));
}

static struct process *find(const struct places *ps, __u32 pid)
{
	for (size_t i = 0; i < ps->n_procs; i++)
		if (ps->procs[i].pid == pid)
			return &ps->procs[i];
	return NULL;
}

static struct process *get(struct places *ps, __u32 pid)
{
	struct process *p = find(ps, pid);

	if (p)
		return p;
	if (ps->n_procs == ps->room) {
		size_t room = 2 * ps->room + 8;

		p = realloc(ps->procs, room * sizeof(*p));
		if (!p)
			return NULL;
		ps->procs = p;
		ps->room = room;
	}
	p = &ps->procs[ps->n_procs++];
	*p = (struct process){.pid = pid};
	return p;
}

static void forget(struct process *p)
{
	free(p->ranges);
	free(p->ips);
	*p = (struct process){.pid = p->pid};
}

/* Whether a line of /proc/PID/maps is of a file's instructions. */
static bool parse_range(const char *line, struct range *r)
{
	unsigned long start, end, offset, ino;
	unsigned int maj, min;
	char prot[5];
	int at = 0;

	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %n", &start, &end, prot, &offset, &maj, &min,
		   &ino, &at) != 7 ||
	    prot[2] != 'x' || !at || line[at] != '/' || strlen(line + at) >= sizeof(r->path))
		return false;
	*r = (struct range){start, end, offset, makedev(maj, min), ino, ""};
	strcpy(r->path, line + at);
	r->path[strcspn(r->path, "\n")] = '\0';
	return true;
}

void places__look(struct places *ps, pid_t pid)
{
	struct process *p = get(ps, (__u32)pid);
	char path[64], line[PATH_MOST + 128];
	struct range r, *bigger;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	in = p ? fopen(path, "re") : NULL;
	if (!in)
		return;
	forget(p);
	p->looked_at = now_ns();
	while (fgets(line, sizeof(line), in)) {
		if (!parse_range(line, &r))
			continue;
		bigger = realloc(p->ranges, (p->n_ranges + 1) * sizeof(*bigger));
		if (!bigger)
			break;
		p->ranges = bigger;
		p->ranges[p->n_ranges++] = r;
	}
	fclose(in);
}

static void inherit(struct places *ps, __u32 parent, __u32 child, __u64 ts)
{
	struct process *to = find(ps, parent) ? get(ps, child) : NULL;
	const struct process *from = find(ps, parent);

	if (!to || !from || !from->n_ranges || to->looked_at > ts)
		return;
	forget(to);
	to->ranges = malloc(from->n_ranges * sizeof(*to->ranges));
	if (!to->ranges)
		return;
	memcpy(to->ranges, from->ranges, from->n_ranges * sizeof(*to->ranges));
	to->n_ranges = from->n_ranges;
}

void places__follow(struct places *ps, const struct event *rec)
{
	const struct ev_life *l = (const struct ev_life *)rec;
	struct process *p;

	if (rec->kind == EV_FORK && l->child_pid != rec->pid)
		inherit(ps, rec->pid, l->child_pid, rec->ts);
	if (rec->kind != EV_EXEC && !(rec->kind == EV_EXIT && l->last))
		return;
	p = find(ps, rec->pid);
	/* A process is looked at when it stops: what it did before may be read after that. */
	if (!p || p->looked_at > rec->ts)
		return;
	forget(p);
	if (rec->kind == EV_EXIT)
		*p = ps->procs[--ps->n_procs];
}

static const struct range *range_of(const struct process *p, __u64 ip)
{
	for (size_t i = 0; i < p->n_ranges; i++)
		if (ip >= p->ranges[i].start && ip < p->ranges[i].end)
			return &p->ranges[i];
	return NULL;
}

/* The file behind a range, if it still is the one that was mapped. */
static struct image *image_of(struct places *ps, const struct range *r)
{
	struct image *im, **bigger;

	for (size_t i = 0; i < ps->n_images; i++)
		if (image__is(ps->images[i], r->dev, r->ino))
			return ps->images[i];
	im = image__open(r->path, r->dev, r->ino);
	bigger = im ? realloc(ps->images, (ps->n_images + 1) * sizeof(*bigger)) : NULL;
	if (!bigger) {
		image__free(im);
		return NULL;
	}
	ps->images = bigger;
	return ps->images[ps->n_images++] = im;
}

/* Whether it is told for the first time. */
static bool is_new(struct process *p, __u64 ip)
{
	for (size_t i = 0; i < p->n_ips; i++)
		if (p->ips[i] == ip)
			return false;
	if (!p->ips)
		p->ips = malloc(IPS_MOST * sizeof(*p->ips));
	if (!p->ips || p->n_ips == IPS_MOST)
		return false;
	p->ips[p->n_ips++] = ip;
	return true;
}

bool places__tell(struct places *ps, const struct ev_access *a, struct ev_symbol *to)
{
	struct process *p = get(ps, a->e.pid);
	/* The instruction that did it ends there. */
	__u64 ip = a->ip - 1;
	struct image_place place;
	const struct range *r;
	struct image *im;
	const char *slash;

	if (!p || !is_new(p, a->ip))
		return false;
	r = range_of(p, ip);
	if (!r) {
		places__look(ps, (pid_t)a->e.pid);
		r = range_of(p, ip);
	}
	im = r ? image_of(ps, r) : NULL;
	if (!im)
		return false;
	image__find(im, ip - r->start + r->offset, &place);
	if (!place.symbol && !place.file)
		return false;
	*to = (struct ev_symbol){.e = a->e, .ip = a->ip, .line = place.line};
	to->e.kind = EV_SYMBOL;
	to->e.size = sizeof(*to);
	to->offset = (__u32)place.offset + 1;
	if (place.symbol)
		strncat(to->symbol, place.symbol, sizeof(to->symbol) - 1);
	slash = place.file ? strrchr(place.file, '/') : NULL;
	if (place.file)
		strncat(to->file, slash ? slash + 1 : place.file, sizeof(to->file) - 1);
	return true;
}

void places__free(struct places *ps)
{
	if (!ps)
		return;
	for (size_t i = 0; i < ps->n_procs; i++)
		forget(&ps->procs[i]);
	for (size_t i = 0; i < ps->n_images; i++)
		image__free(ps->images[i]);
	free(ps->procs);
	free(ps->images);
	free(ps);
}
