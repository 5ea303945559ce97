/* SPDX-License-Identifier: GPL-2.0 */
/* Lets processes go on that were stopped to watch words in them, however ipctrace dies. */
#include "watch_guard.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/types.h>

#include "event.h"
#include "ptree.h"
#include "watchword.h"

#define LOOKS 2000 /* at a process on its way to stop, half a millisecond apart */

void watch_guard__let_go(int held, __u32 pid)
{
	struct timespec moment = {.tv_nsec = 500 * 1000};
	__u32 released = WATCH_RELEASED;

	for (int i = 0; i < LOOKS && !ptree__stopped((pid_t)pid); i++)
		nanosleep(&moment, NULL);
	if (!bpf_map_update_elem(held, &pid, &released, BPF_EXIST))
		kill((pid_t)pid, SIGCONT);
}

void watch_guard__release(int held)
{
	const __u32 *last = NULL;
	__u32 pid, state;

	while (!bpf_map_get_next_key(held, last, &pid)) {
		if (!bpf_map_lookup_elem(held, &pid, &state) && state == WATCH_HELD)
			watch_guard__let_go(held, pid);
		last = &pid;
	}
}

/* Holds nothing but the map: whatever else it had would stay open, and attached, with it. */
static _Noreturn void guard_main(int held, pid_t parent)
{
	struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
	sigset_t all, ends;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "ipctrace-guard");
	if (dup2(held, 0) < 0 || syscall(SYS_close_range, 1U, ~0U, 0))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	if (getppid() == parent)
		sigwaitinfo(&ends, NULL);
	/* A hook that runs still may stop one more. */
	for (int i = 0; i < 3; i++) {
		watch_guard__release(0);
		nanosleep(&moment, NULL);
	}
	_exit(0);
}

pid_t watch_guard__start(int held)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid)
		guard_main(held, parent);
	return pid < 0 ? -errno : pid;
}

void watch_guard__stop(pid_t guard)
{
	if (guard <= 0)
		return;
	kill(guard, SIGKILL);
	while (waitpid(guard, NULL, 0) < 0 && errno == EINTR)
		;
}
