/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The watched words of a run: arms the processes that have mapped them, and counts what was missed.
 */
#include "watch/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "launch/apart.h"
#include "lib/log.h"
#include "kern/memory.h"
#include "watch/places.h"
#include "watch/stepper.h"
#include "watch/guard.h"
#include "watch/take.h"
#include "watch/watchpoints.h"

#define TRIED	 16
#define RESTARTS 3

struct watch {
	struct watch_bpf bpf;
	struct ring_buffer *requests;
	struct places *places;
	struct watchpoints points;
	__u64 seen[2]; /* hits, by the programs, when the run began */
	__u64 lost;    /* without those of points */
	struct watch_last last[WATCH_WORDS];
	enum watch_by by;
	pid_t aside; /* the guard, or the process that steps; 0: none */
	struct step_page *page;
	__u8 tried[TRIED]; /* kinds that came of the trial */
	size_t n_tried;
	rlim_t files;  /* the limit of open files that was raised; 0: it was not */
	char why[160]; /* hardware does not watch */
};

static int on_request(void *ctx, void *data, size_t size)
{
	struct watch_request r;
	struct watch *w = ctx;

	(void)size;
	memcpy(&r, data, sizeof(r));
	places__look(w->places, (pid_t)r.pid);
	if (w->by == WATCH_BY_HARDWARE)
		watchpoints__arm(&w->points, &r);
	if (r.stopped)
		watch_guard__let_go(w->bpf.held, r.pid);
	return 0;
}

/* The process beside ipctrace: it steps, or only guards. 0 or -errno. */
static int start_aside(struct watch *w)
{
	w->aside = 0;
	*w->bpf.steps = w->by == WATCH_BY_STEP;
	if (w->by == WATCH_BY_STEP) {
		pid_t pid = stepper__start(&w->bpf, w->page);

		if (pid < 0)
			return pid;
		w->aside = pid;
		return 0;
	}
	*w->bpf.watcher = (__u32)getpid();
	if (w->by == WATCH_BY_HARDWARE) {
		pid_t pid = watch_guard__start(w->bpf.held);

		if (pid < 0)
			return pid;
		w->aside = pid;
	}
	return 0;
}

/*
 * The guard may have been killed: the processes that it held go on, and another guard is started.
 */
static void look_aside(struct watch *w)
{
	if (w->aside <= 0 || apart__lives(w->aside))
		return;
	log_warn("the process that %s was killed; another one is started",
		 w->by == WATCH_BY_STEP ? "watches words" : "guards those who are watched");
	if (w->by == WATCH_BY_STEP) {
		w->lost++;
		*w->bpf.watcher = (__u32)getpid();
		watch_guard__release(w->bpf.held);
	}
	for (int i = 0; i < RESTARTS && start_aside(w); i++)
		;
	if (w->aside <= 0) {
		*w->bpf.n = 0;
		w->by = WATCH_BY_NOTHING;
	}
}

struct watch *watch__new(const struct watch_bpf *bpf)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->bpf = *bpf;
	w->points =
	    (struct watchpoints){.store = bpf->store, .any = bpf->any, .processes = bpf->processes};
	w->places = places__new();
	w->page = step_page__new();
	if (w->places && w->page)
		w->requests = ring_buffer__new(bpf->requests, on_request, w, NULL);
	if (w->requests)
		return w;
	step_page__free(w->page);
	places__free(w->places);
	free(w);
	return NULL;
}

static const __u8 trial[] = {ACCESS_LOAD,  ACCESS_STORE, ACCESS_LOAD, ACCESS_STORE,
			     ACCESS_STORE, ACCESS_LOAD,	 ACCESS_LOAD, ACCESS_STORE};

static bool came_right(const struct watch *w)
{
	return w->n_tried == sizeof(trial) && !memcmp(w->tried, trial, sizeof(trial));
}

bool watch__take(struct watch *w, struct ev_access *to, const struct watch_hit *hit,
		 struct ev_symbol *symbol)
{
	struct watch_move move = {.ip = hit->access.ip, .pid = hit->access.e.pid};
	bool read = hit->access.from != FROM_NOTHING;
	__u8 one = 1;

	watch_take(to, hit, &w->last[hit->access.word & (WATCH_WORDS - 1)]);
	if (read && FROM_INSTRUCTION(to->from))
		bpf_map_update_elem(w->bpf.moves, &move, &one, 0);
	else if (!read && !FROM_INSTRUCTION(to->from))
		bpf_map_delete_elem(w->bpf.moves, &move);
	return places__tell(w->places, to, symbol);
}

void watch__follow(struct watch *w, const struct event *rec)
{
	places__follow(w->places, rec);
}

void watch__tried(struct watch *w, const struct ev_access *a)
{
	if (w->n_tried < TRIED)
		w->tried[w->n_tried] = a->kind;
	w->n_tried++;
}

/* Tries a watchpoint on the caller, which is ipctrace. 0 or -errno: it could not be opened. */
static int try_watchpoint(struct watch *w, void (*drain)(void *ctx), void *ctx)
{
	static volatile __u64 word;
	volatile __u8 *byte = (volatile __u8 *)&word;
	struct watch_process here = {
	    .places[0] = {.addr = (__u64)&word, .live = 1, .obj.mech = MECH_SHM}};
	__u32 pid = (__u32)getpid();
	struct armed a;
	int err = armed__open(&a, &w->points, 0, (__u64)&word, 1);

	w->bpf.words[0] = (struct watch_word){.len = 1};
	*w->bpf.n = 1;
	if (!err && bpf_map_update_elem(w->bpf.processes, &pid, &here, 0))
		err = -errno;
	if (!err) {
		__u8 value = 0;

		for (size_t i = 0; i < sizeof(trial); i++) {
			if (trial[i] == ACCESS_LOAD)
				value = *byte;
			else
				*byte = (__u8)(value + 1);
		}
		armed__close(&a);
		bpf_map_delete_elem(w->bpf.processes, &pid);
		drain(ctx);
	}
	*w->bpf.n = 0;
	return err;
}

static bool hardware_works(struct watch *w, void (*drain)(void *ctx), void *ctx)
{
	int err = try_watchpoint(w, drain, ctx);

	if (!err && came_right(w))
		return true;
	if (err)
		snprintf(w->why, sizeof(w->why), "cannot open a watchpoint: %s", strerror(-err));
	else
		snprintf(w->why, sizeof(w->why),
			 "of %zu accesses, %zu were seen%s; this processor, or virtual machine, "
			 "does not tell them right",
			 sizeof(trial), w->n_tried,
			 w->n_tried == sizeof(trial) ? ", but not as what they are" : "");
	return false;
}

int watch__start(struct watch *w, size_t n, enum watch_by by, void (*drain)(void *ctx), void *ctx)
{
	if (by == WATCH_BY_STEP || n > WATCH_HARDWARE)
		w->by = WATCH_BY_STEP;
	else if (hardware_works(w, drain, ctx))
		w->by = WATCH_BY_HARDWARE;
	else
		w->by = by == WATCH_BY_HARDWARE ? WATCH_BY_NOTHING : WATCH_BY_STEP;
	if (w->by == WATCH_BY_NOTHING)
		log_warn("no word can be watched by the hardware: %s", w->why);
	else if (*w->why)
		log_debug("words are watched by stepping: %s", w->why);
	return start_aside(w);
}

enum watch_by watch__by(const struct watch *w)
{
	return w->by;
}

int watch__drain(struct watch *w, rings_fn fn, void *ctx)
{
	look_aside(w);
	if (w->page->refused) {
		log_warn("cannot step process %u, so its words are not watched: %s",
			 w->page->refused_pid, strerror((int)w->page->refused));
		w->page->refused = 0;
	}
	return step_page__take(w->page, fn, ctx);
}

bool watch__works(const struct watch *w)
{
	return w->by != WATCH_BY_NOTHING;
}

/*
 * As many open files as may be: each thread takes two a word. It is for ipctrace alone; what it
 * starts next begins with the old limit again.
 */
static void raise_files(struct watch *w, bool up)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (up) {
		w->files = limit.rlim_cur;
		limit.rlim_cur = limit.rlim_max;
	} else {
		limit.rlim_cur = w->files;
	}
	setrlimit(RLIMIT_NOFILE, &limit);
}

int watch__begin(struct watch *w, const struct watch_spec *words, size_t n)
{
	__u32 devs[2];

	memory__devs(devs);
	w->points.words = words;
	w->points.n_words = n;
	for (size_t i = 0; i < WATCH_WORDS; i++) {
		struct watch_word *word = &w->bpf.words[i];

		w->bpf.mapped[i] = 0;
		w->last[i] = (struct watch_last){0};
		if (i >= n)
			continue;
		*word = words[i].word;
		word->dev = devs[strncmp(word->name, "memfd:", 6) ? 0 : 1];
	}
	for (int i = 0; i < 2; i++) {
		w->seen[i] = w->bpf.seen[i];
		w->points.counted[i] = 0;
	}
	w->points.told = 0;
	if (w->by == WATCH_BY_NOTHING) {
		w->lost += n ? 1 : 0;
		return 0;
	}
	if (w->by == WATCH_BY_STEP && !stepper__ask(w->page, STEP_BEGIN))
		return -ECHILD;
	if (w->by == WATCH_BY_HARDWARE && n)
		raise_files(w, true);
	*w->bpf.n = n;
	return 0;
}

int watch__fd(const struct watch *w)
{
	return w->by == WATCH_BY_STEP ? -1 : ring_buffer__epoll_fd(w->requests);
}

int watch__serve(struct watch *w)
{
	int n = ring_buffer__consume(w->requests);

	return n < 0 ? n : 0;
}

/* From now on no process is stopped, and none stays stopped. */
static void let_go(struct watch *w)
{
	struct timespec moment = {.tv_nsec = 1000 * 1000};

	*w->bpf.n = 0;
	nanosleep(&moment, NULL); /* a hook may be in the middle of it */
	watch_guard__release(w->bpf.held);
}

const char *watch__end(struct watch *w)
{
	let_go(w);
	if (w->by == WATCH_BY_STEP)
		stepper__ask(w->page, STEP_END);
	else
		ring_buffer__consume(w->requests);
	log_debug("stepping: %llu stops", (unsigned long long)w->page->steps);
	watchpoints__close(&w->points);
	if (w->files)
		raise_files(w, false);
	w->files = 0;
	/* Those that the processor told of, but the kernel did not call the programs for. */
	for (int i = 0; i < 2; i++) {
		__u64 seen = w->bpf.seen[i] - w->seen[i], counted = w->points.counted[i];

		if (counted > seen)
			w->lost += counted - seen;
		log_debug("watchpoints: %llu hits of %s", (unsigned long long)counted,
			  i ? "any access" : "stores");
	}
	for (size_t i = 0; i < w->points.n_words && w->by != WATCH_BY_NOTHING; i++)
		if (!w->bpf.mapped[i])
			return w->points.words[i].text;
	return NULL;
}

__u64 watch__lost(const struct watch *w)
{
	return w->lost + w->points.lost + w->page->lost;
}

void watch__free(struct watch *w)
{
	if (!w)
		return;
	if (w->by == WATCH_BY_STEP)
		stepper__stop(w->page);
	else
		watch_guard__stop(w->aside);
	watchpoints__close(&w->points);
	step_page__free(w->page);
	ring_buffer__free(w->requests);
	places__free(w->places);
	free(w);
}

const char *watch__way(char *buf, size_t size)
{
	int err = watchpoints__trap();

	if (err == -EIO)
		snprintf(buf, size, "by stepping: watchpoints can be set, and do not trap");
	else if (err)
		snprintf(buf, size, "by stepping: no watchpoint can be set: %s", strerror(-err));
	else
		snprintf(buf, size, "by hardware: watchpoints trap");
	return buf;
}
