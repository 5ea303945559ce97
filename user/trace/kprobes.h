/* SPDX-License-Identifier: GPL-2.0 */
/* Attaches the kprobe backend's programs: kprobes take their functions when they are attached, not when they are loaded. */
#ifndef IPCTRACE_KPROBES_H
#define IPCTRACE_KPROBES_H

#include "probe.h"
#include "tracer.h"

/* Before the programs are loaded. */
void kprobes__prepare(struct tracer *t, const struct probe *p);
/* 0, or -errno after one message. */
int kprobes__attach(struct tracer *t, const struct tracer_opts *opts, const struct probe *p);

#endif
