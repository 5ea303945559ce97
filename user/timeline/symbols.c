/* SPDX-License-Identifier: GPL-2.0 */
/* The symbols of instructions, by the records about them. These come before the first record
 * that needs them, and not in time order. */
#include <errno.h>
#include <stdlib.h>

#include "timeline/symbols.h"

#define SYMBOLS_MOST 4096

struct symbol {
	struct map_node node;
	struct list age;
	struct ev_symbol rec;
};

static __u64 key_of(__u32 pid, __u64 ip)
{
	return ip ^ (__u64)pid << 40;
}

static struct symbol *find(const struct timeline *tl, __u32 pid, __u64 ip)
{
	struct map_node *node = map__find(&tl->symbols, key_of(pid, ip));

	for (; node; node = map__again(node)) {
		struct symbol *s = container_of(node, struct symbol, node);

		if (s->rec.e.pid == pid && s->rec.ip == ip)
			return s;
	}
	return NULL;
}

static void drop(struct timeline *tl, struct symbol *s)
{
	map__del(&tl->symbols, &s->node);
	list__del(&s->age);
	free(s);
}

int symbols__feed(struct timeline *tl, const struct ev_symbol *rec)
{
	struct symbol *s = find(tl, rec->e.pid, rec->ip);

	if (s) {
		s->rec = *rec;
		return 0;
	}
	if (tl->symbols.n >= SYMBOLS_MOST)
		drop(tl, container_of(tl->symbol_ages.next, struct symbol, age));
	s = calloc(1, sizeof(*s));
	if (!s || map__add(&tl->symbols, &s->node, key_of(rec->e.pid, rec->ip))) {
		free(s);
		return -ENOMEM;
	}
	s->rec = *rec;
	list__append(&tl->symbol_ages, &s->age);
	return 0;
}

const struct ev_symbol *symbols__find(const struct timeline *tl, __u32 pid, __u64 ip)
{
	const struct symbol *s = find(tl, pid, ip);

	return s ? &s->rec : NULL;
}

void symbols__free(struct timeline *tl)
{
	struct map_node *node;

	while ((node = map__any(&tl->symbols)))
		drop(tl, container_of(node, struct symbol, node));
	map__free(&tl->symbols);
}
