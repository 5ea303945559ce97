/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many instructions of the programs the kernel's verifier walks. It gives up after a million.
 */
#ifndef IPCTRACE_KERN_VERIFIED_H
#define IPCTRACE_KERN_VERIFIED_H

struct bpf_object;

/* With -v: a line for each program that is loaded. */
void verified__tell(const struct bpf_object *obj);

#endif
