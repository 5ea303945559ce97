/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of a timeline share: kinds of objects, names of tasks, arrays that grow. */
#include "timeline/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names/mech.h"

int grow_array(void *array, size_t n, size_t *room, size_t item)
{
	size_t want = *room ? *room * 2 : 4;
	void *old, *bigger;

	if (n < *room)
		return 0;
	memcpy(&old, array, sizeof(old));
	bigger = realloc(old, want * item);
	if (!bigger)
		return -ENOMEM;
	memcpy(array, &bigger, sizeof(bigger));
	*room = want;
	/* cppcheck-suppress memleak ; it is in *array */
	return 0;
}

void copy_comm(char dst[COMM_LEN], const char *src)
{
	size_t len = strnlen(src, COMM_LEN - 1);

	memset(dst, 0, COMM_LEN);
	memcpy(dst, src, len);
}

bool is_pipe(const struct ipc_object *key)
{
	return mech__has(key->mech, MT_ENDS);
}

bool is_sysv(const struct ipc_object *key)
{
	return mech__has(key->mech, MT_SYSV);
}

bool is_memory(const struct ipc_object *key)
{
	return mech__has(key->mech, MT_MAPPED);
}

/* No task holds it: it exists until it is removed. */
bool is_set_or_queue(const struct ipc_object *key)
{
	return is_sysv(key) && !is_memory(key);
}

bool same_object(const struct ipc_object *a, const struct ipc_object *b)
{
	return a->mech && a->mech == b->mech && a->id == b->id && a->dev == b->dev;
}
