// SPDX-License-Identifier: GPL-2.0
/*
 * Attaches the kprobe backend's programs: each to its function, the one for system calls to all of
 * them.
 */
#include "trace/kprobes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "lib/log.h"
#include "trace/programs.h"

#define LINKS (PROGRAM_CALLS + 16) /* and the functions of pipes and of FD_FUNCTION rows */

struct kprobes {
	struct bpf_link *links[LINKS];
	size_t n;
};

/* The one program that is for many functions. */
static struct bpf_program *calls_of(struct bpf_object *obj)
{
	return bpf_object__find_program_by_name(obj, "kprobe_calls");
}

/*
 * A kernel that can hook many functions at once (CONFIG_FPROBE) has this type. Hooking one after
 * the other takes some ten times as long, at the start and at the end.
 */
void kprobes__prepare(struct bpf_object *obj, const struct probe *p)
{
	if (btf__find_by_name_kind(p->vmlinux, "bpf_kprobe_multi_link", BTF_KIND_STRUCT) > 0)
		bpf_program__set_expected_attach_type(calls_of(obj), BPF_TRACE_KPROBE_MULTI);
}

/* What libbpf returned for functions: 0, or -errno after one message. */
static int keep(struct kprobes *k, struct bpf_link *link, const char *functions)
{
	int err = -errno;

	if (link) {
		k->links[k->n++] = link;
		return 0;
	}
	log_error("kprobe on %s: %s; try --backend syscall", functions, strerror(-err));
	return err;
}

static int attach_one(struct kprobes *k, struct bpf_program *prog, const char *function)
{
	return keep(k, bpf_program__attach_kprobe(prog, false, function), function);
}

static int attach_calls(struct kprobes *k, struct bpf_program *prog, const struct tracer_opts *opts)
{
	const char *functions[PROGRAM_CALLS];
	size_t n = program__calls(opts, functions);
	LIBBPF_OPTS(bpf_kprobe_multi_opts, all, .syms = functions, .cnt = n);
	int err = 0;

	if (bpf_program__expected_attach_type(prog) == BPF_TRACE_KPROBE_MULTI)
		return keep(k, bpf_program__attach_kprobe_multi_opts(prog, NULL, &all),
			    "the functions of system calls");
	for (size_t i = 0; i < n && !err; i++)
		err = attach_one(k, prog, functions[i]);
	return err;
}

struct kprobes *kprobes__attach(struct bpf_object *obj, const struct tracer_opts *opts,
				const struct probe *p)
{
	struct kprobes *k = calloc(1, sizeof(*k));
	struct bpf_program *prog;
	int err = 0;

	if (!k) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	bpf_object__for_each_program(prog, obj)
	{
		if (err || !program__is_function(prog) || !bpf_program__autoload(prog))
			continue;
		err = prog == calls_of(obj) ? attach_calls(k, prog, opts)
					    : attach_one(k, prog, program__target(prog, p));
		bpf_program__set_autoattach(prog, false);
	}
	if (!err)
		return k;
	kprobes__free(k);
	errno = -err;
	return NULL;
}

void kprobes__free(struct kprobes *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		bpf_link__destroy(k->links[i]);
	free(k);
}
