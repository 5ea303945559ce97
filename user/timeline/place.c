/* SPDX-License-Identifier: GPL-2.0 */
/* The place of a record in the order of records, by the record alone. */
#include "timeline/place.h"

#include "names/opclass.h"

/* A call that failed did nothing, except perhaps make a signal before it returned. A call that
 * moved no byte did nothing, either: the end of file may have come after the call began. */
static bool did_nothing(const struct ev_op *op)
{
	return op->ret < 0 || (op->ret == 0 && moves_data(op->op));
}

/* An operation may act at any time after its start, until it sleeps. */
__u64 record_place(const struct event *rec)
{
	const union any_event *any = (const union any_event *)rec;

	if (rec->kind == EV_OP && !(rec->flags & EVF_SLEPT) && !did_nothing(&any->op))
		return any->op.start;
	if (rec->kind == EV_WAIT && any->wait.slept > rec->ts)
		return any->wait.slept;
	return rec->ts;
}

bool record_starts(const struct event *rec)
{
	return rec->kind != EV_LOST && rec->kind != EV_SYMBOL;
}
