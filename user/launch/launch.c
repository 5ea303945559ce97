/* SPDX-License-Identifier: GPL-2.0 */
/* Starts the traced command below a keeper, as the user behind sudo, and follows it to its end. */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/keeper.h"
#include "launch/launch.h"
#include "lib/log.h"
#include "launch/ptree.h"
#include "lib/sudo_user.h"

#define SURVIVORS 1024 /* that are looked at */

struct launch {
	struct launch_page *page;
	pid_t keeper; /* 0: reaped */
	int pidfd;
	bool childless; /* ipctrace had no children of its own (an exec may leave it some) */
	int keeper_signal;
	bool left;
};

static const char *const step_names[] = {
    [STEP_NONE] = "",	      [STEP_FORK] = "fork",
    [STEP_STDIO] = "dup2",    [STEP_GROUPS] = "setgroups",
    [STEP_GID] = "setresgid", [STEP_UID] = "setresuid",
    [STEP_EXEC] = "exec",
};

/* Before any fork: the name service may open files and sockets. */
static int find_identity(struct identity *who, bool as_root)
{
	int n = sizeof(who->groups) / sizeof(who->groups[0]), rc;
	const char *name;
	struct passwd *pw;
	uid_t uid;
	gid_t gid;

	who->change = false;
	rc = as_root ? 0 : sudo_user__find(&uid, &gid, &name);
	if (rc < 0)
		log_error("%s is '%s', not a number; use --as-root to run the command as root",
			  name, getenv(name));
	if (rc <= 0)
		return rc;
	pw = getpwuid(uid);
	who->change = true;
	who->uid = uid;
	who->gid = gid;
	who->groups[0] = gid;
	who->n_groups = 1;
	if (!pw)
		return 0;
	snprintf(who->name, sizeof(who->name), "%s", pw->pw_name);
	snprintf(who->home, sizeof(who->home), "%s", pw->pw_dir);
	if (getgrouplist(pw->pw_name, gid, who->groups, &n) < 0)
		n = sizeof(who->groups) / sizeof(who->groups[0]);
	who->n_groups = n;
	return 0;
}

static int wait_keeper(struct launch *l, int options)
{
	int status = 0;
	pid_t pid;

	if (!l->keeper)
		return 0;
	do
		pid = waitpid(l->keeper, &status, options);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return -EAGAIN;
	l->keeper = 0;
	if (pid < 0 || !WIFSIGNALED(status))
		return 0;
	/* A keeper that was killed itself leaves its children to us. */
	l->keeper_signal = WTERMSIG(status);
	l->left = !l->childless || !keeper__kill_all(l->page, l->page->pid);
	return 0;
}

/* The keeper forks at once; what it forked, or why it could not, comes by the page. */
static int wait_command(struct launch *l)
{
	while (!l->page->pid) {
		if (!wait_keeper(l, WNOHANG))
			return -ECHILD;
		page__wait(&l->page->pid, 0);
	}
	return l->page->pid == (__u32)-1 ? -l->page->error : 0;
}

/* Once for all the cases of a scenario. */
static void tell_shared_ipc(int error)
{
	static bool told;

	if (!error || told)
		return;
	told = true;
	log_warn("no IPC namespace for the scenario (%s): its segments and semaphores are in this "
		 "system's, and may stay there if it is killed",
		 strerror(error));
}

struct launch *launch__new(const struct launch_opts *opts)
{
	struct keeper_job job = {
	    .argv = opts->argv,
	    .stdout_fd = opts->stdout_fd,
	    .stderr_fd = opts->stderr_fd,
	    .close_fds = opts->close_fds,
	    .own_ipc = opts->own_ipc,
	    .parent = getpid(),
	};
	struct launch *l = calloc(1, sizeof(*l));
	siginfo_t child;
	int err;

	if (!l) {
		log_error("cannot start a process: %s", strerror(ENOMEM));
		return NULL;
	}
	l->pidfd = -1;
	l->page =
	    mmap(NULL, sizeof(*l->page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	err = l->page == MAP_FAILED ? -errno : 0;
	if (err)
		goto out;
	err = find_identity(&job.who, opts->as_root);
	if (err)
		goto told;
	job.page = l->page;
	l->childless = waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) && errno == ECHILD;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_DFL);
	l->keeper = fork();
	if (l->keeper == 0)
		keeper__main(&job);
	if (l->keeper < 0) {
		err = -errno;
		l->keeper = 0;
		goto out;
	}
	l->pidfd = pidfd_open(l->keeper, 0);
	err = l->pidfd < 0 ? -errno : wait_command(l);
	if (!err) {
		tell_shared_ipc(l->page->ipc_error);
		return l;
	}
out:
	log_error("cannot start a process: %s", strerror(-err));
told:
	launch__free(l);
	errno = -err;
	return NULL;
}

pid_t launch__pid(const struct launch *l)
{
	return l->page->pid;
}

int launch__go(struct launch *l)
{
	page__set(&l->page->go, GO_EXEC);
	return 0;
}

int launch__fd(const struct launch *l)
{
	return l->pidfd;
}

void launch__sweep(struct launch *l)
{
	wait_keeper(l, WNOHANG);
}

void launch__kill(struct launch *l)
{
	if (l->keeper)
		kill(l->keeper, SIGTERM);
}

size_t launch__survivors(const struct launch *l, char *buf, size_t size)
{
	pid_t pids[SURVIVORS];
	int n = l->keeper ? ptree__descendants(l->keeper, pids, SURVIVORS) : 0;
	size_t used = 0;
	int left = n > SURVIVORS ? n - SURVIVORS : 0;
	bool cut = n > SURVIVORS;

	buf[0] = '\0';
	for (int i = 0; i < n && i < SURVIVORS; i++) {
		char one[160];

		/* Some of those that were there a moment ago may be gone. */
		if (!ptree__describe(pids[i], one, sizeof(one)))
			continue;
		left++;
		cut |= used + strlen(one) + sizeof(", , ...") > size;
		if (!cut)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
						 one);
	}
	if (cut)
		snprintf(buf + used, size - used, "%s", used ? ", ..." : "many that come and go");
	return left;
}

int launch__result(struct launch *l, struct launch_result *res)
{
	int rc = wait_keeper(l, 0);
	struct launch_page *page = l->page;

	*res = (struct launch_result){
	    .started = page->go == GO_EXEC && page->step == STEP_NONE,
	    .error = page->error,
	    .step = step_names[page->step],
	    .status = page->status,
	    .keeper_signal = l->keeper_signal,
	    .left = l->left,
	};
	return rc;
}

void launch__free(struct launch *l)
{
	if (!l)
		return;
	if (l->keeper) {
		struct pollfd gone = {.fd = l->pidfd, .events = POLLIN};

		page__set(&l->page->go, GO_ABORT);
		launch__kill(l);
		/* What cannot be killed (asleep in the kernel) stays the keeper's. */
		poll(&gone, 1, 2000);
		wait_keeper(l, WNOHANG);
	}
	if (l->pidfd >= 0)
		close(l->pidfd);
	if (l->page != MAP_FAILED)
		munmap(l->page, sizeof(*l->page));
	free(l);
}
