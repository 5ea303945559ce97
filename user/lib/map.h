/* SPDX-License-Identifier: GPL-2.0 */
/* A hash table of intrusive nodes by a 64-bit key, and an intrusive list; the timeline's tables use
 * both.
 */
#ifndef IPCTRACE_LIB_MAP_H
#define IPCTRACE_LIB_MAP_H

#include <stddef.h>
#include <linux/types.h>

/* clang-format off */
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
/* clang-format on */

struct map_node {
	struct map_node *next;
	__u64 key;
};

struct map {
	struct map_node **slots;
	size_t n_slots; /* 0, or a power of two */
	size_t n;
	size_t bare; /* so many slots from the first on are empty */
};

/*
 * 0 or -ENOMEM. Several nodes may have the same key: the last one that was added is found first.
 * The order of nodes with different keys differs in each process. So somebody who chooses the keys
 * cannot choose ones that share a slot.
 */
int map__add(struct map *m, struct map_node *node, __u64 key);
void map__del(struct map *m, struct map_node *node);
struct map_node *map__find(const struct map *m, __u64 key);
/* The next node with the same key, or NULL. */
struct map_node *map__again(const struct map_node *node);
/* Some node of the map, to empty it by; NULL when it is empty. */
struct map_node *map__any(struct map *m);
/* A number for a key, which somebody who chooses keys cannot predict. */
__u64 map__mix(__u64 key);
/*
 * A key for a text. Other texts may have it, too, but somebody who chooses texts cannot choose the
 * key.
 */
__u64 map__text_key(const char *text);
/* Frees the table, not the nodes. */
void map__free(struct map *m);

struct list {
	struct list *prev, *next;
};

void list__init(struct list *head);
void list__append(struct list *head, struct list *item);
/* Leaves the item as an empty list: it may be deleted again. */
void list__del(struct list *item);

/* What is in a map, and in a list of those that go together. The first member of its struct. */
struct map_item {
	struct map_node node;
	struct list same;
};

/* 0 or -ENOMEM. */
int map__add_item(struct map *m, struct map_item *item, __u64 key, struct list *all);
void map__free_items(struct map *m, struct list *all);

#define list_for_each(pos, head)                                                                   \
	for (struct list *pos = (head)->next; pos != (head); pos = pos->next)

#endif
