/* SPDX-License-Identifier: GPL-2.0 */
/* The source without tracing: loads the iterators of bpf/why/ and reads them. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kern/bpf_log.h"
#include "lib/log.h"
#include "kern/pid_ns.h"
#include "kern/verified.h"
#include "abi/ring.h"
#include "trace/inet_name.h"
#include "trace/survey.h"
#include "trace/sysops.h"
#include "abi/filter.h"
#include "why.skel.h"

#define SYSOPS	  (sizeof(s->skel->rodata->sysops) / sizeof(*s->skel->rodata->sysops))
#define READ_SIZE (1 << 16)
#define RECORD_MAX                                                                                 \
	(sizeof(struct look_watches) + WATCHES_MAX * sizeof(struct look_watch) + READ_SIZE)

struct survey {
	struct why *skel;
	char *buf; /* a record may come in pieces */
};

/* Without these the ends of a TCP connection are not known. */
static void choose_inet(struct survey *s)
{
	bool has = libbpf_find_vmlinux_btf_id("inet_sock_set_state", BPF_TRACE_RAW_TP) > 0 &&
		   libbpf_find_vmlinux_btf_id("tcp", BPF_TRACE_ITER) > 0;

	bpf_program__set_autoload(s->skel->progs.on_inet_state, has);
	bpf_program__set_autoload(s->skel->progs.learn_inet, has);
}

struct survey *survey__new(void)
{
	struct survey *s = calloc(1, sizeof(*s));
	int err = ENOMEM;

	if (!s)
		return NULL;
	bpf_log__take();
	s->buf = malloc(RECORD_MAX);
	s->skel = s->buf ? why__open() : NULL;
	if (!s->skel)
		goto fail;
	/* What tracing needs and this does not. */
	bpf_map__set_autocreate(s->skel->maps.ring_pieces, false);
	bpf_map__set_autocreate(s->skel->maps.tasks, false);
	choose_inet(s);
	sysops__fill(s->skel->rodata->sysops, SYSOPS, 0);
	s->skel->rodata->pid_ns = pid_ns__inode();
	if (getrandom((void *)&s->skel->rodata->cookie_key, sizeof(__u64), 0) < 0)
		log_warn("getrandom: %s", strerror(errno));
	err = -why__load(s->skel);
	if (!err)
		err = -why__attach(s->skel);
	if (!err) {
		verified__tell(s->skel->obj);
		return s;
	}
fail:
	err = -bpf_log__reason(-err);
	log_error("cannot load the BPF iterators: %s; %s", strerror(err), bpf_log__advice(-err));
	survey__free(s);
	errno = err;
	return NULL;
}

/* Hands on the whole records in the first n bytes. How many bytes they were, or not 0 in *rc. */
static size_t take(char *buf, size_t n, survey_fn fn, void *ctx, int *rc)
{
	size_t done = 0;

	while (!*rc && n - done >= sizeof(struct event)) {
		struct event *e = (struct event *)(buf + done);

		if (e->size < sizeof(*e)) {
			*rc = -EPROTO;
			break;
		}
		if (e->size > n - done)
			break;
		if (e->kind == EV_OBJECT && e->size == sizeof(struct ev_object))
			inet_name__fill((struct ev_object *)e);
		*rc = fn(ctx, e);
		done += e->size;
	}
	return done;
}

static int read_iterator(struct survey *s, struct bpf_link *link, survey_fn fn, void *ctx)
{
	int fd = bpf_iter_create(bpf_link__fd(link)), rc = 0;
	size_t have = 0;

	if (fd < 0)
		return -errno;
	while (!rc) {
		ssize_t n = read(fd, s->buf + have, RECORD_MAX - have);
		size_t done;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			rc = -errno;
		if (n <= 0)
			break;
		have += (size_t)n;
		done = take(s->buf, have, fn, ctx, &rc);
		have -= done;
		memmove(s->buf, s->buf + done, have);
	}
	close(fd);
	return rc ? rc : have ? -EPROTO : 0;
}

int survey__read(struct survey *s, survey_fn fn, void *ctx)
{
	int rc;

	/*
	 * Updates the clock of this processor, from which sleeps are counted; it may be a tick old.
	 */
	sched_yield();
	rc = s->skel->links.learn_inet ? read_iterator(s, s->skel->links.learn_inet, fn, ctx) : 0;
	if (!rc)
		rc = read_iterator(s, s->skel->links.look_at_tasks, fn, ctx);
	return rc ? rc : read_iterator(s, s->skel->links.look_at_files, fn, ctx);
}

void survey__free(struct survey *s)
{
	if (!s)
		return;
	why__destroy(s->skel);
	free(s->buf);
	free(s);
}
