/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the keeper with real processes: start, status, descriptors, identity, and that nothing
 * survives. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "launch/launch.h"
#include "launch/ptree.h"

static char printed[4096];
static bool close_fds = true, own_ipc;

static struct launch *start(const char *script, int out)
{
	char *argv[] = {"sh", "-c", (char *)script, NULL};
	struct launch_opts opts = {.argv = argv,
				   .stdout_fd = out,
				   .close_fds = close_fds,
				   .own_ipc = own_ipc,
				   .stderr_fd = -1};
	struct launch *l = launch__new(&opts);

	assert_non_null(l);
	return l;
}

static bool gone(struct launch *l, int ms)
{
	struct pollfd fd = {.fd = launch__fd(l), .events = POLLIN};

	return poll(&fd, 1, ms) == 1;
}

/* Runs a script to its end; its output is in printed. */
static int run(const char *script)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	struct launch *l = start(script, out);
	struct launch_result res;
	ssize_t n;

	launch__go(l);
	assert_true(gone(l, 10000));
	assert_int_equal(launch__result(l, &res), 0);
	assert_true(res.started);
	assert_int_equal(res.keeper_signal, 0);
	launch__free(l);
	n = pread(out, printed, sizeof(printed) - 1, 0);
	printed[n > 0 ? n : 0] = '\0';
	close(out);
	return res.status;
}

static void statuses(void **state)
{
	assert_int_equal(WEXITSTATUS(run("exit 7")), 7);
	assert_int_equal(WTERMSIG(run("kill -PIPE $$")), SIGPIPE);
	/* Its own status, not that of whatever ends last. */
	assert_int_equal(WEXITSTATUS(run("(sleep 0.2; exit 3) & exit 4")), 4);
}

static void waits_for_go(void **state)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	struct launch *l = start("echo ran", out);
	char text[64];

	assert_true(launch__pid(l) > 0);
	assert_int_equal(kill(launch__pid(l), 0), 0);
	assert_false(gone(l, 100));
	assert_int_equal(lseek(out, 0, SEEK_END), 0);
	snprintf(text, sizeof(text), "/proc/%d/task", launch__pid(l));
	launch__free(l);
	/* Never told to go: never ran, and not left behind. */
	assert_int_equal(lseek(out, 0, SEEK_END), 0);
	assert_int_equal(access(text, F_OK), -1);
	close(out);
}

static void exec_fails(void **state)
{
	char *argv[] = {"/nonexistent/program", NULL};
	struct launch_opts opts = {.argv = argv, .stdout_fd = -1, .stderr_fd = -1};
	struct launch *l = launch__new(&opts);
	struct launch_result res;

	assert_non_null(l);
	launch__go(l);
	assert_true(gone(l, 5000));
	assert_int_equal(launch__result(l, &res), 0);
	assert_false(res.started);
	assert_int_equal(res.error, ENOENT);
	assert_string_equal(res.step, "exec");
	launch__free(l);
}

/* glibc keeps 32 and 33 to itself: only the system call can ignore them. */
enum { GLIBC_SIGNAL = 33 };

static void raw_disposition(int sig, void (*handler)(int))
{
	const struct {
		void (*handler)(int);
		unsigned long rest[7];
	} act = {.handler = handler};

	assert_int_equal(syscall(SYS_rt_sigaction, sig, &act, NULL, NSIG / 8), 0);
}

/* Nothing of ours leaks in: descriptors, mask, dispositions. */
static void clean_start(void **state)
{
	int leak = open("/dev/null", O_RDONLY);
	sigset_t all, old;
	char script[64];

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	signal(SIGPIPE, SIG_IGN);
	raw_disposition(GLIBC_SIGNAL, SIG_IGN);
	run("exec grep -E '^Sig(Blk|Ign)' /proc/self/status");
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	raw_disposition(GLIBC_SIGNAL, SIG_DFL);
	assert_string_equal(printed, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	run("exec ls /proc/self/fd"); /* 3 is the directory that it reads */
	assert_string_equal(printed, "0\n1\n2\n3\n");

	/* What the caller gave stays, unless it is to start clean. */
	close_fds = false;
	snprintf(script, sizeof(script), "test /proc/$$/fd/%d -ef /dev/null && echo kept", leak);
	run(script);
	close_fds = true;
	close(leak);
	assert_string_equal(printed, "kept\n");
}

static size_t survivors(struct launch *l, size_t wanted, char *who, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < 100 && (n = launch__survivors(l, who, size)) != wanted; i++)
		usleep(20000);
	return n;
}

static void kill_finds_all(void **state)
{
	struct launch *l = start(
	    "trap '' TERM INT HUP; (setsid sh -c 'sleep 97 & sleep 97' &); sleep 97 & wait", 2);
	char who[256];
	struct launch_result res;

	launch__go(l);
	/* sh, the setsid shell and its two sleeps, the other sleep: one of the shells may become
	 * its sleep. */
	for (int i = 0; i < 100 && launch__survivors(l, who, sizeof(who)) < 4; i++)
		usleep(20000);
	assert_non_null(strstr(who, "sleep ("));
	launch__kill(l);
	assert_true(gone(l, 5000));
	assert_int_equal(launch__result(l, &res), 0);
	assert_int_equal(WTERMSIG(res.status), SIGKILL);
	assert_int_equal(survivors(l, 0, who, sizeof(who)), 0);
	launch__free(l);
}

/* An ipctrace that is killed with SIGKILL leaves nothing. */
static void parent_killed(void **state)
{
	pid_t *command =
	    mmap(NULL, sizeof(*command), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = fork(), pid;
	int status, reaped = 0;
	char who[64];

	assert_true(parent >= 0);
	if (parent == 0) {
		struct launch *l = start("trap '' TERM; setsid sleep 96 & sleep 96 & wait", 2);
		char sleepers[256];

		launch__go(l);
		survivors(l, 3, sleepers, sizeof(sleepers));
		*command = launch__pid(l);
		pause();
		_exit(0);
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < 200 && !*command; i++)
		usleep(20000);
	assert_true(*command > 0);
	kill(parent, SIGKILL);
	/* The keeper comes to us; when it and ours are reaped, no child may be left. */
	for (int i = 0; i < 250; i++) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid < 0)
			break;
		reaped += pid > 0;
		usleep(20000);
	}
	assert_int_equal(pid, -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(reaped, 2);
	assert_int_equal(kill(*command, 0), -1);
	assert_int_equal(ptree__describe(*command, who, sizeof(who)), 0);
	munmap(command, sizeof(*command));
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* What kills a whole process group spares the keeper; the command stays in the terminal's. */
static void keeper_in_a_group_of_its_own(void **state)
{
	struct launch *l = start("exec sleep 94", 2);
	pid_t command = launch__pid(l), keeper = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", command);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_int_equal(sscanf(strrchr(line, ')'), ") %*c %d", &keeper), 1);
	assert_int_equal(getpgid(command), getpgrp());
	assert_int_equal(getpgid(keeper), keeper);
	assert_int_equal(getsid(keeper), getsid(0));
	launch__free(l);
}

/* A keeper that is killed is told of, and what it left is killed, even after the command ended. */
static void keeper_killed(void **state)
{
	static const char *const scripts[] = {
	    "kill -KILL $PPID; sleep 95",
	    "keeper=$PPID; (sleep 0.3; kill -KILL $keeper; exec sleep 95) & exit 3",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct launch *l = start(scripts[i], 2);
		struct launch_result res;
		siginfo_t child;

		launch__go(l);
		assert_true(gone(l, 10000));
		launch__sweep(l);
		/* Neither the keeper nor its processes. */
		assert_int_equal(waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT), -1);
		assert_int_equal(errno, ECHILD);
		assert_int_equal(launch__result(l, &res), 0);
		assert_true(res.started);
		assert_int_equal(res.keeper_signal, SIGKILL);
		assert_false(res.left);
		assert_int_equal(i ? WEXITSTATUS(res.status) : WTERMSIG(res.status),
				 i ? 3 : SIGKILL);
		launch__free(l);
	}
}

static void sudo_user(void **state)
{
	if (geteuid() != 0) {
		print_message("not root: cannot become another user\n");
		skip();
	}
	setenv("SUDO_UID", "65534", 1);
	setenv("SUDO_GID", "65534", 1);
	run("id -u; id -g; id -G; grep CapEff /proc/self/status");
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	assert_string_equal(printed, "65534\n65534\n65534\nCapEff:\t0000000000000000\n");
}

/* A namespace of its own if that is asked for; the segment is gone with it. */
static void ipc_namespace(void **state)
{
	char here[64];
	ssize_t n = readlink("/proc/self/ns/ipc", here, sizeof(here) - 2);

	if (geteuid() != 0)
		skip();
	assert_true(n > 0);
	here[n] = '\n';
	here[n + 1] = '\0';
	run("readlink /proc/self/ns/ipc");
	assert_string_equal(printed, here);
	own_ipc = true;
	run("readlink /proc/self/ns/ipc");
	own_ipc = false;
	assert_string_not_equal(printed, here);
	assert_memory_equal(printed, "ipc:[", 5);
}

static void sudo_junk(void **state)
{
	char *argv[] = {"true", NULL};
	struct launch_opts opts = {.argv = argv, .stdout_fd = -1, .stderr_fd = -1};
	static const char *const junk[] = {"", "x", "-1", "1000x", "4294967295", " 5"};

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		setenv("SUDO_UID", junk[i], 1);
		assert_null(launch__new(&opts));
		assert_int_equal(errno, EINVAL);
	}
	unsetenv("SUDO_UID");
}

static void stopped_is_every_thread_at_a_stop(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (!pid)
		for (;;)
			pause();
	assert_true(pid > 0);
	assert_false(ptree__stopped(pid));
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	assert_true(ptree__stopped(pid));
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, NULL, WCONTINUED), pid);
	assert_false(ptree__stopped(pid));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* Gone: no task waits for it. */
	assert_true(ptree__stopped(pid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(waits_for_go),
	    cmocka_unit_test(exec_fails),
	    cmocka_unit_test(clean_start),
	    cmocka_unit_test(kill_finds_all),
	    cmocka_unit_test(parent_killed),
	    cmocka_unit_test(keeper_in_a_group_of_its_own),
	    cmocka_unit_test(keeper_killed),
	    cmocka_unit_test(sudo_user),
	    cmocka_unit_test(ipc_namespace),
	    cmocka_unit_test(sudo_junk),
	    cmocka_unit_test(stopped_is_every_thread_at_a_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
