// SPDX-License-Identifier: GPL-2.0
/* Processes that must do something at the same time, or one after the other, without a lock. */
#include <sched.h>
#include <signal.h>
#include <stddef.h>

#include "lesson.h"
#include "together.h"

int pin(int nth)
{
	static cpu_set_t allowed;
	static int n;
	cpu_set_t one;
	int cpu = 0;

	if (!n) {
		if (sched_getaffinity(0, sizeof(allowed), &allowed))
			die("sched_getaffinity");
		n = CPU_COUNT(&allowed);
	}
	nth %= n;
	while (!CPU_ISSET(cpu, &allowed) || nth--)
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		die("sched_setaffinity");
	return n;
}

void meet(atomic_int *here, int n)
{
	int before = atomic_fetch_add(here, 1);

	while (atomic_load(here) < (before / n + 1) * n)
		sched_yield();
}

void wait_for_go(void)
{
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	if (sigwaitinfo(&usr1, NULL) == -1)
		die("sigwaitinfo");
}

void go(pid_t pid)
{
	wait_until_in(pid, "sigtimedwait");
	kill(pid, SIGUSR1);
}
