/* SPDX-License-Identifier: GPL-2.0 */
/* Gives the calls of other machines numbers beyond this machine's, and those numbers their names. */
#include "names/call_ids.h"

#include <stdio.h>
#include <string.h>

#include "abi/sysop.h"
#include "names/names.h"

#define IDS	  256		     /* sysop.def says so */
#define FOREIGN	  (CALLS_HERE + IDS) /* those without an id, a block a machine */
#define BLOCK	  1024		     /* no machine has so many calls */
#define NAME_ROOM sizeof("call 1023 of loongarch64")

_Static_assert(FOREIGN + MACHINES * BLOCK <= 0x7fff, "ev_op.nr takes them");

static const char *const machines[MACHINES] = {
    [MACHINE_X86_64] = "x86_64",
    [MACHINE_AARCH64] = "aarch64",
    [MACHINE_RISCV64] = "riscv64",
    [MACHINE_LOONGARCH64] = "loongarch64",
};

enum call_machine call_machine(const char *name)
{
	for (int m = 0; m < MACHINES; m++)
		if (!strcmp(machines[m], name))
			return m;
	return MACHINE_UNKNOWN;
}

#define SYSOP(id, ...) _Static_assert((id) > 0 && (id) < IDS, "an id is a byte");
#define SYSOP_NAMED    SYSOP
#include "abi/sysop.def"

/* An id twice does not compile. */
static const char *name_of_id(unsigned int id)
{
	switch (id) {
#define SYSOP(id, call, ...)                                                                       \
	case id:                                                                                   \
		return #call;
#define SYSOP_NAMED SYSOP
#include "abi/sysop.def"
	default:
		return NULL;
	}
}

void call_ids__fill(__u16 *table, size_t n)
{
	memset(table, 0, n * sizeof(*table));
	for (unsigned int id = 1; id < IDS; id++) {
		const char *name = name_of_id(id);
		int nr = name ? syscall_number(name) : -1;

		if (nr >= 0 && (size_t)nr < n)
			table[nr] = (__u16)id;
	}
}

__s16 call_ids__number(__u16 id)
{
	const char *name = id < IDS ? name_of_id(id) : NULL;
	int nr = name ? syscall_number(name) : -1;

	return (__s16)(!name ? -1 : nr >= 0 ? nr : CALLS_HERE + id);
}

__s16 call_ids__foreign(enum call_machine m, __s16 nr)
{
	return (__s16)(nr < 0 ? nr : nr < BLOCK ? FOREIGN + (int)m * BLOCK + nr : CALLS_HERE);
}

const char *call_ids__name(int nr)
{
	static char names[MACHINES][BLOCK][NAME_ROOM];
	unsigned int at = (unsigned int)(nr - FOREIGN);
	char *name;

	if (nr < FOREIGN)
		return name_of_id((unsigned int)(nr - CALLS_HERE));
	if (at >= MACHINES * BLOCK)
		return NULL;
	name = names[at / BLOCK][at % BLOCK];
	if (!*name)
		snprintf(name, NAME_ROOM, "call %u of %s", at % BLOCK, machines[at / BLOCK]);
	return name;
}
