// SPDX-License-Identifier: GPL-2.0
/* What every scenario needs besides its lesson: arguments, names of its processes, their order.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lesson.h"

#define SLEEP_TIMEOUT_S 60 /* for a machine fifty times slower than usual */

bool lesson_pace;
static unsigned long hold_ms = 300;

static _Noreturn void usage(const char *what, const char *word, const struct lesson_case *cases)
{
	fprintf(stderr, "%s: %s \"%s\"; usage: [CASE...] [--hold MS] [--pace lesson|quick], cases:",
		program_invocation_short_name, what, word);
	for (; cases->name; cases++)
		fprintf(stderr, " %s", cases->name);
	fputc('\n', stderr);
	exit(2);
}

/* As from a login shell, whatever started us. */
static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

static const struct lesson_case *find(const struct lesson_case *cases, const char *name)
{
	for (; cases->name; cases++)
		if (strcmp(cases->name, name) == 0)
			return cases;
	return NULL;
}

/* Takes an option and its value out of argv[i], argv[i + 1]. */
static void option(char **argv, int i, const struct lesson_case *cases)
{
	const char *value = argv[i + 1];
	char *end;

	if (strcmp(argv[i], "--hold") && strcmp(argv[i], "--pace"))
		usage("unknown option", argv[i], cases);
	if (!value)
		usage("a value is missing after", argv[i], cases);
	if (strcmp(argv[i], "--hold") == 0) {
		errno = 0;
		hold_ms = strtoul(value, &end, 10);
		if (errno || *end || *value < '0' || *value > '9' || hold_ms > 86400000)
			usage("not a number of milliseconds:", value, cases);
	} else {
		lesson_pace = strcmp(value, "lesson") == 0;
		if (!lesson_pace && strcmp(value, "quick"))
			usage("unknown pace", value, cases);
	}
}

int lesson_main(int argc, char **argv, const struct lesson_case *cases)
{
	const struct lesson_case *all = cases;
	int chosen = 0;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			option(argv, i++, all);
		else if (find(all, argv[i]))
			argv[1 + chosen++] = argv[i]; /* never ahead of i */
		else
			usage("unknown case", argv[i], all);
	}
	reset_signals();
	/* A line is out before a fork can copy it. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	for (int i = 0; i < chosen; i++)
		find(all, argv[1 + i])->run();
	for (; !chosen && cases->name; cases++) {
		printf("[%s]\n", cases->name);
		cases->run();
	}
	return 0;
}

static void sleep_ms(unsigned long ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (nanosleep(&t, &t) == -1 && errno == EINTR)
		;
}

void hold(void)
{
	sleep_ms(hold_ms);
}

void call_me(const char *role)
{
	prctl(PR_SET_NAME, role);
}

pid_t fork_as(const char *role)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == -1)
		die("fork");
	if (pid == 0) {
		call_me(role);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

/* Reads /proc/PID/NAME; false with errno if that may not be. */
static bool read_proc(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n != -1;
}

static bool sleeps_in(pid_t pid, const char *where)
{
	char function[64], names[64], *rest = names, *name;

	if (!read_proc(pid, "wchan", function, sizeof(function)))
		die("/proc/PID/wchan");
	snprintf(names, sizeof(names), "%s", where);
	while ((name = strsep(&rest, "|")))
		if (strstr(function, name))
			return true;
	return false;
}

/* fd: the first argument of the call that it sleeps in; ANY_FD: of whichever. */
#define ANY_FD -1

static bool sleeps_on(pid_t pid, int fd)
{
	char call[128];
	long nr;
	unsigned long first;

	/* Yama may forbid to look (kernel.yama.ptrace_scope 2 and 3): then where it sleeps must do. */
	if (fd == ANY_FD || !read_proc(pid, "syscall", call, sizeof(call)))
		return true;
	return sscanf(call, "%ld %lx", &nr, &first) == 2 && (int)first == fd;
}

static void wait_until(pid_t pid, const char *where, int fd)
{
	unsigned long waited = 0, ms = 0;

	/* Yields first and then ever longer sleeps: next to none of our own waits in a trace. */
	for (int tries = 0; !sleeps_in(pid, where) || !sleeps_on(pid, fd); tries++) {
		if (waited > SLEEP_TIMEOUT_S * 1000) {
			fprintf(stderr, "%s: process %d never slept in %s\n",
				program_invocation_short_name, pid, where);
			exit(1);
		}
		if (tries < 100) {
			sched_yield();
			continue;
		}
		ms = ms ? ms * 2 : 1;
		if (ms > 64)
			ms = 64;
		sleep_ms(ms);
		waited += ms;
	}
}

void wait_until_in(pid_t pid, const char *where)
{
	wait_until(pid, where, ANY_FD);
}

void wait_until_on(pid_t pid, const char *where, int fd)
{
	wait_until(pid, where, fd);
}

int reap(pid_t pid, int planned)
{
	int status;

	if (waitpid(pid, &status, 0) == -1)
		die("waitpid");
	if (status != planned) {
		fprintf(stderr, "%s: a process ended with wait status 0x%x, planned was 0x%x\n",
			program_invocation_short_name, status, planned);
		exit(1);
	}
	return status;
}

_Noreturn void die(const char *step)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, step, strerror(errno));
	exit(1);
}
