/* SPDX-License-Identifier: GPL-2.0 */
/* The watchpoints of a run: opened where words are mapped, closed at its end. */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "log.h"
#include "places.h"
#include "watch_guard.h"
#include "watch_take.h"

/* Two events on one word of one thread; its children inherit both. */
struct armed {
	pid_t tid;
	__u64 addr;
	int store; /* leads the group, so that its program is called first; -1: none */
	int any;
};

#define TRIED 16

struct watch {
	const struct watch_spec *words;
	size_t n;
	struct watch_bpf bpf;
	struct ring_buffer *requests;
	struct places *places;
	struct armed *armed;
	size_t n_armed, room;
	__u64 seen[2];	  /* hits, by the programs, when the run began */
	__u64 counted[2]; /* by the events that are closed */
	__u64 lost;
	struct watch_last last[WATCH_WORDS];
	bool works;
	pid_t guard;	   /* 0: none */
	int told;	   /* errno of the last refusal that was told */
	__u8 tried[TRIED]; /* kinds that came of the trial */
	size_t n_tried;
};

static int open_event(pid_t tid, __u64 addr, __u8 len, __u32 type, int group, int prog)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_BREAKPOINT,
	    .size = sizeof(attr),
	    .bp_type = type,
	    .bp_addr = addr,
	    .bp_len = len,
	    .sample_period = 1,
	    .inherit = 1,
	    .remove_on_exec = 1,
	    /* Reading the value is an access, too. */
	    .exclude_kernel = 1,
	    .disabled = group < 0,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, group, PERF_FLAG_FD_CLOEXEC),
	    err;

	if (fd < 0)
		return -errno;
	if (!ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static void disarm(struct armed *a)
{
	if (a->any >= 0)
		close(a->any);
	if (a->store >= 0)
		close(a->store);
}

static int arm(struct watch *w, pid_t tid, __u64 addr, __u8 len, struct armed *a)
{
	bool exact = w->n <= WATCH_EXACT;
	int err = 0;

	*a = (struct armed){.tid = tid, .addr = addr, .store = -1, .any = -1};
	if (exact) {
		a->store = open_event(tid, addr, len, HW_BREAKPOINT_W, -1, w->bpf.store);
		err = a->store < 0 ? a->store : 0;
	}
	if (!err) {
		a->any = open_event(tid, addr, len, HW_BREAKPOINT_RW, a->store, w->bpf.any);
		err = a->any < 0 ? a->any : 0;
	}
	if (!err && ioctl(exact ? a->store : a->any, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP))
		err = -errno;
	if (err)
		disarm(a);
	return err;
}

static void tell(struct watch *w, pid_t pid, int err)
{
	const char *why = err == -ENOSPC       ? "all watchpoints of the processor are in use"
			  : err == -EMFILE     ? "no more open files (ulimit -n)"
			  : err == -EOPNOTSUPP ? "this processor, or virtual machine, has none"
					       : strerror(-err);

	w->lost++;
	if (w->told == err)
		return;
	w->told = err;
	log_warn("cannot watch a word in process %d: %s", pid, why);
}

static __u64 count_of(int fd)
{
	__u64 n;

	return fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* Takes the i-th away, and keeps what it counted. */
static void retire(struct watch *w, size_t i)
{
	w->counted[0] += count_of(w->armed[i].store);
	w->counted[1] += count_of(w->armed[i].any);
	disarm(&w->armed[i]);
	w->armed[i] = w->armed[--w->n_armed];
}

/* Whether any process has a word there now. */
static bool in_use(const struct watch *w, __u64 addr)
{
	const __u32 *last = NULL;
	struct watch_process p;
	__u32 pid;

	for (; !bpf_map_get_next_key(w->bpf.processes, last, &pid); last = &pid) {
		if (bpf_map_lookup_elem(w->bpf.processes, &pid, &p))
			continue;
		for (int i = 0; i < WATCH_WORDS; i++)
			if (p.places[i].live && p.places[i].addr == addr)
				return true;
	}
	return false;
}

/* Those of a thread where nothing is mapped any more, in no child either. True if there were. */
static bool retire_stale(struct watch *w, pid_t tid)
{
	bool any = false;

	for (size_t i = w->n_armed; i-- > 0;) {
		if (w->armed[i].tid != tid || in_use(w, w->armed[i].addr))
			continue;
		retire(w, i);
		any = true;
	}
	return any;
}

static bool is_armed(const struct watch *w, pid_t tid, __u64 addr)
{
	for (size_t i = 0; i < w->n_armed; i++)
		if (w->armed[i].tid == tid && w->armed[i].addr == addr)
			return true;
	return false;
}

/* True when it was not armed before. */
static bool arm_thread(struct watch *w, pid_t pid, pid_t tid, const struct watch_request *r)
{
	bool news = false;

	for (size_t i = 0; i < w->n; i++) {
		struct armed *bigger;
		int err;

		if (!r->addr[i] || is_armed(w, tid, r->addr[i]))
			continue;
		if (w->n_armed == w->room) {
			bigger = realloc(w->armed, (2 * w->room + 8) * sizeof(*bigger));
			if (!bigger) {
				tell(w, pid, -ENOMEM);
				return false;
			}
			w->armed = bigger;
			w->room = 2 * w->room + 8;
		}
		err = arm(w, tid, r->addr[i], w->words[i].word.len, &w->armed[w->n_armed]);
		if (err == -ENOSPC && retire_stale(w, tid))
			err = arm(w, tid, r->addr[i], w->words[i].word.len, &w->armed[w->n_armed]);
		if (!err) {
			w->n_armed++;
			news = true;
		} else if (err != -ESRCH) {
			tell(w, pid, err);
		}
	}
	return news;
}

/* Every thread, until no new one is found: those that come later inherit. */
static void arm_process(struct watch *w, const struct watch_request *r)
{
	char path[64];
	bool news;

	snprintf(path, sizeof(path), "/proc/%u/task", r->pid);
	do {
		DIR *dir = opendir(path);
		const struct dirent *entry;

		news = false;
		while (dir && (entry = readdir(dir))) {
			pid_t tid = (pid_t)atoi(entry->d_name);

			news |= tid > 0 && arm_thread(w, (pid_t)r->pid, tid, r);
		}
		if (dir)
			closedir(dir);
	} while (news);
}

static int on_request(void *ctx, void *data, size_t size)
{
	struct watch_request r;
	struct watch *w = ctx;

	(void)size;
	memcpy(&r, data, sizeof(r));
	places__look(w->places, (pid_t)r.pid);
	if (w->works)
		arm_process(w, &r);
	if (r.stopped)
		watch_guard__let_go(w->bpf.held, r.pid);
	return 0;
}

struct watch *watch__new(const struct watch_bpf *bpf)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->bpf = *bpf;
	w->works = true;
	w->places = places__new();
	if (w->places)
		w->requests = ring_buffer__new(bpf->requests, on_request, w, NULL);
	if (w->requests)
		return w;
	places__free(w->places);
	free(w);
	return NULL;
}

int watch__guard(struct watch *w)
{
	pid_t pid = watch_guard__start(w->bpf.held);

	w->guard = pid > 0 ? pid : 0;
	return pid > 0 ? 0 : pid;
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
	bool read = hit->access.from == FROM_MEMORY;
	__u8 one = 1;

	watch_take(to, hit, &w->last[hit->access.word & (WATCH_WORDS - 1)]);
	if (read && to->from == FROM_MOVE)
		bpf_map_update_elem(w->bpf.moves, &move, &one, 0);
	else if (!read && to->from != FROM_MOVE)
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

bool watch__try(struct watch *w, void (*drain)(void *ctx), void *ctx)
{
	static volatile __u64 word;
	volatile __u8 *byte = (volatile __u8 *)&word;
	struct watch_process here = {
	    .places[0] = {.addr = (__u64)&word, .live = 1, .obj.mech = MECH_SHM}};
	__u32 pid = (__u32)getpid();
	struct armed a;
	int err = arm(w, 0, (__u64)&word, 1, &a);

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
		disarm(&a);
		bpf_map_delete_elem(w->bpf.processes, &pid);
		drain(ctx);
	}
	*w->bpf.n = 0;
	w->works = !err && came_right(w);
	if (err)
		log_warn("no word can be watched: cannot open a watchpoint: %s", strerror(-err));
	else if (!w->works)
		log_warn("no word can be watched: of %zu accesses, %zu were seen%s; this "
			 "processor, or virtual machine, does not tell them right",
			 sizeof(trial), w->n_tried,
			 w->n_tried == sizeof(trial) ? ", but not as what they are" : "");
	return w->works;
}

/* The kernel's dev_t of the file system that fd is in, which is closed. 0: there is none. */
static __u32 device_of(int fd)
{
	struct stat st;
	bool known = fd >= 0 && !fstat(fd, &st);

	if (fd >= 0)
		close(fd);
	return known ? (__u32)(major(st.st_dev) << 20 | minor(st.st_dev)) : 0;
}

int watch__begin(struct watch *w, const struct watch_spec *words, size_t n)
{
	__u32 shm = device_of(open("/dev/shm", O_PATH | O_DIRECTORY | O_CLOEXEC));

	/* The kernel keeps the other one to itself. */
	*w->bpf.memory_dev = device_of(memfd_create("device", MFD_CLOEXEC));
	w->words = words;
	w->n = n;
	for (size_t i = 0; i < WATCH_WORDS; i++) {
		struct watch_word *word = &w->bpf.words[i];

		w->bpf.mapped[i] = 0;
		w->last[i] = (struct watch_last){0};
		if (i >= n)
			continue;
		*word = words[i].word;
		word->dev = strncmp(word->name, "memfd:", 6) ? shm : *w->bpf.memory_dev;
	}
	for (int i = 0; i < 2; i++) {
		w->seen[i] = w->bpf.seen[i];
		w->counted[i] = 0;
	}
	w->told = 0;
	if (n && !w->works)
		w->lost++;
	*w->bpf.n = n;
	return 0;
}

int watch__fd(const struct watch *w)
{
	return ring_buffer__epoll_fd(w->requests);
}

int watch__serve(struct watch *w)
{
	int n = ring_buffer__consume(w->requests);

	return n < 0 ? n : 0;
}

/* Nobody is stopped from now on, and nobody stays so. */
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
	ring_buffer__consume(w->requests);
	for (size_t i = 0; i < w->n_armed; i++)
		ioctl(w->armed[i].store >= 0 ? w->armed[i].store : w->armed[i].any,
		      PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
	while (w->n_armed)
		retire(w, w->n_armed - 1);
	/* Those that the processor told of, but the kernel did not call the programs for. */
	for (int i = 0; i < 2; i++) {
		__u64 seen = w->bpf.seen[i] - w->seen[i];

		if (w->counted[i] > seen)
			w->lost += w->counted[i] - seen;
		log_debug("watchpoints: %llu hits of %s", (unsigned long long)w->counted[i],
			  i ? "any access" : "stores");
	}
	for (size_t i = 0; i < w->n; i++)
		if (!w->bpf.mapped[i])
			return w->words[i].text;
	return NULL;
}

__u64 watch__lost(const struct watch *w)
{
	return w->lost;
}

void watch__free(struct watch *w)
{
	if (!w)
		return;
	watch_guard__stop(w->guard);
	for (size_t i = 0; i < w->n_armed; i++)
		disarm(&w->armed[i]);
	ring_buffer__free(w->requests);
	places__free(w->places);
	free(w->armed);
	free(w);
}
