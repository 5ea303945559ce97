/* SPDX-License-Identifier: GPL-2.0 */
/* Hash and list for the timeline's tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "lib/map.h"

#define FIRST_SLOTS 64

/* The kernel's random bytes for this process. */
static __u64 secret(void)
{
	static __u64 bytes;
	unsigned long at = getauxval(AT_RANDOM);

	if (!bytes && at)
		memcpy(&bytes, (const void *)at, sizeof(bytes));
	return bytes;
}

/* murmur3's last step: each bit of the key goes into each of the slot's. */
__u64 map__mix(__u64 key)
{
	key ^= secret();
	key = (key ^ key >> 33) * 0xff51afd7ed558ccdull;
	key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53ull;
	return key ^ key >> 33;
}

static size_t slot_of(size_t n_slots, __u64 key)
{
	return (size_t)map__mix(key) & (n_slots - 1);
}

/* A slot becomes two: its own, and the one n_slots behind it. Their nodes keep their order. */
static int grow(struct map *m)
{
	size_t n_slots = m->n_slots ? m->n_slots * 2 : FIRST_SLOTS;
	struct map_node **slots = calloc(n_slots, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_slots; i++) {
		struct map_node **low = &slots[i], **high = &slots[i + m->n_slots];

		for (struct map_node *node = m->slots[i], *next; node; node = next) {
			struct map_node ***tail = slot_of(n_slots, node->key) == i ? &low : &high;

			next = node->next;
			node->next = NULL;
			**tail = node;
			*tail = &node->next;
		}
	}
	free(m->slots);
	m->slots = slots;
	m->n_slots = n_slots;
	m->bare = 0;
	return 0;
}

__u64 map__text_key(const char *text)
{
	__u64 key = secret();

	for (; *text; text++) {
		key = (key ^ (unsigned char)*text) * 0x9e3779b97f4a7c15ull;
		key ^= key >> 29;
	}
	return key;
}

int map__add(struct map *m, struct map_node *node, __u64 key)
{
	size_t slot;

	if (m->n >= m->n_slots && grow(m))
		return -ENOMEM;
	slot = slot_of(m->n_slots, key);
	node->key = key;
	node->next = m->slots[slot];
	m->slots[slot] = node;
	m->n++;
	if (slot < m->bare)
		m->bare = slot;
	return 0;
}

void map__del(struct map *m, struct map_node *node)
{
	struct map_node **slot = &m->slots[slot_of(m->n_slots, node->key)];

	while (*slot != node)
		slot = &(*slot)->next;
	*slot = node->next;
	m->n--;
}

struct map_node *map__find(const struct map *m, __u64 key)
{
	struct map_node *node = m->n ? m->slots[slot_of(m->n_slots, key)] : NULL;

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

struct map_node *map__any(struct map *m)
{
	while (m->n && !m->slots[m->bare])
		m->bare++;
	return m->n ? m->slots[m->bare] : NULL;
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

int map__add_item(struct map *m, struct map_item *item, __u64 key, struct list *all)
{
	if (map__add(m, &item->node, key))
		return -ENOMEM;
	list__append(all, &item->same);
	return 0;
}

void map__free_items(struct map *m, struct list *all)
{
	while (all->next != all) {
		struct map_item *item = container_of(all->next, struct map_item, same);

		list__del(&item->same);
		map__del(m, &item->node);
		free(item);
	}
}
