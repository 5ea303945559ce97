/* SPDX-License-Identifier: GPL-2.0 */
/* Types for kernel memory that is a mere address to the verifier, so that it can be loaded from. */
#ifndef IPCTRACE_TYPED_BPF_H
#define IPCTRACE_TYPED_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/*
 * Since 6.2. A load that faults reads as 0. It costs no more than any load, where a call of
 * bpf_probe_read_kernel() costs twenty. Only read.bpf.c includes this: bpftool 7.1 links no second
 * object that names the same function of the kernel.
 */
extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

/* Set by the loader where this kernel has it. A constant: the verifier drops what is behind it. */
extern const volatile bool can_cast;

/* Only where can_cast is true. */
#define typed(p) ((typeof(p))bpf_rdonly_cast(p, bpf_core_type_id_kernel(typeof(*(p)))))

#endif
