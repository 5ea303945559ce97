/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first signal asks for an end, the second one forces it. The third one is for the case that
 * ipctrace itself hangs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "session/interrupt.h"

#define PATIENCE 3

static volatile sig_atomic_t count, last;
static int event_fd = -1;

static void on_signal(int sig)
{
	uint64_t one = 1;
	int saved = errno;
	ssize_t n;

	last = sig;
	count = count + 1;
	if (count >= PATIENCE) {
		/* The keeper outlives us and cleans up. */
		signal(sig, SIG_DFL);
		raise(sig);
	}
	n = write(event_fd, &one, sizeof(one));
	(void)n;
	errno = saved;
}

int interrupt__init(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	/* Restarted: a write to a slow reader must not fail for a signal. */
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, old;

	if (event_fd >= 0)
		return event_fd;
	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event_fd < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		/* nohup and background jobs of a plain shell mean it. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
	return event_fd;
}

int interrupt__count(void)
{
	uint64_t n;
	ssize_t len = read(event_fd, &n, sizeof(n));

	(void)len;
	return count;
}

int interrupt__signal(void)
{
	return last;
}
