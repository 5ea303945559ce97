// SPDX-License-Identifier: GPL-2.0
/* Sends the calling thread a signal and takes it, without side effects. */
#include <pthread.h>
#include <signal.h>

#include "trace/signal_flag.h"

#define TRIES 5

static void ignore(int sig)
{
}

bool signal_flag__try(bool (*look)(void *ctx, __u32 sig), void *ctx)
{
	struct sigaction handled = {.sa_handler = ignore, .sa_flags = SA_RESTART}, action;
	sigset_t set, mask;
	int sig = SIGRTMAX;
	bool done = false;

	sigemptyset(&set);
	sigaddset(&set, sig);
	if (sigaction(sig, &handled, &action))
		return false;
	pthread_sigmask(SIG_UNBLOCK, &set, &mask);
	for (int i = 0; i < TRIES && !done; i++)
		done = look(ctx, (__u32)sig);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(sig, &action, NULL);
	return done;
}
