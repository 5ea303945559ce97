/* SPDX-License-Identifier: GPL-2.0 */
/* A process that survives whatever happens to the process that forks it. */
#include "launch/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT 100 /* descriptors from here on */

pid_t apart__fork(const char *name)
{
	/* As fork(), but without a signal at its end. So a wait for any child only gets those
	 * that are traced. */
	long pid = syscall(SYS_clone, 0UL, NULL, NULL, NULL, NULL);
	sigset_t all;

	if (pid)
		return pid < 0 ? -errno : (pid_t)pid;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, name);
	return 0;
}

int apart__keep(int *fds, size_t n)
{
	int next = KEPT;

	for (size_t i = 0; i < n; i++) {
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, next);
		if (fds[i] < 0)
			return -errno;
		next = fds[i] + 1;
	}
	if (syscall(SYS_close_range, 0U, (unsigned int)fds[0] - 1, 0) ||
	    syscall(SYS_close_range, (unsigned int)next, ~0U, 0))
		return -errno;
	return 0;
}

bool apart__lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG | __WCLONE) == 0;
}

void apart__reap(pid_t pid)
{
	while (waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
		;
}
