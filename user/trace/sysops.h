/* SPDX-License-Identifier: GPL-2.0 */
/* The table of system calls that the hooks read, by the numbers of this machine. */
#ifndef IPCTRACE_SYSOPS_H
#define IPCTRACE_SYSOPS_H

#include <stddef.h>

#include "sysop.h"

/* table has n rows, all zero; a call that this machine does not have is left out. */
void sysops__fill(struct sysop *table, size_t n);

#endif
