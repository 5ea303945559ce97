/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gives a type to kernel memory that is only an address to the verifier, so that it can be loaded
 * from.
 */
#ifndef IPCTRACE_CORE_TYPED_BPF_H
#define IPCTRACE_CORE_TYPED_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "abi/lend_call.h"

/*
 * A load that faults reads as 0. It costs no more than any load; a call of bpf_probe_read_kernel()
 * costs as much as twenty loads. The kernel's own name for it cannot be used: libbpf's headers
 * declare it since 1.5.
 */
static void *(*lent_rdonly_cast)(const void *address,
				 __u32 type) = (void *)(LEND_CALL + LENT_bpf_rdonly_cast);

/*
 * Set by the loader if this kernel has it. It is a constant, so the verifier drops the code that
 * needs it otherwise.
 */
extern const volatile bool can_cast;

#define LENT_CASE(name) struct name * : LEND_TYPE + LENT_##name,
/* clang-format off */
#define lent_type(p)                                                                               \
	_Generic((p), LENT_TYPES(LENT_CASE)                                                        \
		 struct pipe_inode_info___flat * : LEND_TYPE + LENT_pipe_inode_info)
/* clang-format on */

/* Only where can_cast is true. */
#define typed(p) ((typeof(p))lent_rdonly_cast(p, lent_type(p)))

/*
 * A pointer that the verifier knows, as a number. Only where can_cast is true. The verifier allows
 * the difference between two pointers, and takes it as a number.
 */
static __always_inline __u64 typed_address(const void *p)
{
	__u64 n = (__u64)typed((struct list_head *)p);

	asm("%0 -= %1" : "+r"(n) : "r"(typed((struct list_head *)0)));
	return n;
}

/*
 * A pointer that the verifier knows, to load a pointer from. If the verifier trusts a pointer, up
 * to 6.18 it searches all types for the name of the type behind each pointer loaded from it, a
 * millisecond each.
 */
#define loosely(p) (can_cast ? typed(p) : (p))

#endif
