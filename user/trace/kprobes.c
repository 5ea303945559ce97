// SPDX-License-Identifier: GPL-2.0
#include "kprobes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "log.h"
#include "programs.h"
#include "tracer_int.h"

/* Where the kernel can hook many functions at once (CONFIG_FPROBE) it has this type. To begin and to end one after the other
 * takes it ten times as long. */
void kprobes__prepare(struct tracer *t, const struct probe *p)
{
	if (btf__find_by_name_kind(p->vmlinux, "bpf_kprobe_multi_link", BTF_KIND_STRUCT) > 0)
		bpf_program__set_expected_attach_type(t->skel->progs.kprobe_calls,
						      BPF_TRACE_KPROBE_MULTI);
}

static int keep(struct tracer *t, struct bpf_link *link)
{
	struct bpf_link **links = realloc(t->links, (t->n_links + 1) * sizeof(*links));

	if (!links) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	t->links = links;
	t->links[t->n_links++] = link;
	return 0;
}

static int attach_one(struct tracer *t, struct bpf_program *prog, const char *function)
{
	struct bpf_link *link = bpf_program__attach_kprobe(prog, false, function);
	int err = -errno;

	if (link)
		return keep(t, link);
	log_error("kprobe on %s: %s; try --backend syscall", function, strerror(-err));
	return err;
}

static int attach_calls(struct tracer *t, struct bpf_program *prog, const struct tracer_opts *opts)
{
	const char *functions[PROGRAM_CALLS];
	size_t n = program__calls(opts, functions);
	LIBBPF_OPTS(bpf_kprobe_multi_opts, all, .syms = functions, .cnt = n);
	struct bpf_link *link;
	int err = 0;

	if (bpf_program__expected_attach_type(prog) != BPF_TRACE_KPROBE_MULTI) {
		for (size_t i = 0; i < n && !err; i++)
			err = attach_one(t, prog, functions[i]);
		return err;
	}
	link = bpf_program__attach_kprobe_multi_opts(prog, NULL, &all);
	err = -errno;
	if (link)
		return keep(t, link);
	log_error("kprobes on %zu functions at once: %s; try --backend syscall", n, strerror(-err));
	return err;
}

int kprobes__attach(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	struct bpf_program *prog;
	int err = 0;

	bpf_object__for_each_program(prog, t->skel->obj)
	{
		if (err)
			break;
		if (!program__is_function(prog) || !bpf_program__autoload(prog))
			continue;
		err = prog == t->skel->progs.kprobe_calls
			  ? attach_calls(t, prog, opts)
			  : attach_one(t, prog, program__target(prog, p));
		bpf_program__set_autoattach(prog, false);
	}
	return err;
}
