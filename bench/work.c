/* SPDX-License-Identifier: GPL-2.0 */
/* The work that is measured. Prints the ns that one round took, and those of processor time; or what a request took. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "work.h"

void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* In ns, with that of the children that were waited for. On a busy machine it is steadier. */
static double processor_time(void)
{
	double sum = 0;

	for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
		struct rusage used;

		getrusage(who, &used);
		sum += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 +
		       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3;
	}
	return sum;
}

void check(int failed, const char *what)
{
	if (!failed)
		return;
	perror(what);
	exit(1);
}

/* A system call that does nothing. */
static void getppid_loop(long n)
{
	for (long i = 0; i < n; i++)
		getppid();
}

/* One byte there and back, both on one CPU: two sleeps and two wakeups a round. */
static void pingpong(long n)
{
	int there[2], back[2];
	char c = 0;

	check(pipe(there) || pipe(back), "pipe");
	pin(0);
	if (!fork()) {
		for (long i = 0; i < n; i++)
			check(read(there[0], &c, 1) != 1 || write(back[1], &c, 1) != 1, "pong");
		_exit(0);
	}
	for (long i = 0; i < n; i++)
		check(write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1, "ping");
	wait(NULL);
}

/* 4 KiB writes, read as they come, on two CPUs. */
static void stream(long n)
{
	static char buf[4096];
	int fd[2];

	check(pipe(fd), "pipe");
	if (!fork()) {
		pin(1);
		close(fd[1]);
		while (read(fd[0], buf, sizeof(buf)) > 0)
			;
		_exit(0);
	}
	pin(0);
	close(fd[0]);
	for (long i = 0; i < n; i++)
		check(write(fd[1], buf, sizeof(buf)) != sizeof(buf), "write");
	close(fd[1]);
	wait(NULL);
}

/* n rounds in all, dealt to PAIRS pairs of processes that play ping-pong side by side. */
static void pairs(long n)
{
	const char *word = getenv("PAIRS");
	long count = word ? atol(word) : 1;

	for (long p = 0; p < count; p++) {
		if (fork())
			continue;
		pingpong(n / count);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(long);
		int tells; /* its figures itself */
	} works[] = {{"getppid", getppid_loop, 0},
		     {"pingpong", pingpong, 0},
		     {"stream", stream, 0},
		     {"pairs", pairs, 0},
		     {"unix-pingpong", unix_pingpong, 0},
		     {"unix-stream", unix_stream, 0},
		     {"unix-load", unix_load, 1},
		     {"tcp-pingpong", tcp_pingpong, 0},
		     {"tcp-stream", tcp_stream, 0},
		     {"tcp-load", tcp_load, 1}};
	long n = argc == 3 ? atol(argv[2]) : 0;
	double start, used;

	for (size_t i = 0; n > 0 && i < sizeof(works) / sizeof(*works); i++) {
		if (strcmp(argv[1], works[i].name) != 0)
			continue;
		start = now();
		used = processor_time();
		works[i].fn(n);
		if (!works[i].tells)
			fprintf(stderr, "%.1f\ncpu %.1f\n", (now() - start) / (double)n,
				(processor_time() - used) / (double)n);
		return 0;
	}
	fprintf(stderr,
		"usage: work getppid|pingpong|stream|pairs|{unix,tcp}-{pingpong,stream,load}"
		" ROUNDS\n");
	return 2;
}
