/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What two processors that write into one ring buffer cost each other: prints ns a record for one
 * alone, two into one ring, two into a ring each; as fast as they can, and with work between.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ring.skel.h"

#define BATCH	2000 /* records; a ring holds 60 of them */
#define BATCHES 500
#define ROUNDS	9
#define CPUS	2

struct work { /* as in ring.bpf.c */
	__u32 records, other, clocks;
};

struct writer {
	pthread_t thread;
	int cpu, prog;
	struct work work;
	_Atomic unsigned long *consumed;
	const _Atomic unsigned long *produced;
	double ns; /* a record */
};

static pthread_barrier_t start;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void *write_records(void *arg)
{
	struct writer *w = arg;
	char packet[14 + sizeof(w->work)] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));
	cpu_set_t set;
	double began;

	memcpy(packet + 14, &w->work, sizeof(w->work));
	CPU_ZERO(&set);
	CPU_SET(w->cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	pthread_barrier_wait(&start);
	began = now();
	for (int i = 0; i < BATCHES; i++) {
		if (bpf_prog_test_run_opts(w->prog, &opts))
			die("BPF_PROG_TEST_RUN");
		/* Nobody reads them. */
		atomic_store(w->consumed, atomic_load(w->produced));
	}
	w->ns = (now() - began) / BATCHES / BATCH;
	return NULL;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The mean of the writers' ns a record. */
static double run(struct writer *w, int n)
{
	double sum = 0;

	pthread_barrier_init(&start, NULL, (unsigned int)n);
	for (int i = 0; i < n; i++)
		if (pthread_create(&w[i].thread, NULL, write_records, &w[i]))
			die("pthread_create");
	for (int i = 0; i < n; i++) {
		pthread_join(w[i].thread, NULL);
		sum += w[i].ns;
	}
	pthread_barrier_destroy(&start);
	return sum / n;
}

int main(void)
{
	struct ring *skel = ring__open_and_load();
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	_Atomic unsigned long *consumed[CPUS];
	const _Atomic unsigned long *produced[CPUS];
	int fds[CPUS];

	if (!skel)
		die("load");
	fds[0] = bpf_map__fd(skel->maps.one);
	fds[1] = bpf_map__fd(skel->maps.other);
	for (int i = 0; i < CPUS; i++) {
		consumed[i] = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
		produced[i] = mmap(NULL, page, PROT_READ, MAP_SHARED, fds[i], (off_t)page);
		if (consumed[i] == MAP_FAILED || produced[i] == MAP_FAILED)
			die("mmap");
	}
	printf("medians of %d rounds, ns a record of 128 bytes\n", ROUNDS);
	printf("%8s %10s %14s %15s\n", "clocks", "one alone", "two, one ring", "two, two rings");
	for (__u32 clocks = 0; clocks <= 32; clocks = clocks ? clocks * 2 : 8) {
		double ns[3][ROUNDS];

		for (int r = 0; r < ROUNDS; r++) {
			for (int way = 0; way < 3; way++) {
				struct writer w[CPUS] = {0};

				for (int i = 0; i < CPUS; i++) {
					int ring = way == 2 ? i : 0;

					w[i] = (struct writer){
					    .cpu = i,
					    .prog = bpf_program__fd(skel->progs.emit_batch),
					    .work = {BATCH, (__u32)ring, clocks},
					    .consumed = consumed[ring],
					    .produced = produced[ring],
					};
				}
				ns[way][r] = run(w, way ? CPUS : 1);
			}
		}
		for (int way = 0; way < 3; way++)
			qsort(ns[way], ROUNDS, sizeof(double), compare);
		printf("%8u %10.0f %14.0f %15.0f\n", clocks, ns[0][ROUNDS / 2], ns[1][ROUNDS / 2],
		       ns[2][ROUNDS / 2]);
	}
	if (skel->bss->full[0] || skel->bss->full[1])
		printf("a ring was full: these figures are wrong\n");
	ring__destroy(skel);
	return 0;
}
