/* SPDX-License-Identifier: GPL-2.0 */
/* The table of system calls that the hooks read, by the numbers of this machine. */
#include <linux/types.h>

#include "event.h"
#include "names.h"
#include "sysops.h"

void sysops__fill(struct sysop *table, size_t n)
{
#define SYSOP(call, class, fd)                                                                     \
	do {                                                                                       \
		int nr = syscall_number(#call);                                                    \
		if (nr >= 0 && (size_t)nr < n)                                                     \
			table[nr] = (struct sysop){SYSOP_##call, OPC_##class, fd, 0};              \
	} while (0);
#include "sysop.def"
}
