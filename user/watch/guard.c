/* SPDX-License-Identifier: GPL-2.0 */
/* Continues the processes that were stopped to watch words in them, however ipctrace dies. */
#include "watch/guard.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/types.h>

#include "launch/apart.h"
#include "abi/event.h"
#include "launch/ptree.h"
#include "abi/watchword.h"

#define LOOKS	2000 /* at a process on its way to stop, half a millisecond apart */
#define LOOK_MS 100  /* at ipctrace itself */

static bool is_stopped_by_others(int held, __u32 pid)
{
	__u32 hold;

	return !bpf_map_lookup_elem(held, &pid, &hold) && hold == WATCH_STOPPED;
}

void watch_guard__release_one(int held, __u32 pid)
{
	__u32 released = WATCH_RELEASED;

	if (is_stopped_by_others(held, pid)) {
		bpf_map_delete_elem(held, &pid);
		return;
	}
	if (bpf_map_update_elem(held, &pid, &released, BPF_EXIST))
		return;
	kill((pid_t)pid, SIGCONT);
	/* It came between, and SIGCONT has taken it away. */
	if (is_stopped_by_others(held, pid)) {
		bpf_map_delete_elem(held, &pid);
		kill((pid_t)pid, SIGSTOP);
	}
}

void watch_guard__let_go(int held, __u32 pid)
{
	struct timespec moment = {.tv_nsec = 500 * 1000};

	for (int i = 0; i < LOOKS && !ptree__stopped((pid_t)pid); i++)
		nanosleep(&moment, NULL);
	watch_guard__release_one(held, pid);
}

void watch_guard__release(int held)
{
	const __u32 *last = NULL;
	__u32 pid, state;

	while (!bpf_map_get_next_key(held, last, &pid)) {
		if (!bpf_map_lookup_elem(held, &pid, &state) && state != WATCH_RELEASED)
			watch_guard__let_go(held, pid);
		last = &pid;
	}
}

/* Holds only the map: everything else would stay open, and attached, as long as the guard lives. */
static _Noreturn void guard_main(int held, pid_t ipctrace)
{
	struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
	int fds[] = {held, (int)syscall(SYS_pidfd_open, ipctrace, 0)};
	struct pollfd gone = {.events = POLLIN};

	if (fds[1] >= 0 && !apart__keep(fds, 2)) {
		gone.fd = fds[1];
		while (!poll(&gone, 1, LOOK_MS))
			if (ptree__stopped(ipctrace))
				watch_guard__release(fds[0]);
	}
	/* A hook that runs still may stop one more. */
	for (int i = 0; i < 3; i++) {
		watch_guard__release(fds[0]);
		nanosleep(&moment, NULL);
	}
	_exit(0);
}

pid_t watch_guard__start(int held)
{
	pid_t ipctrace = getpid(), pid = apart__fork("ipctrace-guard");

	if (!pid)
		guard_main(held, ipctrace);
	return pid;
}

void watch_guard__stop(pid_t guard)
{
	if (guard <= 0)
		return;
	kill(guard, SIGKILL);
	apart__reap(guard);
}
