// SPDX-License-Identifier: GPL-2.0
/* The part of a fact that must be equal in two runs. */
#include "diff/told.h"

#include <string.h>

#include "names/mech.h"
#include "names/opclass.h"
#include "timeline/mech_ops.h"

bool name_ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && !strcmp(name + n - e, end) && (n == e || name[n - e - 1] == '.');
}

/* Times, ids and states. Tasks are told by roles, objects by their order. */
static bool is_left_out(const char *name, const char *kind)
{
	static const char *const words[] = {
	    "t",	"tid",	"comm", "slept_at", "woken_at", "slept",    "delay",   "bytes",
	    "duration", "refs", "file", "core",	    "last",	"released", "earlier", "signo",
	    "ctx",	"addr", "shut", "listens",  "pending",	"peer_gone"};
	static const char *const groups[] = {"before.", "after.", "state.", "state_woken.",
					     "waker."};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (name_ends_with(name, words[i]))
			return true;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strncmp(name, groups[i], strlen(groups[i])))
			return true;
	return !strcmp(name, "pid") || (!strcmp(kind, "op") && !strcmp(name, "op"));
}

/*
 * Whether the field is an argument that is an address or belongs to one, or a result that is an id
 * or an address.
 */
static bool is_pointer(const struct fact *fact, const char *name)
{
	if (fact->kind != FACT_OP)
		return false;
	if (!strcmp(name, "arg"))
		return op_call__has(fact->rec->op.nr, T_ARG_ADDRESS);
	return !strcmp(name, "ret") && fact->rec->op.ret >= 0 &&
	       op_call__has(fact->rec->op.nr, T_RESULT_ID | T_RESULT_ADDRESS);
}

static bool is_number_of_run(const struct fact *fact, const char *name)
{
	const struct ev_op *op = &fact->rec->op;
	const struct mech_ops *ops = fact->kind == FACT_OP ? mech_ops__call(op) : NULL;

	return ops && !strcmp(name, "ret") && ops->gives_pid && ops->gives_pid(op);
}

bool told__field(const struct fact *fact, const char *kind, const char *name)
{
	return !is_left_out(name, kind) && !is_pointer(fact, name) && !is_number_of_run(fact, name);
}

enum told_stream told__stream(const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_OP:
		return OPERATIONS;
	case FACT_WAKE:
		return WAITS;
	case FACT_SIGNAL:
	case FACT_DELIVER:
		return SIGNALS;
	case FACT_FORK:
	case FACT_EXEC:
	case FACT_RENAME:
	case FACT_EXIT:
		return LIFE;
	case FACT_OBJECT:
	case FACT_MAP:
		return DESCRIPTORS;
	default:
		return STREAMS;
	}
}

bool told__fact(const struct fact *fact)
{
	const union any_event *rec = fact->rec;

	if (told__stream(fact) == STREAMS)
		return false;
	if (fact->kind == FACT_OBJECT)
		return rec->object.change != OBJ_RELEASED && rec->object.change != OBJ_OPENING;
	if (fact->kind != FACT_WAKE)
		return true;
	return rec->wait.obj.mech && rec->wait.reason != WAIT_UNKNOWN &&
	       reason__enders(rec->wait.reason) != ENDERS_OWNER;
}
