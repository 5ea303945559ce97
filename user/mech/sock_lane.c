/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on sockets in a few words. */
#include "mech/sock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/escape.h"
#include "lib/units.h"
#include "names/ipc_names.h"
#include "names/names.h"
#include "names/opclass.h"

/* "50.0 ms", "0 (for ever)", "off" */
static void option_time(const struct ev_op *op, char value[UNIT_LEN])
{
	bool linger = op->cmd == SO_LINGER;

	if (linger && op->value == SOCKOPT_NO_LINGER)
		snprintf(value, UNIT_LEN, "off");
	else if (op->value < 0)
		snprintf(value, UNIT_LEN, "below 0");
	else if (!op->value)
		snprintf(value, UNIT_LEN, linger ? "0" : "0 (for ever)");
	else
		format_duration(value, (__u64)op->value);
}

/* "setsockopt SO_RCVTIMEO 50.0 ms" */
static void set_option(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *name = sock__option_name(op->cmd);
	char value[UNIT_LEN] = "";

	if (op->bits & OPF_NO_ARG)
		;
	else if (sock__option_is_time(op->cmd))
		option_time(op, value);
	else
		snprintf(value, sizeof(value), "%lld", (long long)op->value);
	snprintf(buf, size, "%s %s%s%s", call, name ? name : "?", value[0] ? " " : "", value);
}

bool sock__lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *name = syscall_name(op->nr), *call = name ? name : "?";
	const char *how = op->op == OPC_SHUTDOWN ? shutdown_name(op->cmd) : NULL;
	char flags[SOCK_FLAGS_LEN];

	switch (op->op) {
	case OPC_SHUTDOWN:
		if (how)
			snprintf(buf, size, "%s %s", call, how);
		else
			snprintf(buf, size, "%s %d", call, op->cmd);
		return true;
	case OPC_SETSOCKOPT:
		set_option(op, call, buf, size);
		return true;
	case OPC_LISTEN:
		snprintf(buf, size, "%s %d", call, (int)op->arg);
		return true;
	case OPC_SEND:
	case OPC_RECEIVE:
		if (!op->cmd)
			return false;
		sock__msg_flags(flags, sizeof(flags), op->cmd);
		snprintf(buf, size, "%s %s", call, flags);
		return true;
	}
	return false;
}

void sock__lane_result(const struct ev_op *op, char *buf, size_t size)
{
	if (counts_messages(op))
		snprintf(buf, size, " message%s", op->ret == 1 ? "" : "s");
}

bool sock__lane_object(const struct ev_object *ob, char *buf, size_t size)
{
	const char *call = syscall_name(ob->nr);
	char path[4 * PATH_LEN];

	if (ob->change != OBJ_NAMED && ob->change != OBJ_CONNECTS)
		return false;
	escape_text(path, sizeof(path), ob->path, strnlen(ob->path, PATH_LEN));
	snprintf(buf, size, "%s %s", call ? call : "?", path);
	return true;
}
