/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the BPF programs a run needs, by their names, and what they are attached to. */
#ifndef IPCTRACE_TRACE_PROGRAMS_H
#define IPCTRACE_TRACE_PROGRAMS_H

#include <stdbool.h>

#include "kern/probe.h"
#include "trace/tracer.h"

struct bpf_program;

#define PROGRAM_CALLS 128 /* at least as many as there are rows in abi/sysop.def */

/* Every hook that is not attached is time saved, at the start, at the end and between. */
bool program__wanted(const struct bpf_program *prog, const struct tracer_opts *opts,
		     const struct probe *p);
/* Whether it is one of a function backend's: fentry_NAME, fexit_NAME, kprobe_NAME. */
bool program__is_function(const struct bpf_program *prog);
/* The kernel's function behind such a name. */
const char *program__target(const struct bpf_program *prog, const struct probe *p);
/* The functions that kprobe_calls is for; their number. */
size_t program__calls(const struct tracer_opts *opts, const char *functions[PROGRAM_CALLS]);
/* Whose calls are hooked: 1 << enum mech_id; 0: all. */
__u32 program__mechs(const struct tracer_opts *opts);

#endif
