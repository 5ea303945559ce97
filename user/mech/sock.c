/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets: what the stages call, and their calls and states as fields. */
#include "mech/sock.h"

#include <sys/socket.h>

#include "mech/mechs.h"
#include "names/ipc_names.h"
#include "words/field_call.h"
#include "words/field_groups.h"

static bool has_arg(const struct ev_op *op)
{
	switch (op->op) {
	case OPC_BIND:
	case OPC_ACCEPT:
	case OPC_CONNECT:
	case OPC_SHUTDOWN:
	case OPC_SETSOCKOPT: /* it has a value */
		return false;
	default:
		return !(op->bits & OPF_NO_ARG);
	}
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	char flags[SOCK_FLAGS_LEN];

	switch (op->op) {
	case OPC_SEND:
	case OPC_RECEIVE:
		sock__msg_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		break;
	case OPC_SHUTDOWN:
		fields__named(fs, "cmd", shutdown_name(op->cmd), op->cmd);
		break;
	case OPC_SETSOCKOPT:
		fields__named(fs, "cmd", sock__option_name(op->cmd), op->cmd);
		if (!(op->bits & OPF_NO_ARG))
			fields__int(fs, "value", op->value);
		break;
	case OPC_CONNECT:
		if (fact->obj && fact->obj->wanted[0])
			fields__copy(fs, "path", fact->obj->wanted, PATH_LEN);
		break;
	default:
		fields__control(fs, fact);
	}
}

static void state_fields(struct fields *fs, const struct ipc_state *st)
{
	__u32 flags = st->v[SOCK_FLAGS], family = SOCK_KIND_FAMILY(st->v[SOCK_KIND]);

	fields__named(fs, "family", sock__family_name(family), family);
	fields__word(fs, "sock_type", sock__type_name(st));
	fields__word(fs, "shut", sock__shut_name(st));
	if (flags & SOCKF_LISTENS)
		fields__bool(fs, "listens", true);
	if (flags & SOCKF_PENDING)
		fields__bool(fs, "pending", true);
	if (flags & SOCKF_PEER_GONE)
		fields__bool(fs, "peer_gone", true);
}

static void full_state(struct ipc_state *st)
{
	st->v[SOCK_FLAGS] = ~0u;
	st->v[SOCK_KIND] = AF_UNIX | SOCK_STREAM << 8;
}

const struct mech_ops sock_ops = {
    .classes = CLASS(SEND) | CLASS(RECEIVE) | CLASS(BIND) | CLASS(LISTEN) | CLASS(ACCEPT) |
	       CLASS(CONNECT) | CLASS(SHUTDOWN) | CLASS(SETSOCKOPT),
    .why = sock__why,
    .sigpipe = sock__sigpipe,
    .wakes = sock__wakes,
    .moved = sock__moved,
    .did = sock__did,
    .still_due = sock__still_due,
    .tell_op = sock__tell_op,
    .tell_sleep = sock__tell_sleep,
    .tell_look = sock__tell_look,
    .tell_wake = sock__tell_wake,
    .tell_object = sock__tell_object,
    .has_arg = has_arg,
    .call_fields = call_fields,
    .state_fields = state_fields,
    .full_state = full_state,
    .lane_call = sock__lane_call,
    .lane_result = sock__lane_result,
    .lane_object = sock__lane_object,
};
