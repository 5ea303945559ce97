/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loads the tp_btf, tp, fentry, fexit and kprobe programs of a BPF object in several threads.
 * libbpf loads one after the other. Most of that time the kernel verifies, one program on one
 * processor.
 */
#ifndef IPCTRACE_KERN_LOAD_THREADS_H
#define IPCTRACE_KERN_LOAD_THREADS_H

struct btf;
struct load_threads;

/*
 * Before the object is opened: from now on libbpf gets an empty program instead of each. kernel:
 * its types. Only one may exist at a time. NULL with errno.
 */
struct load_threads *load_threads__new(const struct btf *kernel);
/* When the object is loaded: loads the programs themselves, in place of the empty ones. 0 or -errno. */
int load_threads__run(struct load_threads *l);
/* From now on libbpf loads such programs itself again. */
void load_threads__free(struct load_threads *l);

#endif
