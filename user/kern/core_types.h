/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's types that a BPF object uses, as separate BTF. libbpf searches for each type of a
 * relocation in all the BTF that it gets. In the kernel's 130000 types that took a quarter of a
 * short run.
 */
#ifndef IPCTRACE_KERN_CORE_TYPES_H
#define IPCTRACE_KERN_CORE_TYPES_H

#include <stddef.h>
#include <linux/types.h>

struct btf;
struct core_types;

/*
 * The types of the kernel whose names are in the BTF of the object file (ELF, size bytes), and what
 * they consist of. What they point to is void. NULL with errno: ENOMEM, or ENOEXEC if the file has
 * no BTF.
 */
struct core_types *core_types__new(const struct btf *kernel, const void *elf, size_t size);
/* For bpf_object_open_opts.btf_custom_path; valid until it is freed. Ids in it are not the kernel's. */
const char *core_types__path(const struct core_types *ct);
/* The kernel's own id of the struct; 0: it, or the object, has none of that name. */
__u32 core_types__kernel_id(const struct core_types *ct, const char *name);
void core_types__free(struct core_types *ct);

#endif
