// SPDX-License-Identifier: GPL-2.0
/* Loads the programs of a BPF object in several threads, instead of libbpf. */
#include "kern/load_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "lib/log.h"

#define LICENSE	    "GPL"
#define JOBS	    160
#define THREADS	    8 /* at most; there are not more programs that take long */
#define LOG_SIZE    (1U << 20)
#define TARGET_SIZE 128

/* A program as libbpf would have loaded it. */
struct job {
	const struct bpf_program *prog;
	struct bpf_insn *insns;
	size_t n;
	struct bpf_prog_load_opts opts;
	int fd; /* or -errno */
};

struct load_threads {
	const struct btf *kernel;
	struct job jobs[JOBS];
	size_t n;
	atomic_size_t next;
};

/* Who gets what is loaded now; NULL: libbpf. */
static struct load_threads *collector;

/* What libbpf's own handler of such sections does (libbpf_prepare_prog_load()). The id, or -errno. */
static int target_of(const struct bpf_program *prog)
{
	enum bpf_attach_type how = bpf_program__expected_attach_type(prog);
	const char *name = strchr(bpf_program__section_name(prog), '/');
	char type[TARGET_SIZE];

	name = name ? name + 1 : "";
	if (!collector || how != BPF_TRACE_RAW_TP)
		return libbpf_find_vmlinux_btf_id(name, how);
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btf__find_by_name_kind(collector->kernel, type, BTF_KIND_TYPEDEF);
}

/* The library may be older or newer than the headers: its struct is shorter or longer. */
static struct bpf_prog_load_opts copy_of(const struct bpf_prog_load_opts *opts)
{
	struct bpf_prog_load_opts copy = {0};

	memcpy(&copy, opts, opts->sz < sizeof(copy) ? opts->sz : sizeof(copy));
	copy.sz = sizeof(copy);
	return copy;
}

/* libbpf calls it when the program is relocated, and loads what it leaves. */
static int keep_program(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	static const struct bpf_insn nothing[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	    {.code = BPF_JMP | BPF_EXIT},
	};
	size_t size = bpf_program__insn_cnt(prog) * sizeof(nothing[0]);
	struct load_threads *l = collector;
	struct job *job;

	(void)cookie;
	if (bpf_program__type(prog) == BPF_PROG_TYPE_TRACING && !opts->attach_btf_id) {
		int id = target_of(prog);

		if (id < 0)
			return id;
		opts->attach_btf_id = (__u32)id;
	}
	if (!l || l->n == JOBS)
		return 0;
	job = &l->jobs[l->n];
	job->insns = malloc(size);
	if (!job->insns)
		return -ENOMEM;
	memcpy(job->insns, bpf_program__insns(prog), size);
	job->prog = prog;
	job->n = bpf_program__insn_cnt(prog);
	job->opts = copy_of(opts);
	job->opts.fd_array = NULL; /* of modules' functions: none is called, and libbpf frees it */
	l->n++;
	opts->func_info_cnt = 0;
	opts->line_info_cnt = 0;
	return bpf_program__set_insns(prog, (struct bpf_insn *)nothing,
				      sizeof(nothing) / sizeof(*nothing));
}

/* tp/CATEGORY/NAME */
static struct bpf_link *attach_tracepoint(const struct bpf_program *prog)
{
	char name[TARGET_SIZE], *category, *rest = name;

	snprintf(name, sizeof(name), "%s", bpf_program__section_name(prog));
	strsep(&rest, "/");
	category = strsep(&rest, "/");
	return bpf_program__attach_tracepoint(prog, category, rest);
}

static int attach(const struct bpf_program *prog, long cookie, struct bpf_link **link)
{
	(void)cookie;
	*link = bpf_program__type(prog) == BPF_PROG_TYPE_TRACEPOINT
		    ? attach_tracepoint(prog)
		    : bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

/*
 * Never unregistered, because libbpf before 1.3 uses freed memory after its last handler is gone.
 */
static int take_sections(void)
{
	static const struct {
		const char *name;
		enum bpf_prog_type type;
		enum bpf_attach_type how;
	} sections[] = {
	    {"tp_btf/", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP},
	    {"fentry/", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY},
	    {"fexit/", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT},
	    {"tp/", BPF_PROG_TYPE_TRACEPOINT, 0},
	    {"kprobe+", BPF_PROG_TYPE_KPROBE, 0},
	};
	static size_t taken;

	for (; taken < sizeof(sections) / sizeof(sections[0]); taken++) {
		enum bpf_prog_type type = sections[taken].type;
		struct libbpf_prog_handler_opts opts = {
		    .sz = sizeof(opts),
		    .prog_prepare_load_fn = keep_program,
		    .prog_attach_fn = type == BPF_PROG_TYPE_KPROBE ? NULL : attach,
		};
		int handler = libbpf_register_prog_handler(sections[taken].name, type,
							   sections[taken].how, &opts);

		if (handler < 0)
			return handler;
	}
	return 0;
}

struct load_threads *load_threads__new(const struct btf *kernel)
{
	struct load_threads *l = calloc(1, sizeof(*l));
	int err = l ? take_sections() : -ENOMEM;

	if (err < 0) {
		free(l);
		errno = -err;
		return NULL;
	}
	l->kernel = kernel;
	collector = l;
	return l;
}

static int load(const struct job *job, struct bpf_prog_load_opts *opts)
{
	int fd = bpf_prog_load(bpf_program__type(job->prog), bpf_program__name(job->prog), LICENSE,
			       job->insns, job->n, opts);

	return fd < 0 ? -errno : fd;
}

static void *load_some(void *arg)
{
	struct load_threads *l = arg;

	for (size_t i = atomic_fetch_add(&l->next, 1); i < l->n; i = atomic_fetch_add(&l->next, 1))
		l->jobs[i].fd = load(&l->jobs[i], &l->jobs[i].opts);
	return NULL;
}

/* What takes longest goes first. */
static int compare(const void *a, const void *b)
{
	size_t x = ((const struct job *)a)->n, y = ((const struct job *)b)->n;

	return (x < y) - (x > y);
}

/* With -v, the verifier's messages about what it refused. */
static void tell(const struct job *job)
{
	struct bpf_prog_load_opts opts = job->opts;
	char *line, *rest, *log = log_verbose ? calloc(1, LOG_SIZE) : NULL;
	int fd;

	if (!log)
		return;
	opts.log_level = 1;
	opts.log_buf = rest = log;
	opts.log_size = LOG_SIZE;
	fd = load(job, &opts);
	if (fd >= 0)
		close(fd);
	log_debug("%s: %s", bpf_program__name(job->prog), strerror(-job->fd));
	while ((line = strsep(&rest, "\n")))
		if (*line)
			log_debug("%s", line);
	free(log);
}

/* Gives a program the descriptor that libbpf has of its empty one. */
static int put_in_place(struct job *job)
{
	int err = 0;

	if (job->fd < 0) {
		tell(job);
		return job->fd;
	}
	if (dup3(job->fd, bpf_program__fd(job->prog), O_CLOEXEC) < 0)
		err = -errno;
	close(job->fd);
	return err;
}

int load_threads__run(struct load_threads *l)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[THREADS];
	size_t n = 0;
	int err = 0;

	qsort(l->jobs, l->n, sizeof(*l->jobs), compare);
	/* This one works, too. */
	while (n + 1 < (size_t)cpus && n < THREADS && n + 1 < l->n &&
	       !pthread_create(&threads[n], NULL, load_some, l))
		n++;
	load_some(l);
	while (n)
		pthread_join(threads[--n], NULL);
	for (size_t i = 0; i < l->n; i++) {
		int rc = put_in_place(&l->jobs[i]);

		err = err ? err : rc;
	}
	return err;
}

void load_threads__free(struct load_threads *l)
{
	if (!l)
		return;
	collector = NULL;
	for (size_t i = 0; i < l->n; i++)
		free(l->jobs[i].insns);
	free(l);
}
