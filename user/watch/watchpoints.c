/* SPDX-License-Identifier: GPL-2.0 */
/* Hardware watchpoints: perf events on words of threads, as many as the processor has room for. */
#include "watch/watchpoints.h"

#include <dirent.h>
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/log.h"

#define MANY 64 /* armed: those of the dead are looked for */

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
	if (prog < 0 || !ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void armed__close(const struct armed *a)
{
	if (a->any >= 0)
		close(a->any);
	if (a->store >= 0)
		close(a->store);
}

int armed__open(struct armed *a, const struct watchpoints *wp, pid_t tid, __u64 addr, __u8 len)
{
	bool exact = wp->n_words <= WATCH_EXACT;
	int err = 0;

	*a = (struct armed){.tid = tid, .addr = addr, .store = -1, .any = -1};
	if (exact) {
		a->store = open_event(tid, addr, len, HW_BREAKPOINT_W, -1, wp->store);
		err = a->store < 0 ? a->store : 0;
	}
	if (!err) {
		a->any = open_event(tid, addr, len, HW_BREAKPOINT_RW, a->store, wp->any);
		err = a->any < 0 ? a->any : 0;
	}
	if (!err && ioctl(exact ? a->store : a->any, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP))
		err = -errno;
	if (err)
		armed__close(a);
	return err;
}

static void tell(struct watchpoints *wp, pid_t pid, int err)
{
	const char *why = err == -ENOSPC       ? "all watchpoints of the processor are in use"
			  : err == -EMFILE     ? "no more open files (ulimit -n)"
			  : err == -EOPNOTSUPP ? "this processor, or virtual machine, has none"
					       : strerror(-err);

	wp->lost++;
	if (wp->told == err)
		return;
	wp->told = err;
	log_warn("cannot watch a word in process %d: %s", pid, why);
}

static __u64 count_of(int fd)
{
	__u64 n;

	return fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* Removes the i-th, and keeps its count. */
static void retire(struct watchpoints *wp, size_t i)
{
	wp->counted[0] += count_of(wp->armed[i].store);
	wp->counted[1] += count_of(wp->armed[i].any);
	armed__close(&wp->armed[i]);
	wp->armed[i] = wp->armed[--wp->n];
}

/* Whether any process has a word there now. */
static bool in_use(const struct watchpoints *wp, __u64 addr)
{
	const __u32 *last = NULL;
	struct watch_process p;
	__u32 pid;

	for (; !bpf_map_get_next_key(wp->processes, last, &pid); last = &pid) {
		if (bpf_map_lookup_elem(wp->processes, &pid, &p))
			continue;
		for (int i = 0; i < WATCH_HARDWARE; i++)
			if (p.places[i].live && p.places[i].addr == addr)
				return true;
	}
	return false;
}

/*
 * Those of threads that are gone, which no child can have inherited: with an event the kernel
 * removes the children's copies.
 */
static void retire_dead(struct watchpoints *wp)
{
	char path[32];

	for (size_t i = wp->n; i-- > 0;) {
		snprintf(path, sizeof(path), "/proc/%d", wp->armed[i].tid);
		if (access(path, F_OK) && !in_use(wp, wp->armed[i].addr))
			retire(wp, i);
	}
}

/* Those of a thread where nothing is mapped any more, in no child either. True if there were. */
static bool retire_stale(struct watchpoints *wp, pid_t tid)
{
	bool any = false;

	for (size_t i = wp->n; i-- > 0;) {
		if (wp->armed[i].tid != tid || in_use(wp, wp->armed[i].addr))
			continue;
		retire(wp, i);
		any = true;
	}
	return any;
}

static bool is_armed(const struct watchpoints *wp, pid_t tid, __u64 addr)
{
	for (size_t i = 0; i < wp->n; i++)
		if (wp->armed[i].tid == tid && wp->armed[i].addr == addr)
			return true;
	return false;
}

static int keep(struct watchpoints *wp, const struct armed *a)
{
	size_t room = wp->n < wp->room ? wp->room : 2 * wp->room + 8;
	struct armed *all = realloc(wp->armed, room * sizeof(*all));

	if (!all) {
		armed__close(a);
		return -ENOMEM;
	}
	wp->armed = all;
	wp->room = room;
	wp->armed[wp->n++] = *a;
	return 0;
}

/* True when it was not armed before. */
static bool arm_thread(struct watchpoints *wp, pid_t pid, pid_t tid, const struct watch_request *r)
{
	bool news = false;

	for (size_t i = 0; i < wp->n_words && i < WATCH_HARDWARE; i++) {
		__u8 len = wp->words[i].word.len;
		struct armed a;
		int err;

		if (!r->addr[i] || is_armed(wp, tid, r->addr[i]))
			continue;
		err = armed__open(&a, wp, tid, r->addr[i], len);
		if (err == -ENOSPC && retire_stale(wp, tid))
			err = armed__open(&a, wp, tid, r->addr[i], len);
		if (!err)
			err = keep(wp, &a);
		if (!err) {
			news = true;
		} else if (err != -ESRCH) {
			tell(wp, pid, err);
		}
	}
	return news;
}

void watchpoints__arm(struct watchpoints *wp, const struct watch_request *r)
{
	char path[64];
	bool news;

	if (wp->n >= MANY)
		retire_dead(wp);
	/* Every thread, until no new one is found: those that come later inherit. */
	snprintf(path, sizeof(path), "/proc/%u/task", r->pid);
	do {
		DIR *dir = opendir(path);
		const struct dirent *entry;

		news = false;
		while (dir && (entry = readdir(dir))) {
			pid_t tid = (pid_t)atoi(entry->d_name);

			news |= tid > 0 && arm_thread(wp, (pid_t)r->pid, tid, r);
		}
		if (dir)
			closedir(dir);
	} while (news);
}

void watchpoints__close(struct watchpoints *wp)
{
	for (size_t i = 0; i < wp->n; i++) {
		const struct armed *a = &wp->armed[i];

		ioctl(a->store >= 0 ? a->store : a->any, PERF_EVENT_IOC_DISABLE,
		      PERF_IOC_FLAG_GROUP);
	}
	while (wp->n)
		retire(wp, wp->n - 1);
	free(wp->armed);
	wp->armed = NULL;
	wp->room = 0;
}

int watchpoints__trap(void)
{
	static volatile __u64 word;
	int fd = open_event(0, (__u64)&word, sizeof(word), HW_BREAKPOINT_RW, -1, -1);
	__u64 hits;

	if (fd < 0)
		return fd;
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	word = 1;
	hits = count_of(fd);
	close(fd);
	return hits ? 0 : -EIO;
}
