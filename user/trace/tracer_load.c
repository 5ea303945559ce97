// SPDX-License-Identifier: GPL-2.0
/* The begin and end of the live source: chooses, loads and attaches the BPF programs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "abi/pipe_limits.h"
#include "kern/bpf_log.h"
#include "kern/core_types.h"
#include "trace/kprobes.h"
#include "kern/lend.h"
#include "kern/load_threads.h"
#include "lib/log.h"
#include "kern/memory.h"
#include "kern/pid_ns.h"
#include "kern/probe_load.h"
#include "kern/verified.h"
#include "trace/programs.h"
#include "trace/signal_flag.h"
#include "trace/tracer_int.h"

static int choose_programs(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, t->skel->obj)
	{
		bool on = program__wanted(prog, opts, p);

		if (on && opts->backend == BACKEND_FENTRY && program__is_function(prog)) {
			const char *target = program__target(prog, p);
			int err = bpf_program__set_attach_target(prog, 0, target);

			if (err) {
				log_error("this kernel has no function %s; try --backend syscall",
					  target);
				t->told = true;
				return err;
			}
		}
		bpf_program__set_autoload(prog, on);
	}
	if (opts->backend == BACKEND_KPROBE)
		kprobes__prepare(t->skel->obj, p);
	return 0;
}

static int attach(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	if (opts->backend == BACKEND_KPROBE) {
		t->kprobes = kprobes__attach(t->skel->obj, opts, p);
		if (!t->kprobes) {
			t->told = true;
			return -errno;
		}
	}
	return ipctrace__attach(t->skel);
}

/* Without sums their maps are not made; no loaded program uses them. */
static void choose_maps(struct ipctrace *skel, bool sums)
{
	struct bpf_map *maps[] = {skel->maps.op_sums,	  skel->maps.op_sums_a,
				  skel->maps.op_sums_b,	  skel->maps.wait_sums,
				  skel->maps.wait_sums_a, skel->maps.wait_sums_b};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		bpf_map__set_autocreate(maps[i], sums);
}

static struct sum_maps sum_maps(struct bpf_map *outer, struct bpf_map *a, struct bpf_map *b)
{
	return (struct sum_maps){.outer = bpf_map__fd(outer),
				 .inner = {bpf_map__fd(a), bpf_map__fd(b)},
				 .key_size = bpf_map__key_size(a),
				 .value_size = bpf_map__value_size(a),
				 .rows = bpf_map__max_entries(a)};
}

static void find_sums(struct tracer *t)
{
	struct ipctrace *s = t->skel;

	t->op_sums = sum_maps(s->maps.op_sums, s->maps.op_sums_a, s->maps.op_sums_b);
	t->wait_sums = sum_maps(s->maps.wait_sums, s->maps.wait_sums_a, s->maps.wait_sums_b);
}

/* Before the programs are loaded. */
static void prepare_watch(struct ipctrace *s, bool watch)
{
	s->rodata->watching = watch;
	if (watch)
		return;
	bpf_map__set_autocreate(s->maps.watch_requests, false);
	bpf_map__set_autocreate(s->maps.watch_processes, false);
	bpf_map__set_autocreate(s->maps.watch_unnamed, false);
	bpf_map__set_autocreate(s->maps.watch_moves, false);
	bpf_map__set_autocreate(s->maps.watch_stores, false);
}

static void drain_trial(void *ctx)
{
	struct tracer *t = ctx;

	t->trying = true;
	rings__drain(t->rings, tracer__take, t);
	t->trying = false;
}

/* When all else is loaded and attached. */
static int start_watch(struct tracer *t, size_t n, enum watch_by by)
{
	struct ipctrace *s = t->skel;
	struct watch_bpf bpf = {
	    .store = bpf_program__fd(s->progs.watch_store),
	    .any = bpf_program__fd(s->progs.watch_any),
	    .requests = bpf_map__fd(s->maps.watch_requests),
	    .held = bpf_map__fd(s->maps.watch_held),
	    .moves = bpf_map__fd(s->maps.watch_moves),
	    .processes = bpf_map__fd(s->maps.watch_processes),
	    .words = s->bss->watch_words,
	    .n = &s->bss->watch_n,
	    .seen = s->bss->watch_seen,
	    .steps = &s->bss->watch_steps,
	    .mapped = s->bss->watch_mapped,
	    .watcher = &s->bss->watcher,
	};

	t->watch = watch__new(&bpf);
	if (!t->watch)
		return -errno;
	return watch__start(t->watch, n, by, drain_trial, t);
}

#define SYSOPS (sizeof(t->skel->rodata->sysops) / sizeof(*t->skel->rodata->sysops))

/* Shows the hooks a page that both know. Without it touches have no page numbers. */
static void find_pages(struct tracer *t)
{
	int fd;

	if (!t->skel->links.touch_tick)
		return;
	fd = memory__own_page((__u64 *)&t->skel->bss->own_page);
	t->skel->data->own_file = fd;
	if (fd < 0 || tracer__iterate(t->skel->links.touch_tick))
		log_debug("/proc/self/pagemap tells no page numbers: which physical page a process "
			  "touches is not known");
	if (fd >= 0)
		close(fd);
}

static bool look_at_flag(void *ctx, __u32 sig)
{
	struct tracer *t = ctx;

	t->skel->bss->signal_trial = sig;
	return !tracer__iterate(t->skel->links.learn_signal_flag) && t->skel->bss->signal_flag;
}

/* Shows the hooks a thread that is to take a signal. */
static void find_signal_flag(struct tracer *t)
{
	if (!signal_flag__try(look_at_flag, t))
		log_debug(
		    "which thread a signal wakes is not known: of a process of several threads a "
		    "wakeup by one has no cause");
}

/* Shows the hooks the files that tell of the kernel's limits of pipes. */
static void find_pipe_limits(struct tracer *t)
{
	static const char *const files[] = {[PIPE_MAX_SIZE] = "/proc/sys/fs/pipe-max-size",
					    [PIPE_USER_SOFT] = "/proc/sys/fs/pipe-user-pages-soft",
					    [PIPE_USER_HARD] = "/proc/sys/fs/pipe-user-pages-hard"};
	int fds[PIPE_LIMIT_COUNT];

	for (size_t i = 0; i < PIPE_LIMIT_COUNT; i++)
		t->skel->data->pipe_limit_files[i] = fds[i] = open(files[i], O_RDONLY | O_CLOEXEC);
	if (tracer__iterate(t->skel->links.learn_pipe_limits) || !t->skel->bss->pipe_limits[0])
		log_debug("which limit of pipes a call has reached is not known");
	for (size_t i = 0; i < PIPE_LIMIT_COUNT; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Shows the hooks the TCP sockets that are there already. */
static void find_inet(struct tracer *t)
{
	if (t->skel->links.learn_inet && tracer__iterate(t->skel->links.learn_inet))
		log_debug("which TCP sockets are connected to each other already is not known");
}

#define NAME_OF(name) #name,

/* What this kernel lends; false: nothing. */
static bool find_lent(struct lent *lent, const struct core_types *types, const struct probe *p)
{
	static const char *const functions[] = {LENT_FUNCTIONS(NAME_OF)};
	static const char *const names[] = {LENT_TYPES(NAME_OF)};

	for (size_t i = 0; i < LENT_FUNCTION_COUNT; i++)
		lent->functions[i] =
		    btf__find_by_name_kind(p->vmlinux, functions[i], BTF_KIND_FUNC);
	/* Before Linux 6.9 (kernel/bpf/verifier.c round_up_stack_depth()) programs that use them
	 * find no room on the stack. */
	if (lent->functions[LENT_bpf_rdonly_cast] <= 0 || !probe_small_frames())
		return false;
	for (size_t i = 0; i < LENT_COUNT; i++) {
		lent->types[i] = core_types__kernel_id(types, names[i]);
		if (!lent->types[i])
			return false;
	}
	return true;
}

/* As ipctrace__open(), with the types that this kernel lends. */
static struct ipctrace *open_skel(const struct probe *p, const struct core_types *types)
{
	struct bpf_object_open_opts opts = {.sz = sizeof(opts),
					    .btf_custom_path = core_types__path(types)};
	struct ipctrace *s = calloc(1, sizeof(*s));
	struct lent lent;
	bool lends = find_lent(&lent, types, p);
	void *image = NULL;
	int err = s ? ipctrace__create_skeleton(s) : -ENOMEM;

	if (!err && lends) {
		image = lend__types(s->skeleton->data, s->skeleton->data_sz, &lent);
		if (image)
			s->skeleton->data = image;
		else
			err = -errno;
	}
	if (!err)
		err = bpf_object__open_skeleton(s->skeleton, &opts);
	free(image); /* libbpf has copied what it needs */
	if (!err) {
		s->rodata->can_cast = lends;
		return s;
	}
	ipctrace__destroy(s);
	errno = -err;
	return NULL;
}

static int size_rings(struct tracer *t, size_t size)
{
	t->shape = rings__shape(size, rings__processors());
	if (getrandom(&t->shape.key, sizeof(t->shape.key), 0) < 0)
		return -errno;
	memcpy((void *)&t->skel->rodata->ring_shape, &t->shape, sizeof(t->shape));
	return rings__size_map(&t->shape, t->skel->maps.ring_pieces);
}

static int load(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	int err;

	sysops__fill(t->skel->rodata->sysops, SYSOPS, program__mechs(opts));
	if (getrandom((void *)&t->skel->rodata->cookie_key, sizeof(__u64), 0) < 0)
		log_warn("getrandom: %s; names of files in the output tell their addresses",
			 strerror(errno));
	memory__devs(t->skel->rodata->shmem_devs);
	if (!t->skel->rodata->shmem_devs[1])
		log_warn("memfd_create: %s; memfds and shared anonymous memory are not seen",
			 strerror(errno));
	t->skel->rodata->filter = opts->filter;
	t->skel->rodata->pid_ns = pid_ns__inode();
	t->skel->rodata->ends_only = opts->backend == BACKEND_KPROBE;
	err = size_rings(t, opts->ring_size);
	if (err)
		return err;
	choose_maps(t->skel, opts->filter.sums);
	prepare_watch(t->skel, opts->watch);
	err = choose_programs(t, opts, p);
	if (!err)
		err = ipctrace__load(t->skel);
	if (!err && opts->filter.sums)
		find_sums(t);
	return err;
}

static int open_and_load(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	size_t size;
	const void *elf = ipctrace__elf_bytes(&size);
	struct core_types *types = core_types__new(p->vmlinux, elf, size);
	struct load_threads *threads = types ? load_threads__new(p->vmlinux) : NULL;
	int err = 0;

	if (!threads) {
		err = -errno;
		goto out;
	}
	t->skel = open_skel(p, types);
	err = t->skel ? load(t, opts, p) : -errno;
	if (!err)
		err = load_threads__run(threads);
out:
	load_threads__free(threads);
	core_types__free(types);
	return err;
}

struct tracer *tracer__new(const struct tracer_opts *opts, const struct probe *p, record_fn fn,
			   void *ctx)
{
	struct tracer *t = calloc(1, sizeof(*t));
	const char *step = "load";
	int err;

	if (!t) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	t->fn = fn;
	t->ctx = ctx;
	err = open_and_load(t, opts, p);
	if (err)
		goto fail;
	step = "attach";
	err = attach(t, opts, p);
	if (err)
		goto fail;
	t->rings =
	    rings__map(&t->shape, t->skel->bss->ring_ends, bpf_map__fd(t->skel->maps.ring_pieces));
	step = "map the ring buffers of";
	err = t->rings ? 0 : -errno;
	if (!err && opts->watch)
		err = start_watch(t, opts->watch, opts->watch_by);
	if (!err) {
		verified__tell(t->skel->obj);
		find_pages(t);
		find_signal_flag(t);
		find_pipe_limits(t);
		find_inet(t);
		return t;
	}
fail:
	err = bpf_log__reason(err);
	if (!t->told)
		log_error("cannot %s the BPF programs: %s; %s", step, strerror(-err),
			  bpf_log__advice(err));
	tracer__free(t);
	errno = -err;
	return NULL;
}

void tracer__free(struct tracer *t)
{
	if (!t)
		return;
	if (log_verbose && t->rings)
		tracer__skipped(t, true);
	watch__free(t->watch);
	rings__free(t->rings);
	kprobes__free(t->kprobes);
	ipctrace__destroy(t->skel);
	free(t);
}
