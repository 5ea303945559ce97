/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the BPF programs a run needs, by their names, and what they are attached to. */
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "arch/calls.h"
#include "names/mech.h"
#include "names/opclass.h"
#include "trace/programs.h"
#include "trace/sysops.h"

static const struct call {
	const char *name, *function;
	enum op_class class;
} calls[] = {
#define SYSOP(id, name, class, ...) {#name, SYSCALL_FUNCTION #name, OPC_##class},
#include "abi/sysop.def"
};

#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

_Static_assert(N_CALLS <= PROGRAM_CALLS, "program__calls() has room for all");

/* What a program fentry_NAME, fexit_NAME, kprobe_NAME is about: a call, or a pipe function. */
static const char *program_subject(const struct bpf_program *prog)
{
	const char *under = strchr(bpf_program__name(prog), '_');

	return under ? under + 1 : "";
}

/* NULL: it is about no call, or about all of them. */
static const struct call *program_call(const struct bpf_program *prog)
{
	for (const struct call *c = calls; c < calls + N_CALLS; c++)
		if (!strcmp(c->name, program_subject(prog)))
			return c;
	return NULL;
}

static enum op_class program_class(const struct bpf_program *prog)
{
	const struct call *c = program_call(prog);

	return c ? c->class : OPC_NONE;
}

/* The mechanism whose reads or writes begin in the program's function, by its row; MECH_NONE: none. */
static enum mech_id program_mech(const struct bpf_program *prog)
{
	static const struct {
		const char *name;
		enum mech_id mech;
	} functions[] = {
#define FD_FUNCTION(function, other, mech, class) {#function, MECH_##mech},
#include "abi/mech.def"
	    {"", MECH_NONE},
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (!strcmp(functions[i].name, program_subject(prog)))
			return functions[i].mech;
	return MECH_NONE;
}

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* The one call whose kernel function has another name. */
static const char *call_function(const struct call *c)
{
	return strcmp(c->name, "sendfile") ? c->function : SYSCALL_FUNCTION "sendfile64";
}

const char *program__target(const struct bpf_program *prog, const struct probe *p)
{
	const struct call *c = program_call(prog);

	return c ? call_function(c) : probe__function(p, program_subject(prog));
}

__u32 program__mechs(const struct tracer_opts *opts)
{
	return opts->watch ? 0 : opts->filter.mechs;
}

/*
 * read and write begin in the pipe code. For them and some others only the end is needed, for
 * others only the beginning. Every hook that is not attached saves time at start and end.
 */
static bool hooked_at_entry(enum op_class class)
{
	return !op_class__has(class, T_IN_FUNCTION | T_NO_ENTRY);
}

static bool hooked_at_exit(enum op_class class)
{
	return !op_class__has(class, T_NO_EXIT);
}

/* Without a hook at exit (sys_exit ends what began) the beginning of all but these is needed. */
static bool hooked_by_kprobe(enum op_class class)
{
	return !op_class__has(class, T_IN_FUNCTION);
}

size_t program__calls(const struct tracer_opts *opts, const char *functions[PROGRAM_CALLS])
{
	size_t n = 0;

	for (const struct call *c = calls; c < calls + N_CALLS; c++)
		if (hooked_by_kprobe(c->class) && sysops__on(c->class, program__mechs(opts)))
			functions[n++] = call_function(c);
	return n;
}

/* The programs that see operations. */
static bool backend_wants(const struct bpf_program *prog, enum backend b)
{
	const char *name = bpf_program__name(prog);
	enum op_class class = program_class(prog);

	if (!strcmp(name, "on_sys_enter") || !strcmp(name, "perf_sys_enter"))
		return b == BACKEND_SYSCALL;
	if (!strcmp(name, "on_sys_exit") || !strcmp(name, "perf_sys_exit"))
		return b != BACKEND_FENTRY;
	if (has_prefix(name, "fentry_"))
		return b == BACKEND_FENTRY && hooked_at_entry(class);
	if (has_prefix(name, "fexit_"))
		return b == BACKEND_FENTRY && hooked_at_exit(class);
	return has_prefix(name, "kprobe_") && b == BACKEND_KPROBE;
}

/* The unused one of a pair (bpf/core/perf_tp.bpf.h). */
static bool goes_otherwise(const char *name, bool by_perf)
{
	static const char *const pairs[] = {"sys_enter", "sys_exit", "fork",	 "exec",
					    "exit",	 "rename",   "exit_mmap"};
	bool watch = has_prefix(name, "watch_");
	const char *rest = watch ? strchr(name, '_') + 1 : name;
	bool perf = has_prefix(rest, "perf_");

	if (!watch && !perf && !has_prefix(name, "on_"))
		return false;
	if (!watch || perf)
		rest = strchr(rest, '_') + 1;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!strcmp(rest, pairs[i]))
			return perf != by_perf;
	return false;
}

static bool is_syscall_program(const char *name)
{
	return strstr(name, "_sys_enter") || strstr(name, "_sys_exit");
}

bool program__is_function(const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);

	return has_prefix(name, "fentry_") || has_prefix(name, "fexit_") ||
	       has_prefix(name, "kprobe_");
}

static bool wants_memory(const struct filter *f)
{
	return !f->waits_only && (!f->mechs || f->mechs & mech__all(MT_MAPPED));
}

static bool wants_sockets(const struct filter *f)
{
	return !f->mechs || f->mechs & mech__all(MT_PEER);
}

static bool has_tracepoint(const struct probe *p, const char *name)
{
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btf__find_by_name_kind(p->vmlinux, type, BTF_KIND_TYPEDEF) > 0;
}

bool program__wanted(const struct bpf_program *prog, const struct tracer_opts *opts,
		     const struct probe *p)
{
	const char *name = bpf_program__name(prog);

	if (goes_otherwise(name, p->by_perf) || (!strcmp(name, "watch_adopt") && !opts->adopt))
		return false;
	if (has_prefix(name, "watch_")) /* the events' own are taken by file descriptor */
		return opts->watch;
	if (program__is_function(prog) || is_syscall_program(name))
		return !opts->filter.waits_only && backend_wants(prog, opts->backend) &&
		       sysops__on(program_class(prog), program__mechs(opts)) &&
		       (!program_mech(prog) || !program__mechs(opts) ||
			program__mechs(opts) & 1U << program_mech(prog));
	if (!strcmp(name, "adopt_tasks") || !strcmp(name, "adopt_waits"))
		return opts->adopt;
	if (!strcmp(name, "adopt_partners"))
		return opts->adopt && opts->filter.flags & FILTER_PARTNERS;
	if (!strcmp(name, "adopt_maps"))
		return opts->adopt && wants_memory(&opts->filter);
	if (!strcmp(name, "adopt_map_partners"))
		return opts->adopt && opts->filter.flags & FILTER_PARTNERS &&
		       wants_memory(&opts->filter);
	if (!strcmp(name, "on_exit_mmap") || !strcmp(name, "perf_exit_mmap"))
		return wants_memory(&opts->filter) && has_tracepoint(p, "exit_mmap");
	if (!strcmp(name, "on_fault_user") || !strcmp(name, "on_fault_kernel") ||
	    !strcmp(name, "touch_tick"))
		return wants_memory(&opts->filter) && !opts->filter.sums &&
		       has_tracepoint(p, "page_fault_user");
	if (!strcmp(name, "on_inet_state") || !strcmp(name, "learn_inet"))
		return wants_sockets(&opts->filter) && has_tracepoint(p, "inet_sock_set_state");
	if (!strcmp(name, "on_signal") || !strcmp(name, "on_deliver"))
		return opts->watch || !opts->filter.no_signals;
	return true;
}
