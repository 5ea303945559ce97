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
	fields__int(fs, "uid", (__u32)op->owner);
	fields__int(fs, "gid", (__s64)(op->owner >> 32));
	fields__int(fs, "mode", op->mode);
}

void sysv_fields__removed(struct fields *fs, const struct ev_op *op)
{
	fields__int(fs, "key", op->key);
	fields__int(fs, "sleepers", (__s64)op->sleepers);
}
