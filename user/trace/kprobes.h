/* SPDX-License-Identifier: GPL-2.0 */
/* Attaches the kprobe backend's programs. They get their functions when they are attached, not
 * when they are loaded. */
#ifndef IPCTRACE_TRACE_KPROBES_H
#define IPCTRACE_TRACE_KPROBES_H

#include "kern/probe.h"
#include "trace/tracer.h"

struct bpf_object;
struct kprobes;

/* Before the object is loaded. */
void kprobes__prepare(struct bpf_object *obj, const struct probe *p);
/* When it is: attaches those that are to be loaded. NULL with errno after one message. */
struct kprobes *kprobes__attach(struct bpf_object *obj, const struct tracer_opts *opts,
				const struct probe *p);
void kprobes__free(struct kprobes *k); /* detaches; NULL is fine */

#endif
