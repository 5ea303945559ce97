/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the kernel's functions and types where bpf/abi/lend_call.h has places for them. */
#ifndef IPCTRACE_KERN_LEND_H
#define IPCTRACE_KERN_LEND_H

#include <stddef.h>
#include <linux/types.h>

#include "abi/lend_call.h"

/* The kernel's own BTF ids. */
struct lent {
	__s32 functions[LENT_FUNCTION_COUNT]; /* 0 or less: it has none */
	__u32 types[LENT_COUNT];
};

/*
 * A copy of an object file (ELF, 64 bits, of this byte order, size bytes) whose calls of LEND_CALL
 * and so on are of the functions, with the types' ids. To be freed; NULL with errno: ENOMEM, or
 * ENOEXEC if it is no such file.
 */
void *lend__types(const void *elf, size_t size, const struct lent *lent);

#endif
