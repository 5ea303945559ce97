/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the kernel's bpf_rdonly_cast() where bpf/lend_call.h has a place for it. */
#ifndef IPCTRACE_LEND_H
#define IPCTRACE_LEND_H

#include <stddef.h>
#include <linux/types.h>

#include "lend_call.h"

/* The kernel's own BTF ids. */
struct lent {
	int function; /* bpf_rdonly_cast() */
	__u32 types[LENT_COUNT];
};

/*
 * A copy of an object file (ELF, 64 bits, of this byte order, size bytes) whose calls of LEND_CALL
 * are of the function, with the types' ids. To be freed; NULL with errno: ENOMEM, or ENOEXEC if it
 * is no such file.
 */
void *lend__types(const void *elf, size_t size, const struct lent *lent);

#endif
