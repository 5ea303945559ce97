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
#include "memory.h"
#include "pid_ns.h"
#include "programs.h"
#include "sysops.h"
#include "tracer.h"
#include "watch.h"
#include "ipctrace.skel.h"

struct tracer {
	struct ipctrace *skel;
	struct ring_buffer *rb;
	struct bpf_link **links; /* of the programs whose targets are chosen here */
	size_t n_links;
	struct sum_maps op_sums, wait_sums;
	record_fn fn;
	void *ctx;
	int fn_error;
	struct watch *watch; /* NULL: no word is watched */
	bool trying;	     /* what comes now is of watch__try() */
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

static int choose_programs(struct tracer *t, const struct tracer_opts *opts, const struct probe *p)
{
	struct bpf_program *prog;
	char buf[PROGRAM_TARGET];
	int err;

	bpf_object__for_each_program(prog, t->skel->obj)
	{
		bool on = program__wanted(prog, opts, p);

		if (on && program__is_function(prog)) {
			const char *target = program__target(prog, p, buf);

			if (!target ||
			    btf__find_by_name_kind(p->vmlinux, target, BTF_KIND_FUNC) < 0) {
				log_error("this kernel has no function %s; try --backend syscall",
					  target ? target : bpf_program__name(prog));
				return -ENOENT;
			}
			if (opts->backend == BACKEND_FENTRY) {
				err = bpf_program__set_attach_target(prog, 0, target);
				if (err)
					return err;
			}
		}
		bpf_program__set_autoload(prog, on);
	}
	return 0;
}

/* kprobes take their target when they are attached; everything else when it is loaded. */
static int attach_kprobes(struct tracer *t, const struct probe *p)
{
	struct bpf_program *prog;
	char buf[PROGRAM_TARGET];

	bpf_object__for_each_program(prog, t->skel->obj)
	{
		struct bpf_link **links;
		const char *target;

		if (!program__is_function(prog) || !bpf_program__autoload(prog))
			continue;
		links = realloc(t->links, (t->n_links + 1) * sizeof(*links));
		if (!links)
			return -ENOMEM;
		t->links = links;
		target = program__target(prog, p, buf);
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
	int err;

	if (opts->backend == BACKEND_KPROBE) {
		err = attach_kprobes(t, p);
		if (err)
			return err;
	}
	return ipctrace__attach(t->skel);
}

static int give(struct tracer *t, const struct event *rec)
{
	if (!t->trying)
		t->fn_error = t->fn(t->ctx, rec);
	return t->fn_error;
}

/* A hit of a watchpoint. */
static int take_access(struct tracer *t, const void *hit)
{
	struct ev_access access;
	struct ev_symbol symbol;
	int err = 0;

	if (watch__take(t->watch, &access, hit, &symbol))
		err = give(t, &symbol.e);
	if (t->trying)
		watch__tried(t->watch, &access);
	return err ? err : give(t, &access.e);
}

static int take_record(void *ctx, void *data, size_t size)
{
	const struct event *rec = data;
	struct tracer *t = ctx;

	(void)size;
	if (rec->kind == EV_ACCESS)
		return take_access(t, data);
	if (t->watch)
		watch__follow(t->watch, rec);
	return give(t, rec);
}

/* Without sums nobody pays for their maps; no program that runs speaks of them. */
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
	s->rodata->watcher = (__u32)getpid();
	if (watch)
		return;
	bpf_map__set_autocreate(s->maps.watch_requests, false);
	bpf_map__set_autocreate(s->maps.watch_processes, false);
	bpf_map__set_autocreate(s->maps.watch_moves, false);
	bpf_map__set_autocreate(s->maps.watch_stores, false);
}

static void drain_trial(void *ctx)
{
	struct tracer *t = ctx;

	t->trying = true;
	ring_buffer__consume(t->rb);
	t->trying = false;
}

/* When all else is loaded and attached. */
static int start_watch(struct tracer *t, bool adopt)
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
	    .memory_dev = &s->bss->watch_memory_dev,
	    .n = &s->bss->watch_n,
	    .seen = s->bss->watch_seen,
	    .mapped = s->bss->watch_mapped,
	};

	t->watch = watch__new(&bpf);
	if (!t->watch)
		return -errno;
	watch__try(t->watch, drain_trial, t);
	return adopt ? watch__guard(t->watch) : 0;
}

#define SYSOPS (sizeof(t->skel->rodata->sysops) / sizeof(*t->skel->rodata->sysops))

/* Runs an iterator's program over every task. */
static int iterate(const struct bpf_link *link)
{
	char buf[64];
	ssize_t n;
	int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		return -errno;
	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0 || (n < 0 && errno == EAGAIN));
	close(fd);
	return n < 0 ? -errno : 0;
}

/* Shows the hooks a page that both know. Without it touches have no page numbers. */
static void find_pages(struct tracer *t)
{
	int fd;

	if (!t->skel->links.touch_tick)
		return;
	fd = memory__own_page((__u64 *)&t->skel->bss->own_page);
	t->skel->data->own_file = fd;
	if (fd < 0 || iterate(t->skel->links.touch_tick))
		log_debug("/proc/self/pagemap tells no page numbers: which physical page a process "
			  "touches is not known");
	if (fd >= 0)
		close(fd);
}

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
	sysops__fill(t->skel->rodata->sysops, SYSOPS, opts->watch ? 0 : opts->filter.mechs);
	if (getrandom((void *)&t->skel->rodata->cookie_key, sizeof(__u64), 0) < 0)
		log_warn("getrandom: %s; names of files in the output tell their addresses",
			 strerror(errno));
	t->skel->rodata->can_cast =
	    btf__find_by_name_kind(p->vmlinux, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
	memory__devs(t->skel->rodata->shmem_devs);
	t->skel->rodata->filter = opts->filter;
	t->skel->rodata->pid_ns = pid_ns__inode();
	t->skel->rodata->ends_only = opts->backend == BACKEND_KPROBE;
	if (opts->ring_size) {
		err = bpf_map__set_max_entries(t->skel->maps.rb, opts->ring_size);
		if (err)
			goto fail;
	}
	choose_maps(t->skel, opts->filter.sums);
	prepare_watch(t->skel, opts->watch);
	err = choose_programs(t, opts, p);
	if (err)
		goto fail;
	err = ipctrace__load(t->skel);
	if (err)
		goto fail;
	if (opts->filter.sums)
		find_sums(t);
	step = "attach";
	err = attach(t, opts, p);
	if (err)
		goto fail;
	t->rb = ring_buffer__new(bpf_map__fd(t->skel->maps.rb), take_record, t, NULL);
	step = "map the ring buffer of";
	err = t->rb ? 0 : -errno;
	if (!err && opts->watch)
		err = start_watch(t, opts->adopt);
	if (!err) {
		find_pages(t);
		return t;
	}
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
	int err;

	t->skel->bss->snapshot_min_ns = min_ns;
	err = iterate(t->skel->links.snapshot);
	return err || !t->skel->links.touch_tick ? err : iterate(t->skel->links.touch_tick);
}

int tracer__adopt(struct tracer *t, const pid_t *pids, size_t n, __u64 *tasks)
{
	/* Partners by shared memory bring threads, which the first pass for partners did not know. */
	const struct bpf_link *const passes[] = {
	    t->skel->links.adopt_tasks,	   t->skel->links.adopt_maps,
	    t->skel->links.adopt_partners, t->skel->links.adopt_map_partners,
	    t->skel->links.adopt_partners, t->skel->links.watch_adopt,
	    t->skel->links.adopt_waits,
	};
	int map = bpf_map__fd(t->skel->maps.adopted);
	__u8 one = 1;
	int err = 0;

	for (size_t i = 0; i < n; i++) {
		__u32 pid = (__u32)pids[i];

		if (bpf_map_update_elem(map, &pid, &one, 0))
			return -errno;
	}
	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]) && !err; i++) {
		if (passes[i])
			err = iterate(passes[i]);
		if (!i)
			*tasks = t->skel->bss->adopted_tasks;
	}
	return err;
}

int tracer__turn_sums(struct tracer *t, bool end)
{
	int err;

	t->skel->bss->sums_over = end;
	err = sum_maps__turn(&t->op_sums);
	return err ? err : sum_maps__turn(&t->wait_sums);
}

int tracer__take_sums(struct tracer *t, sum_op_fn op, sum_wait_fn wait, void *ctx)
{
	void *keys, *values;
	size_t n;
	int rc = sum_maps__take(&t->op_sums, &keys, &values, &n);

	if (rc)
		return rc;
	for (size_t i = 0; i < n && !rc; i++)
		rc = op(ctx, (struct sum_op_key *)keys + i, (struct sum_op *)values + i);
	free(keys);
	free(values);
	if (!rc)
		rc = sum_maps__take(&t->wait_sums, &keys, &values, &n);
	if (rc)
		return rc;
	for (size_t i = 0; i < n && !rc; i++)
		rc = wait(ctx, (struct sum_wait_key *)keys + i, (struct sum_wait *)values + i);
	free(keys);
	free(values);
	return rc;
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
	if (t->watch)
		lost[LOST_WATCH] += watch__lost(t->watch);
}

int tracer__watch_begin(struct tracer *t, const struct watch_spec *words, size_t n)
{
	return t->watch ? watch__begin(t->watch, words, n) : 0;
}

int tracer__watch_fd(const struct tracer *t)
{
	return t->watch ? watch__fd(t->watch) : -1;
}

int tracer__watch_serve(struct tracer *t)
{
	return t->watch ? watch__serve(t->watch) : 0;
}

const char *tracer__watch_end(struct tracer *t)
{
	return t->watch ? watch__end(t->watch) : NULL;
}

void tracer__free(struct tracer *t)
{
	if (!t)
		return;
	if (log_verbose && t->rb)
		recursion_misses(t, true);
	watch__free(t->watch);
	ring_buffer__free(t->rb);
	for (size_t i = 0; i < t->n_links; i++)
		bpf_link__destroy(t->links[i]);
	free(t->links);
	ipctrace__destroy(t->skel);
	free(t);
}
