/* SPDX-License-Identifier: GPL-2.0 */
/* Looks up system calls and their classes in the table of abi/sysop.def. */
#include <stddef.h>
#include <string.h>

#include "names/names.h"
#include "names/opclass.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	enum mech_id mech;
	unsigned int traits;
} classes[] = {
#define SYSOP_CLASS(id, name, mech, begin, end, sleep, waker, traits)                              \
	[OPC_##name] = {MECH_##mech, traits},
#include "abi/sysop.def"
};

/* By name, not by number: a call that is absent on a machine has no __NR_ to test in a macro. */
static const struct row {
	const char *call;
	enum op_class class;
	unsigned int traits;
} rows[] = {
#define SYSOP(id, call, class, fd, fd2, timeout, traits) {#call, OPC_##class, traits},
#include "abi/sysop.def"
};

static const struct row *row_of(int nr)
{
	const char *name = syscall_name(nr);

	for (size_t i = 0; name && i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].call, name))
			return &rows[i];
	return NULL;
}

enum op_class op_class_of(int nr)
{
	const struct row *row = row_of(nr);

	return row ? row->class : OPC_NONE;
}

enum mech_id op_class__mech(__u8 class)
{
	return class < ARRAY_SIZE(classes) ? classes[class].mech : MECH_NONE;
}

enum mech_id op_call__names(int nr)
{
	enum mech_id mech = op_class__mech(op_class_of(nr));

	return mech ? mech : MECH_SHMEM;
}

bool op_class__has(__u8 class, unsigned int traits)
{
	return class < ARRAY_SIZE(classes) && classes[class].traits & traits;
}

bool op_call__has(int nr, unsigned int traits)
{
	const struct row *row = row_of(nr);

	return row && (row->traits & traits || op_class__has(row->class, traits));
}

const char *op_call__row(unsigned int row, unsigned int *traits)
{
	if (row >= ARRAY_SIZE(rows))
		return NULL;
	*traits = rows[row].traits | classes[rows[row].class].traits;
	return rows[row].call;
}

bool op_number(const struct ev_op *op, __u64 *number)
{
	*number = op->number;
	switch (op->obj.mech) {
	case MECH_NONE:
		return false;
#define FD_NUMBER(mech) case MECH_##mech:
#include "abi/mech.def"
		return moves_data(op->op) && op->bits & NUMBERF_KNOWN;
	}
	return false;
}
