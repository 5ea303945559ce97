/* SPDX-License-Identifier: GPL-2.0 */
/* Futexes in shared memory: what the stages call, their calls as fields and in a lane. */
#include <stdio.h>

#include "mech/futex.h"
#include "mech/mechs.h"
#include "names/ipc_names.h"
#include "names/names.h"
#include "words/field_groups.h"

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	fields__int(fs, "offset", (__s64)op->offset);
	fields__int(fs, "val", op->val);
	fields__named(fs, "cmd", futex_name(op->cmd), op->cmd);
}

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	fields__int(fs, "offset", (__s64)w->arg);
	if (!(w->e.flags & EVF_NO_WORD))
		fields__int(fs, "value", w->value);
}

/* "FUTEX_WAKE +8": on the word at that offset. */
static bool lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *name = futex_name(op->cmd), *call = syscall_name(op->nr);

	snprintf(buf, size, "%s +%llu",
		 name	? name
		 : call ? call
			: "?",
		 (unsigned long long)op->offset);
	return true;
}

/* "futex sleeps: +8 is 2" */
static bool lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size)
{
	if (w->e.flags & EVF_NO_WORD)
		snprintf(buf, size, "%s sleeps: +%llu is locked", call, (unsigned long long)w->arg);
	else
		snprintf(buf, size,
			 w->value < 1U << 16 ? "%s sleeps: +%llu is %u" : "%s sleeps: +%llu is %#x",
			 call, (unsigned long long)w->arg, w->value);
	return true;
}

const struct mech_ops futex_ops = {
    .classes = CLASS(FUTEX),
    .why = futex__why,
    .sleeps = futex__sleeps,
    .wakes = futex__wakes,
    .did = futex__did,
    .tell_op = futex__tell_op,
    .tell_sleep = futex__tell_sleep,
    .tell_wake = futex__tell_wake,
    .call_fields = call_fields,
    .sleep_fields = sleep_fields,
    .lane_call = lane_call,
    .lane_sleep = lane_sleep,
};
