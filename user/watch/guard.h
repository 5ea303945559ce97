/* SPDX-License-Identifier: GPL-2.0 */
/* Continues the processes that were stopped to watch words in them, however ipctrace dies. */
#ifndef IPCTRACE_WATCH_GUARD_H
#define IPCTRACE_WATCH_GUARD_H

#include <linux/types.h>
#include <sys/types.h>

/*
 * Starts a process of its own (launch/apart.h) that waits until ipctrace, the caller, is gone, or stopped
 * itself, and then continues all that `held`, a BPF map of pid to enum watch_hold, has as held. Its
 * pid, or -errno.
 */
pid_t watch_guard__start(int held);
/*
 * Continues a held process when it stands still. The order tells the hooks that the signals are
 * ours: SIGSTOP comes before the map says that it is released, SIGCONT after.
 */
void watch_guard__let_go(int held, __u32 pid);
/*
 * The same for one that stands still. A process that was also stopped by another one stays stopped.
 */
void watch_guard__release_one(int held, __u32 pid);
/* Continues those that are held now; until then none of them is armed. */
void watch_guard__release(int held);
/* Ends it. */
void watch_guard__stop(pid_t guard);

#endif
