/* SPDX-License-Identifier: GPL-2.0 */
/* Fields that the calls of SysV IPC share. */
#include "mech/sysv.h"
#include "words/field_groups.h"

void sysv_fields__get(struct fields *fs, const struct ev_op *op, const char *flags)
{
	fields__int(fs, "key", op->key);
	fields__text(fs, "flags", "%s", flags);
}

void sysv_fields__perm(struct fields *fs, const struct ev_op *op)
{
	fields__int(fs, "uid", (__u32)op->arg);
	fields__int(fs, "gid", (__s64)(op->arg >> 32));
	fields__int(fs, "mode", op->key);
}

void sysv_fields__removed(struct fields *fs, const struct ev_op *op)
{
	fields__int(fs, "key", op->key);
	fields__int(fs, "sleepers", (__s64)op->arg);
}
