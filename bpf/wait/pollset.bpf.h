/* SPDX-License-Identifier: GPL-2.0 */
/* poll and select: which objects are among the descriptors of a call. */
#ifndef IPCTRACE_WAIT_POLLSET_BPF_H
#define IPCTRACE_WAIT_POLLSET_BPF_H

#include "fd/call.bpf.h"
#include "mech/held.bpf.h"
#include "core/waitlist.bpf.h"
#include "wait/watches_told.bpf.h"

#define POLLSET_WALK  1024 /* pollfds, or bits of an fd_set, that are looked at */
#define RLIMIT_NOFILE 7

enum pollset_want {
	POLLSET_FIRST, /* the first object */
	POLLSET_ASLEEP, /* the first whose queue holds the task, the proof of a sleep; tells of all */
	POLLSET_READY, /* the first with an event; after the call */
};

struct pollset {
	__u64 task;
	__u64 user;   /* struct pollfd[] or NULL */
	__u64 set[3]; /* select: user addresses */
	__u16 want;
	__u16 cut;    /* there are more than were looked at */
	__s32 fd;     /* found: its descriptor, else -1 */
	__u32 events; /* found: asked for, or (READY) returned */
	struct fd_object o;
};

/* Tells of an object that the sleeper polls, and goes on to the next. */
static __always_inline bool pollset_asleep(struct pollset *ps, __s32 fd, __u32 events)
{
	struct file *f = file_of((void *)ps->task, fd);
	struct watched *w = watching_now();

	if (!w)
		return false;
	w->files++;
	if (!held_object((__u64)f, &w->o) || !held_polled(&w->o, ps->task))
		return false;
	w->fd = fd;
	w->events = events;
	tell_watch(w, (__u64)f);
	if (ps->fd >= 0)
		return false;
	ps->o = w->o;
	ps->fd = fd;
	ps->events = events;
	return false;
}

/* Whether a descriptor with these events is the one that is looked for: notes it. */
VERIFIED_ONCE int pollset_take(struct pollset *ps, __s32 fd, __u32 events)
{
	if (!ps)
		return 0;
	if (ps->want == POLLSET_ASLEEP)
		return pollset_asleep(ps, fd, events);
	if (!held_object((__u64)file_of((void *)ps->task, fd), &ps->o))
		return 0;
	ps->fd = fd;
	ps->events = events;
	return 1;
}

static long look_at_pollfd(__u32 i, struct pollset *ps)
{
	struct pollfd pfd;

	if (bpf_probe_read_user(&pfd, sizeof(pfd), (void *)ps->user + (__u64)i * sizeof(pfd)))
		return 1;
	if (pfd.fd < 0 || (ps->want == POLLSET_READY && !pfd.revents))
		return 0;
	return pollset_take(ps, pfd.fd,
			    ps->want == POLLSET_READY ? (__u16)pfd.revents : (__u16)pfd.events) !=
	       0;
}

/* 1 or 0: whether bit i is in an fd_set, if there is one. */
static __always_inline __u32 fd_set_bit(__u64 user, __u32 i)
{
	__u8 byte = 0;

	bpf_probe_read_user(&byte, 1, (void *)user + i / 8);
	return byte >> i % 8 & 1;
}

static long look_at_bit(__u32 i, struct pollset *ps)
{
	/* POLLIN, POLLOUT, POLLPRI */
	__u32 events = fd_set_bit(ps->set[0], i) | fd_set_bit(ps->set[1], i) << 2 |
		       fd_set_bit(ps->set[2], i) << 1;

	return events && pollset_take(ps, i, events);
}

/*
 * How many pollfds, or bits of an fd_set, the kernel looks at (fs/select.c): negative if it refuses the
 * call before.
 */
static __always_inline __s64 pollset_size(const struct pollset *ps, const struct call *c)
{
	struct task_struct *t = (void *)ps->task;
	__s32 bits = c->a[0];
	__u32 most;

	if (c->op.class == OPC_POLL) {
		__u32 n = c->a[1];

		return n > BPF_CORE_READ(t, signal, rlim[RLIMIT_NOFILE].rlim_cur) ? -1 : n;
	}
	most = BPF_CORE_READ(fdtable_of(t), max_fds);
	return bits < 0 || (__u32)bits <= most ? bits : most;
}

/*
 * Fills fd, events and o with the first object that is wanted; fd is -1 when there is none.
 * ps is on the caller's stack: bpf_loop() wants it there.
 */
static __always_inline void pollset_find(struct pollset *ps, const struct call *c)
{
	__s64 size = pollset_size(ps, c);
	__u32 n = size < 0 || size > POLLSET_WALK ? POLLSET_WALK : size;

	ps->fd = -1;
	ps->cut = size > POLLSET_WALK;
	if (c->op.class == OPC_POLL) {
		ps->user = c->a[0];
		bpf_loop(n, look_at_pollfd, ps, 0);
	} else {
		ps->set[0] = c->a[1];
		ps->set[1] = c->a[2];
		ps->set[2] = c->a[3];
		bpf_loop(n, look_at_bit, ps, 0);
	}
	if (ps->fd < 0 && ps->cut)
		count_lost(LOST_WALK, 1);
}

#endif
