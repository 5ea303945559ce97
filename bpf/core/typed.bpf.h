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
 * A load that faults reads as 0. It costs no more than any load, where a call of
 * bpf_probe_read_kernel() costs twenty. The kernel's own name for it is taken: libbpf's headers declare
 * it since 1.5.
 */
static void *(*lent_rdonly_cast)(const void *address,
				 __u32 type) = (void *)(LEND_CALL + LENT_bpf_rdonly_cast);

/* Set by the loader where this kernel has it. A constant: the verifier drops what is behind it. */
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
 * A pointer that the verifier knows, to load a pointer from: behind one that it trusts, up to 6.18
 * it looks for the name of what is pointed to among all types there are, a millisecond each.
 */
#define loosely(p) (can_cast ? typed(p) : (p))

#endif
