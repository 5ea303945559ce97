/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a call asked for, as fields: its argument, command, flags and key, and what only some calls
 * have.
 */
#include "words/field_call.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "names/names.h"
#include "names/opclass.h"
#include "timeline/mech_ops.h"
#include "words/field_groups.h"
#include "words/field_memory.h"

void fields__limit(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	const struct mech_ops *ops = mech_ops__call(op);
	struct limit l;

	if (!ops->limit || !ops->limit(op, &l))
		return;
	fields__word(fs, "limit_reached", l.name);
	if (!l.of_one)
		fields__int(fs, "limit_used", l.used);
	fields__int(fs, "limit_max", (__s64)l.most);
	if (l.of_user)
		fields__int(fs, "limit_user", op->uid);
	if (!fact->makers)
		return;
	fields__int(fs, "limit_made", (__s64)fact->makers->made);
	fields__int(fs, "limit_orphans", (__s64)fact->makers->gone);
}

void fields__control(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	if (op->nr == SYS_fcntl) {
		fields__named(fs, "cmd", fcntl_name(op->cmd), op->cmd);
		if (op->cmd == F_ADD_SEALS)
			fields__file(fs, op);
	} else if (op->nr == SYS_ioctl) {
		fields__int(fs, "cmd", op->cmd);
	}
	fields__limit(fs, fact);
}

void fields__asked(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	const struct mech_ops *ops = mech_ops__call(op);
	__u64 number;

	if (ops->has_arg ? ops->has_arg(op) : !(op->bits & OPF_NO_ARG))
		fields__int(fs, "arg", (__s64)op->arg);
	if (op_number(op, &number)) /* the greatest stands for all that are greater */
		fields__int(fs, "value", number > INT64_MAX ? INT64_MAX : (__s64)number);
	if (ops->call_fields)
		ops->call_fields(fs, fact);
	else
		fields__control(fs, fact);
}
