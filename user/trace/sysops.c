/* SPDX-License-Identifier: GPL-2.0 */
/* The table of system calls that the hooks read, by the numbers of this machine. */
#include "trace/sysops.h"

#include "names/names.h"
#include "names/mech.h"
#include "names/opclass.h"

/* Others may be asked to follow descriptors, whatever they are of. */
bool sysops__on(enum op_class class, __u32 mechs)
{
	__u32 on = 1U << op_class__mech(class);

	/* What processes map is mapped and unmapped by the same calls. */
	if (mech__has(op_class__mech(class), MT_MAPPED))
		on = mech__all(MT_MAPPED);
	return op_class__mech(class) == MECH_NONE || !mechs || mechs & on;
}

void sysops__fill(struct sysop *table, size_t n, __u32 mechs)
{
#define SYSOP(id, call, class, fd, fd2, ...)                                                       \
	do {                                                                                       \
		int nr = syscall_number(#call);                                                    \
		if (nr >= 0 && (size_t)nr < n && sysops__on(OPC_##class, mechs))                   \
			table[nr] = (struct sysop){SYSOP_##call, OPC_##class, fd, fd2};            \
	} while (0);
#include "abi/sysop.def"
}
