// SPDX-License-Identifier: GPL-2.0
/* The live source while it runs: which tasks it follows, what it has seen, what it has lost. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "trace/held_path.h"
#include "trace/inet_name.h"
#include "trace/tracer_int.h"

static int give(struct tracer *t, const struct event *rec)
{
	if (!t->trying)
		t->fn_error = t->fn(t->ctx, rec);
	return t->fn_error;
}

static int give_record(void *ctx, const struct event *rec)
{
	return give(ctx, rec);
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

/* Fills in what the hooks cannot find: a record is complete when it leaves here. */
static int take_object(struct tracer *t, const struct event *rec)
{
	struct ev_object ob = *(const struct ev_object *)rec;

	held_path__fill(&ob);
	inet_name__fill(&ob);
	return give(t, &ob.e);
}

int tracer__take(void *ctx, const struct event *rec)
{
	struct tracer *t = ctx;

	if (rec->kind == EV_OBJECT)
		return take_object(t, rec);
	if (rec->kind == EV_ACCESS)
		return take_access(t, rec);
	if (t->watch)
		watch__follow(t->watch, rec);
	return give(t, rec);
}

int tracer__iterate(const struct bpf_link *link)
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

int tracer__follow(struct tracer *t, pid_t pid)
{
	size_t size = bpf_map__value_size(t->skel->maps.tasks);
	struct task_head *value = calloc(1, size);
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
	n = rings__drain(t->rings, tracer__take, t);
	if (n >= 0 && t->watch) {
		int stepped = watch__drain(t->watch, give_record, t);

		n = stepped < 0 ? stepped : n + stepped;
	}
	return n < 0 && t->fn_error ? t->fn_error : n;
}

int tracer__snapshot(struct tracer *t, __u64 min_ns)
{
	int err;

	t->skel->bss->snapshot_min_ns = min_ns;
	err = tracer__iterate(t->skel->links.snapshot);
	return err || !t->skel->links.touch_tick ? err : tracer__iterate(t->skel->links.touch_tick);
}

int tracer__adopt(struct tracer *t, const pid_t *pids, size_t n, __u64 *tasks)
{
	/* Partners by shared memory bring threads, which the first pass for partners did not know. */
	const struct bpf_link *const passes[] = {
	    t->skel->links.adopt_tasks,
	    t->skel->links.adopt_tasks, /* children before parents */
	    t->skel->links.adopt_maps,
	    t->skel->links.adopt_partners,
	    t->skel->links.adopt_map_partners,
	    t->skel->links.adopt_partners,
	    t->skel->links.watch_adopt,
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
			err = tracer__iterate(passes[i]);
		if (i == 1)
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

__u64 tracer__skipped(const struct tracer *t, bool name_them)
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
	lost[LOST_NESTED] += tracer__skipped(t, false);
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

enum watch_by tracer__watch_by(const struct tracer *t)
{
	return t->watch ? watch__by(t->watch) : WATCH_BY_ANY;
}

bool tracer__can_watch(const struct tracer *t)
{
	return t->watch && watch__works(t->watch);
}

int tracer__watch_serve(struct tracer *t)
{
	return t->watch ? watch__serve(t->watch) : 0;
}

const char *tracer__watch_end(struct tracer *t)
{
	return t->watch ? watch__end(t->watch) : NULL;
}
