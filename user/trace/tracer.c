// SPDX-License-Identifier: GPL-2.0
/* The live source: loads and attaches the BPF programs, drains the ring buffer, counts losses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "log.h"
#include "sysops.h"
#include "tracer.h"
#include "ipctrace.skel.h"

#define SYSCALL_FUNCTION "__x64_sys_" /* as in bpf/function.bpf.c */

struct tracer {
	struct ipctrace *skel;
	struct ring_buffer *rb;
	struct bpf_link **links; /* of the programs whose targets are chosen here */
	size_t n_links;
	int snapshot_fd; /* the iterator's link */
	record_fn fn;
	void *ctx;
	int fn_error;
};

struct task_ctx_head {
	__u32 trace;
};

#define TRACE_ARMED 1 /* enum trace_state in bpf/common.bpf.h */

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * 1000000000ULL + (__u64)ts.tv_nsec;
}

/* The system call that a program fentry_NAME, fexit_NAME, kprobe_NAME is about. */
static const char *program_call(const struct bpf_program *prog)
{
	const char *under = strchr(bpf_program__name(prog), '_');

	return under ? under + 1 : "";
}

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* The kernel's function behind program_call(). */
static const char *program_target(const struct probe *p, const char *call, char buf[64])
{
	if (!strcmp(call, "pipe_read"))
		return p->pipe_read;
	if (!strcmp(call, "pipe_write"))
		return p->pipe_write;
	if (!strcmp(call, "pipe_release"))
		return call;
	/* The one call whose kernel function has another name. */
	snprintf(buf, 64, SYSCALL_FUNCTION "%s", strcmp(call, "sendfile") ? call : "sendfile64");
	return buf;
}

/* The class of a call; OPC_NONE for the pipe functions themselves. */
static enum op_class program_class(const char *call)
{
#define SYSOP(name, class, fd)                                                                     \
	if (!strcmp(call, #name))                                                                  \
		return OPC_##class;
#include "sysop.def"
	return OPC_NONE;
}

/*
 * read and write begin in the pipe code; of these and of some others only the end matters, of
 * others only the beginning. Every hook that is not attached is time saved at start and end.
 */
static bool hooked_at_entry(enum op_class class)
{
	return class != OPC_READ && class != OPC_WRITE && class != OPC_CREATE &&
	       class != OPC_OPEN && class != OPC_DUP && class != OPC_SEND && class != OPC_RECEIVE &&
	       class != OPC_IO_URING;
}

static bool hooked_at_exit(enum op_class class)
{
	return class != OPC_EXEC && class != OPC_CLOSE_RANGE && class != OPC_IO_URING;
}

/* Whether this backend runs the program. Names without one of the prefixes belong to every run. */
static bool wanted(const struct bpf_program *prog, enum backend b, bool perf_syscalls)
{
	const char *name = bpf_program__name(prog);
	enum op_class class = program_class(program_call(prog));

	if (!strcmp(name, "on_sys_enter") || !strcmp(name, "perf_sys_enter"))
		return b == BACKEND_SYSCALL && has_prefix(name, "perf_") == perf_syscalls;
	if (!strcmp(name, "on_sys_exit") || !strcmp(name, "perf_sys_exit"))
		return b != BACKEND_FENTRY && has_prefix(name, "perf_") == perf_syscalls;
	if (has_prefix(name, "fentry_"))
		return b == BACKEND_FENTRY && hooked_at_entry(class);
	if (has_prefix(name, "fexit_"))
		return b == BACKEND_FENTRY && hooked_at_exit(class);
	/* Without a hook at exit (sys_exit ends what began) the beginning is needed of all but
	 * these. */
	if (has_prefix(name, "kprobe_"))
		return b == BACKEND_KPROBE && class != OPC_READ && class != OPC_WRITE;
	return true;
}

static bool is_function_program(const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);

	return has_prefix(name, "fentry_") || has_prefix(name, "fexit_") ||
	       has_prefix(name, "kprobe_");
}

static int choose_programs(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *prog;
	char buf[64];
	int err = 0;

	if (!btf)
		return -errno;
	bpf_object__for_each_program(prog, t->skel->obj)
	{
		bool on = wanted(prog, opts->backend, p->perf_syscalls);

		if (on && is_function_program(prog)) {
			const char *target = program_target(p, program_call(prog), buf);

			if (!target || btf__find_by_name_kind(btf, target, BTF_KIND_FUNC) < 0) {
				log_error("this kernel has no function %s; try --backend syscall",
					  target ? target : program_call(prog));
				err = -ENOENT;
				break;
			} else if (opts->backend == BACKEND_FENTRY) {
				err = bpf_program__set_attach_target(prog, 0, target);
				if (err)
					break;
			}
		}
		bpf_program__set_autoload(prog, on);
	}
	btf__free(btf);
	return err;
}

/* kprobes take their target when they are attached; everything else when it is loaded. */
static int attach_kprobes(struct tracer *t, const struct probe *p)
{
	struct bpf_program *prog;
	char buf[64];

	bpf_object__for_each_program(prog, t->skel->obj)
	{
		struct bpf_link **links;
		const char *target;

		if (!has_prefix(bpf_program__name(prog), "kprobe_") || !bpf_program__autoload(prog))
			continue;
		links = realloc(t->links, (t->n_links + 1) * sizeof(*links));
		if (!links)
			return -ENOMEM;
		t->links = links;
		target = program_target(p, program_call(prog), buf);
		links[t->n_links] = bpf_program__attach_kprobe(prog, false, target);
		if (!links[t->n_links]) {
			int err = -errno;

			log_error("kprobe on %s: %s; try --backend syscall", target,
				  strerror(-err));
			return err;
		}
		t->n_links++;
		bpf_program__set_autoattach(prog, false);
	}
	return 0;
}

static int attach(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	struct bpf_link *link;
	int err;

	bpf_program__set_autoattach(t->skel->progs.snapshot, false);
	if (opts->backend == BACKEND_KPROBE) {
		err = attach_kprobes(t, p);
		if (err)
			return err;
	}
	err = ipctrace__attach(t->skel);
	if (err)
		return err;
	link = bpf_program__attach_iter(t->skel->progs.snapshot, NULL);
	if (!link)
		return -errno;
	t->skel->links.snapshot = link;
	t->snapshot_fd = bpf_link__fd(link);
	return 0;
}

static int take_record(void *ctx, void *data, size_t size)
{
	struct tracer *t = ctx;

	t->fn_error = t->fn(t->ctx, data);
	return t->fn_error;
}

#define SYSOPS (sizeof(t->skel->rodata->sysops) / sizeof(*t->skel->rodata->sysops))

struct tracer *tracer__new(const struct tracer_opts *opts, const struct probe *p, record_fn fn,
			   void *ctx)
{
	struct tracer *t = calloc(1, sizeof(*t));
	const char *step = "open";
	int err = -ENOMEM;

	if (!t)
		return NULL;
	t->fn = fn;
	t->ctx = ctx;
	t->skel = ipctrace__open();
	if (!t->skel) {
		err = -errno;
		goto fail;
	}
	step = "load";
	sysops__fill(t->skel->rodata->sysops, SYSOPS);
	if (getrandom((void *)&t->skel->rodata->cookie_key, sizeof(__u64), 0) < 0)
		log_warn("getrandom: %s; names of files in the output tell their addresses",
			 strerror(errno));
	t->skel->rodata->ends_only = opts->backend == BACKEND_KPROBE;
	if (opts->ring_size) {
		err = bpf_map__set_max_entries(t->skel->maps.rb, opts->ring_size);
		if (err)
			goto fail;
	}
	err = choose_programs(t, opts, p);
	if (err)
		goto fail;
	err = ipctrace__load(t->skel);
	if (err)
		goto fail;
	step = "attach";
	err = attach(t, opts, p);
	if (err)
		goto fail;
	t->rb = ring_buffer__new(bpf_map__fd(t->skel->maps.rb), take_record, t, NULL);
	if (t->rb)
		return t;
	step = "map the ring buffer of";
	err = -errno;
fail:
	log_error(
	    "cannot %s the BPF programs: %s; `ipctrace doctor` tells what this kernel refuses",
	    step, strerror(-err));
	tracer__free(t);
	errno = -err;
	return NULL;
}

int tracer__follow(struct tracer *t, pid_t pid)
{
	size_t size = bpf_map__value_size(t->skel->maps.tasks);
	struct task_ctx_head *value = calloc(1, size);
	int fd, err = 0;

	if (!value)
		return -ENOMEM;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	value->trace = TRACE_ARMED;
	if (bpf_map_update_elem(bpf_map__fd(t->skel->maps.tasks), &fd, value, BPF_NOEXIST))
		err = -errno;
	close(fd);
out:
	free(value);
	return err;
}

int tracer__drain(struct tracer *t, __u64 *until)
{
	int n;

	*until = now_ns();
	n = ring_buffer__consume(t->rb);
	return n < 0 && t->fn_error ? t->fn_error : n;
}

int tracer__snapshot(struct tracer *t, __u64 min_ns)
{
	char buf[64];
	ssize_t n;
	int fd;

	t->skel->bss->snapshot_min_ns = min_ns;
	fd = bpf_iter_create(t->snapshot_fd);
	if (fd < 0)
		return -errno;
	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0 || (n < 0 && errno == EAGAIN));
	close(fd);
	return n < 0 ? -errno : 0;
}

/* Runs that the kernel skipped because the same program was running on that CPU already: in an
 * interrupt, or, where hooks can be preempted, in another task. */
static __u64 recursion_misses(const struct tracer *t, bool name_them)
{
	struct bpf_program *prog;
	__u64 sum = 0;

	bpf_object__for_each_program(prog, t->skel->obj)
	{
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			sum += info.recursion_misses;
		if (name_them && info.recursion_misses)
			log_debug("%s was skipped %llu times", bpf_program__name(prog),
				  (unsigned long long)info.recursion_misses);
	}
	return sum;
}

void tracer__lost(struct tracer *t, __u64 lost[LOST_CAUSES])
{
	memcpy(lost, t->skel->bss->lost, sizeof(t->skel->bss->lost));
	lost[LOST_NESTED] += recursion_misses(t, false);
}

void tracer__free(struct tracer *t)
{
	if (!t)
		return;
	if (log_verbose && t->rb)
		recursion_misses(t, true);
	ring_buffer__free(t->rb);
	for (size_t i = 0; i < t->n_links; i++)
		bpf_link__destroy(t->links[i]);
	free(t->links);
	ipctrace__destroy(t->skel);
	free(t);
}
