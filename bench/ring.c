/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measures what a record costs its processor, and what two processors cost each other. Prints ns a
 * record in the kernel's ring buffer and in our rings, as fast as possible and with other work in
 * between.
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

#include "kern/rings.h"

#include "ring.skel.h"

#define BATCH	2000 /* records; a ring holds 60 of them */
#define BATCHES 500
#define ROUNDS	9
#define CPUS	2

struct work { /* as in ring.bpf.c */
	__u32 records, ring, clocks;
};

struct ends {
	_Atomic unsigned long *consumed;
	const _Atomic unsigned long *produced;
};

struct writer {
	pthread_t thread;
	int cpu, prog;
	struct work work;
	struct ends ends;
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
		/* They are not read. */
		atomic_store(w->ends.consumed, atomic_load(w->ends.produced));
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

static struct ends map_ringbuf(int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumed = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *produced = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)page);

	if (consumed == MAP_FAILED || produced == MAP_FAILED)
		die("mmap");
	return (struct ends){consumed, produced};
}

static struct ring *load(void)
{
	struct ring_shape shape = rings__shape(16 << 20, CPUS);
	struct ring *skel = ring__open();

	if (!skel || rings__size_map(&shape, skel->maps.ring_pieces))
		die("open");
	memcpy((void *)&skel->rodata->ring_shape, &shape, sizeof(shape));
	if (ring__load(skel))
		die("load");
	return skel;
}

enum { ONE, OTHER, OURS, RINGS }; /* as in ring.bpf.c */

static const struct way {
	const char *name;
	int cpus;
	__u32 ring[CPUS]; /* of each processor's writer */
} ways[] = {
    {"ringbuf, one alone", 1, {ONE}},	      {"two, one ringbuf", 2, {ONE, ONE}},
    {"two, a ringbuf each", 2, {ONE, OTHER}}, {"ours, one alone", 1, {OURS}},
    {"ours, two", 2, {OURS, OURS}},
};

#define WAYS (sizeof(ways) / sizeof(*ways))

/* Each ring's ends, for each processor. */
static void find_ends(struct ends ends[RINGS][CPUS], struct ring *skel)
{
	struct ends one = map_ringbuf(bpf_map__fd(skel->maps.one));
	struct ends other = map_ringbuf(bpf_map__fd(skel->maps.other));

	for (int i = 0; i < CPUS; i++) {
		struct ring_ends *ours = &skel->bss->ring_ends[i];

		ends[ONE][i] = one;
		ends[OTHER][i] = other;
		ends[OURS][i] = (struct ends){(_Atomic unsigned long *)&ours->tail,
					      (const _Atomic unsigned long *)&ours->head};
	}
}

static double measure(const struct way *way, __u32 clocks, int prog, struct ends ends[RINGS][CPUS])
{
	struct writer w[CPUS] = {0};

	for (int i = 0; i < way->cpus; i++) {
		w[i].cpu = i;
		w[i].prog = prog;
		w[i].work = (struct work){BATCH, way->ring[i], clocks};
		w[i].ends = ends[way->ring[i]][i];
	}
	return run(w, way->cpus);
}

int main(void)
{
	struct ring *skel = load();
	int prog = bpf_program__fd(skel->progs.emit_batch);
	struct ends ends[RINGS][CPUS];

	find_ends(ends, skel);
	printf("medians of %d rounds, ns a record of 128 bytes\n%6s", ROUNDS, "clocks");
	for (size_t i = 0; i < WAYS; i++)
		printf(" %20s", ways[i].name);
	puts("");
	for (__u32 clocks = 0; clocks <= 32; clocks = clocks ? clocks * 2 : 8) {
		double ns[WAYS][ROUNDS];

		for (int r = 0; r < ROUNDS; r++)
			for (size_t i = 0; i < WAYS; i++)
				ns[i][r] = measure(&ways[i], clocks, prog, ends);
		printf("%6u", clocks);
		for (size_t i = 0; i < WAYS; i++) {
			qsort(ns[i], ROUNDS, sizeof(double), compare);
			printf(" %20.0f", ns[i][ROUNDS / 2]);
		}
		puts("");
	}
	for (int i = 0; i < RINGS; i++)
		if (skel->bss->full[i])
			printf("a ring was full: these figures are wrong\n");
	ring__destroy(skel);
	return 0;
}
