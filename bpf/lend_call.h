/* SPDX-License-Identifier: GPL-2.0 */
/* What the BPF object and its loader agree on about bpf_rdonly_cast(). */
#ifndef IPCTRACE_LEND_CALL_H
#define IPCTRACE_LEND_CALL_H

/*
 * Stands for bpf_rdonly_cast() as the number of a helper, which it is none of: the loader turns each
 * call of it into one of the kernel's function. Unturned it must be dead code.
 */
#define LEND_CALL 0x1e4d0000

#endif
