/* SPDX-License-Identifier: GPL-2.0 */
/* The table of system calls that the hooks read, by the numbers of this machine. */
#ifndef IPCTRACE_TRACE_SYSOPS_H
#define IPCTRACE_TRACE_SYSOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/sysop.h"

/* Whether calls of a class may be on one of mechs: 1 << enum mech_id, 0 for all of them. */
bool sysops__on(enum op_class class, __u32 mechs);
/*
 * table has n rows, all zero; a call that this machine does not have, and one that is on none of
 * mechs, are left out.
 */
void sysops__fill(struct sysop *table, size_t n, __u32 mechs);

#endif
