/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keeper: the subreaper of everything traced. It kills all of it on request, or when ipctrace
 * dies.
 */
#include <errno.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launch/keeper.h"
#include "launch/ptree.h"

#define KILL_AT_ONCE  4096
#define REFUSED_TRIES 200
#define FIRST	      (-20)

void page__wait(_Atomic __u32 *word, __u32 old)
{
	struct timespec second = {.tv_sec = 1};

	syscall(SYS_futex, word, FUTEX_WAIT, old, &second, NULL, 0);
}

void page__set(_Atomic __u32 *word, __u32 value)
{
	*word = value;
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void close_from(unsigned int first)
{
	if (syscall(SYS_close_range, first, ~0U, 0))
		for (int fd = first; fd < 65536; fd++)
			close(fd);
}

static _Noreturn void fail(struct launch_page *page, enum launch_step step)
{
	page->error = errno;
	page->step = step;
	_exit(127);
}

static void become(const struct keeper_job *job)
{
	const struct identity *who = &job->who;

	if (!who->change)
		return;
	if (setgroups(who->n_groups, who->groups))
		fail(job->page, STEP_GROUPS);
	if (setresgid(who->gid, who->gid, who->gid))
		fail(job->page, STEP_GID);
	if (setresuid(who->uid, who->uid, who->uid))
		fail(job->page, STEP_UID);
	if (who->name[0]) {
		setenv("USER", who->name, 1);
		setenv("LOGNAME", who->name, 1);
	}
	if (who->home[0])
		setenv("HOME", who->home, 1);
}

/*
 * A command inherits no handler, no mask and no descriptor of ours; descriptors close on exec.
 * glibc's sigaction() refuses its own two signals, 32 and 33,
 * which an ancestor may have left ignored; the system call does not. All zero
 * is SIG_DFL with no flags, whatever the architecture's struct sigaction.
 */
static void reset_signals(void)
{
	static const unsigned long dfl[8];
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, dfl, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void command_main(const struct keeper_job *job, pid_t keeper)
{
	struct launch_page *page = job->page;

	/* stdout first: its source may be the stderr we came with. */
	if (job->stdout_fd >= 0 && dup2(job->stdout_fd, STDOUT_FILENO) < 0)
		fail(page, STEP_STDIO);
	if (job->stderr_fd >= 0 && dup2(job->stderr_fd, STDERR_FILENO) < 0)
		fail(page, STEP_STDIO);
	if (job->close_fds)
		close_from(STDERR_FILENO + 1);
	while (page->go == GO_WAIT) {
		if (getppid() != keeper)
			_exit(127);
		page__wait(&page->go, GO_WAIT);
	}
	if (page->go != GO_EXEC)
		_exit(127);
	become(job);
	reset_signals();
	execvp(job->argv[0], job->argv);
	fail(page, STEP_EXEC);
}

/* Reaps what is dead. False when no child is left. */
static bool reap(struct launch_page *page, pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == command)
			page->status = status;
	}
	return pid == 0 || errno != ECHILD;
}

bool keeper__kill_all(struct launch_page *page, pid_t command)
{
	struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
	pid_t *pids = malloc(KILL_AT_ONCE * sizeof(*pids));
	int refused = 0;

	if (!pids)
		return false;
	/*
	 * If thousands of processes fork, the one that has to find them must not wait for its turn
	 * among them.
	 */
	setpriority(PRIO_PROCESS, 0, FIRST);
	/* Whatever forks meanwhile is found in the next round; orphans come to us. */
	while (reap(page, command) && refused < REFUSED_TRIES) {
		int n = ptree__descendants(getpid(), pids, KILL_AT_ONCE);
		int denied = 0;

		if (n > KILL_AT_ONCE)
			n = KILL_AT_ONCE;
		for (int i = 0; i < n; i++)
			denied += kill(pids[i], SIGKILL) && errno == EPERM;
		/* An unprivileged keeper cannot kill a set-user-ID program. */
		refused = n < 0 || (denied && denied == n) ? refused + 1 : 0;
		nanosleep(&pause, NULL);
	}
	free(pids);
	return refused < REFUSED_TRIES;
}

_Noreturn void keeper__main(const struct keeper_job *job)
{
	struct launch_page *page = job->page;
	bool told = false;
	sigset_t all, wanted;
	pid_t self = getpid(), command;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "ipctrace-keeper");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != job->parent)
		_exit(127);
	/*
	 * The keeper makes it, because the command's user may not. It lasts as long as it has a
	 * process.
	 */
	if (job->own_ipc && unshare(CLONE_NEWIPC))
		page->ipc_error = errno;

	command = fork();
	if (command == 0)
		command_main(job, self);
	if (command < 0) {
		page->error = errno;
		page->step = STEP_FORK;
		page__set(&page->pid, (__u32)-1);
		_exit(127);
	}
	/* A kill of the whole process group leaves the keeper to clean up. The command stays in
	 * the group, which has the terminal. */
	setpgid(0, 0);
	/* Holds no end of any pipe, and none of ipctrace's descriptors. */
	close_from(0);
	page__set(&page->pid, command);

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	while (!told && reap(page, command))
		told = sigwaitinfo(&wanted, NULL) == SIGTERM;
	if (told)
		page->survivors = !keeper__kill_all(page, command);
	_exit(0);
}
