/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets that were bound or connected last; an older one is not known any more. */
#include <string.h>

#include "timeline/connects.h"
#include "timeline/objects.h"

static struct obj_ref ref_to(const struct obj *o)
{
	return (struct obj_ref){o->pub.key, o->pub.index};
}

/* NULL: it is forgotten, or its number is another one's by now. */
static struct obj *of_ref(const struct timeline *tl, const struct obj_ref *r)
{
	struct obj *o = objects__find(tl, &r->key);

	return o && o->pub.index == r->index ? o : NULL;
}

void connects__bound(struct timeline *tl, const struct obj *o)
{
	tl->bound[tl->n_bound++ % RECENT_BOUND] = ref_to(o);
}

/* An abstract name begins with '@'. The end of a longer path may begin with a slash as well. An address of TCP may be
 * another network namespace's, too. */
static bool is_whole(const char name[PATH_LEN])
{
	return (name[0] == '/' || name[0] == '@') && strnlen(name, PATH_LEN) < PATH_LEN - 1;
}

struct obj *connects__of_name(const struct timeline *tl, const char name[PATH_LEN])
{
	unsigned int n = tl->n_bound < RECENT_BOUND ? tl->n_bound : RECENT_BOUND;

	for (unsigned int i = 1; is_whole(name) && i <= n; i++) {
		struct obj *o = of_ref(tl, &tl->bound[(tl->n_bound - i) % RECENT_BOUND]);

		if (o && !strncmp(o->pub.bound, name, PATH_LEN))
			return o;
	}
	return NULL;
}

void connects__made(struct timeline *tl, const struct obj *o, __u64 connection)
{
	tl->connections[tl->n_connections++ % RECENT_CONNECTIONS] =
	    (struct connection){.client = ref_to(o), .id = connection};
}

/* The last with this id, or that this socket has accepted; NULL: none. */
static const struct connection *find(const struct timeline *tl, __u64 id,
				     const struct ipc_object *accepted)
{
	unsigned int n =
	    tl->n_connections < RECENT_CONNECTIONS ? tl->n_connections : RECENT_CONNECTIONS;

	for (unsigned int i = 1; i <= n; i++) {
		const struct connection *c =
		    &tl->connections[(tl->n_connections - i) % RECENT_CONNECTIONS];

		if (accepted ? same_object(&c->accepted, accepted) : c->id == id)
			return c;
	}
	return NULL;
}

struct obj *connects__client(const struct timeline *tl, __u64 connection)
{
	const struct connection *c = connection ? find(tl, connection, NULL) : NULL;

	return c ? of_ref(tl, &c->client) : NULL;
}

void connects__accepted(struct timeline *tl, __u64 connection, const struct ipc_object *key)
{
	const struct connection *c = connection ? find(tl, connection, NULL) : NULL;

	if (c)
		tl->connections[c - tl->connections].accepted = *key;
}

struct obj *connects__maker(const struct timeline *tl, const struct obj *o)
{
	const struct connection *c = find(tl, 0, &o->pub.key);

	return c ? of_ref(tl, &c->client) : NULL;
}
