/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that are followed but were not started by ipctrace: finds out when all of them are
 * gone.
 */
#include "launch/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/log.h"

struct targets {
	int epoll;
	size_t left;
	size_t n;
	int pidfd[];
};

static int add(struct targets *t, pid_t pid, bool may_lack)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = t->n};
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 && errno == ESRCH && may_lack) {
		log_warn("process %d is not followed: %s", pid, strerror(errno));
		return 0;
	}
	if (fd < 0) {
		/* A thread that leads no process: EINVAL, ENOENT on newer kernels. */
		bool thread = errno == EINVAL || errno == ENOENT;

		log_error("cannot follow process %d: %s", pid,
			  thread ? "it is a thread; give its process" : strerror(errno));
		return -1;
	}
	t->pidfd[t->n++] = fd;
	if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &ev)) {
		log_error("cannot wait for process %d: %s", pid, strerror(errno));
		return -1;
	}
	t->left++;
	return 0;
}

struct targets *targets__new(const pid_t *pids, size_t n)
{
	struct targets *t = calloc(1, sizeof(*t) + n * sizeof(t->pidfd[0]));

	if (!t) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (t->epoll < 0) {
		log_error("epoll_create1: %s", strerror(errno));
		goto fail;
	}
	/* If several are given, those that are gone by now are left out. */
	for (size_t i = 0; i < n; i++)
		if (add(t, pids[i], n > 1))
			goto fail;
	if (t->left)
		return t;
	log_error("none of these processes is there: %s", strerror(ESRCH));
fail:
	targets__free(t);
	return NULL;
}

int targets__fd(const struct targets *t)
{
	return t->epoll;
}

bool targets__gone(struct targets *t)
{
	struct epoll_event ev;

	/* An end stays readable: each is taken out once it is known. */
	while (t->left && epoll_wait(t->epoll, &ev, 1, 0) == 1) {
		epoll_ctl(t->epoll, EPOLL_CTL_DEL, t->pidfd[ev.data.u64], NULL);
		t->left--;
	}
	return !t->left;
}

void targets__free(struct targets *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		close(t->pidfd[i]);
	if (t->epoll >= 0)
		close(t->epoll);
	free(t);
}
