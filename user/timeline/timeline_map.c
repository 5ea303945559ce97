/* SPDX-License-Identifier: GPL-2.0 */
/* Hash and list for the timeline's tables. */
#include <errno.h>
#include <stdlib.h>

#include "timeline_map.h"

#define FIRST_SLOTS 64

static struct map_node **slot_of(struct map_node **slots, size_t n_slots, __u64 key)
{
	return &slots[(key * 0x9e3779b97f4a7c15ull >> 32) & (n_slots - 1)];
}

static int grow(struct map *m)
{
	size_t n_slots = m->n_slots ? m->n_slots * 2 : FIRST_SLOTS;
	struct map_node **slots = calloc(n_slots, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_slots; i++) {
		while (m->slots[i]) {
			struct map_node *node = m->slots[i];
			struct map_node **to = slot_of(slots, n_slots, node->key);

			m->slots[i] = node->next;
			node->next = *to;
			*to = node;
		}
	}
	free(m->slots);
	m->slots = slots;
	m->n_slots = n_slots;
	return 0;
}

int map__add(struct map *m, struct map_node *node, __u64 key)
{
	struct map_node **slot;

	if (m->n >= m->n_slots && grow(m))
		return -ENOMEM;
	slot = slot_of(m->slots, m->n_slots, key);
	node->key = key;
	node->next = *slot;
	*slot = node;
	m->n++;
	return 0;
}

void map__del(struct map *m, struct map_node *node)
{
	struct map_node **slot = slot_of(m->slots, m->n_slots, node->key);

	while (*slot != node)
		slot = &(*slot)->next;
	*slot = node->next;
	m->n--;
}

struct map_node *map__find(const struct map *m, __u64 key)
{
	struct map_node *node = m->n ? *slot_of(m->slots, m->n_slots, key) : NULL;

	while (node && node->key != key)
		node = node->next;
	return node;
}

struct map_node *map__again(const struct map_node *node)
{
	struct map_node *next = node->next;

	while (next && next->key != node->key)
		next = next->next;
	return next;
}

struct map_node *map__any(const struct map *m)
{
	for (size_t i = 0; m->n && i < m->n_slots; i++) {
		if (m->slots[i])
			return m->slots[i];
	}
	return NULL;
}

void map__free(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}

void list__init(struct list *head)
{
	head->prev = head->next = head;
}

void list__append(struct list *head, struct list *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

void list__del(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list__init(item);
}
