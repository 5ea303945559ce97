/* SPDX-License-Identifier: GPL-2.0 */
/* System calls of this machine: their names and numbers, from <asm/unistd.h>. */
#include "names/calls_here.h"

#include <string.h>

#include "names/call_ids.h"
#include "names/names.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const syscalls[] = {
#include "syscall_names.h"
};

_Static_assert(ARRAY_SIZE(syscalls) <= CALLS_HERE, "numbers of other machines follow");

const char *calls_here__name(int nr)
{
	return nr >= 0 && (size_t)nr < ARRAY_SIZE(syscalls) ? syscalls[nr] : NULL;
}

int syscall_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(syscalls); i++)
		if (syscalls[i] && !strcmp(syscalls[i], name))
			return (int)i;
	return -1;
}
