// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.2: "the fastest IPC". A pipe, a unix socket and a segment carry the same bytes.
 *
 * bulk   32 MiB in pieces of 64 KiB, from a producer that makes them to a consumer that reads each:
 *        the kernel copies them in and out, or nobody copies them
 * small  one byte there and one byte back, 200 times: nothing to copy, all of it is waiting for the
 *        other one, and that costs in a segment what it costs in a pipe
 *
 * The comparison is printed as ratios: the speed, and how often the two had to sleep for each
 * other, which happens with each way of carrying the bytes.
 *
 * A segment does not tell when there is data in it. Here two POSIX semaphores in it do so for each
 * direction: how many slots are full, how many are free.
 */
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lesson.h"
#include "sysv.h"

#define PIECE  (64 * 1024)
#define PIECES 512
#define SLOTS  16 /* a pipe's capacity is one piece, a segment's is as large as one likes */
#define TRIPS  200

enum { THERE, BACK };

struct way {
	const char *name, *producer, *consumer;
	void (*open)(void);
	/* Where the next message is made, and its sending; its coming, and when it has been read. */
	char *(*space)(int direction);
	void (*send)(int direction, size_t size);
	char *(*receive)(int direction, size_t size);
	void (*done)(int direction);
	void (*close)(void);
};

static size_t copied; /* by this process's system calls */

/* --- a pipe in each direction, or a pair of sockets: the kernel copies --------------------------
 */

static int in[2], out[2];
static char piece[PIECE];

static void open_pipes(void)
{
	for (int direction = THERE; direction <= BACK; direction++) {
		int fd[2];

		if (pipe(fd) == -1)
			die("pipe");
		in[direction] = fd[0];
		out[direction] = fd[1];
	}
}

static void open_sockets(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		die("socketpair");
	out[THERE] = in[BACK] = fd[0];
	in[THERE] = out[BACK] = fd[1];
}

static char *space_own(int direction)
{
	return piece;
}

static void send_write(int direction, size_t size)
{
	for (size_t sent = 0; sent < size;) {
		ssize_t n = write(out[direction], piece + sent, size - sent);

		if (n == -1)
			die("write");
		sent += n;
		copied += n;
	}
}

static char *receive_read(int direction, size_t size)
{
	for (size_t got = 0; got < size;) {
		ssize_t n = read(in[direction], piece + got, size - got);

		if (n <= 0)
			die("read");
		got += n;
		copied += n;
	}
	return piece;
}

static void done_nothing(int direction)
{
}

static void close_fds(void)
{
	for (int direction = THERE; direction <= BACK; direction++) {
		close(in[direction]);
		if (out[direction] != in[!direction])
			close(out[direction]);
	}
}

/* --- a segment: nobody copies -------------------------------------------------------------------
 */

struct ring {
	sem_t full, free;
	char slot[SLOTS][PIECE];
};
static struct ring *ring;
static int ring_id;
static unsigned int sent[2], received[2];

static void open_segment(void)
{
	/* The name of a key is not needed: the attaches are inherited. */
	ring_id = new_segment(IPC_PRIVATE, 2 * sizeof(*ring), 0600);
	ring = attach(ring_id, 0);
	remove_segment(ring_id);
	for (int direction = THERE; direction <= BACK; direction++) {
		sem_init(&ring[direction].full, 1, 0);
		sem_init(&ring[direction].free, 1, SLOTS);
		sent[direction] = received[direction] = 0;
	}
}

static char *space_slot(int direction)
{
	sem_wait(&ring[direction].free);
	return ring[direction].slot[sent[direction] % SLOTS];
}

static void send_slot(int direction, size_t size)
{
	sent[direction]++;
	sem_post(&ring[direction].full);
}

static char *receive_slot(int direction, size_t size)
{
	sem_wait(&ring[direction].full);
	return ring[direction].slot[received[direction] % SLOTS];
}

static void done_slot(int direction)
{
	received[direction]++;
	sem_post(&ring[direction].free);
}

static void close_segment(void)
{
	detach(ring);
}

/* --- what they are compared by ------------------------------------------------------------------
 */

static const struct way ways[] = {
    {"pipe", "pipe-producer", "pipe-consumer", open_pipes, space_own, send_write, receive_read,
     done_nothing, close_fds},
    {"unix socket", "sock-producer", "sock-consumer", open_sockets, space_own, send_write,
     receive_read, done_nothing, close_fds},
    {"segment", "shm-producer", "shm-consumer", open_segment, space_slot, send_slot, receive_slot,
     done_slot, close_segment},
};
#define N_WAYS (int)(sizeof(ways) / sizeof(ways[0]))

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t sum(const char *data)
{
	const uint64_t *word = (const uint64_t *)data;
	uint64_t total = 0;

	for (size_t i = 0; i < PIECE / sizeof(*word); i++)
		total += word[i];
	return total;
}

static void produce(const struct way *w)
{
	for (int i = 0; i < PIECES; i++) {
		memset(w->space(THERE), i, PIECE);
		w->send(THERE, PIECE);
	}
	printf("%s: %zu MiB copied into the kernel\n", w->producer, copied >> 20);
}

/* In the first piece's time the other one has still to begin: it is not counted. */
static double consume(const struct way *w)
{
	double start = 0;

	for (int i = 0; i < PIECES; i++) {
		uint64_t want = PIECE / 8 * (0x0101010101010101ULL * (i & 0xff));

		if (sum(w->receive(THERE, PIECE)) != want)
			exit(1);
		w->done(THERE);
		if (i == 0)
			start = now_s();
	}
	start = now_s() - start;
	printf("%s: %zu MiB copied out of the kernel\n", w->consumer, copied >> 20);
	return start;
}

static void ask(const struct way *w)
{
	for (int i = 0; i < TRIPS; i++) {
		*w->space(THERE) = i;
		w->send(THERE, 1);
		if (*w->receive(BACK, 1) != (char)i)
			exit(1);
		w->done(BACK);
	}
}

static double answer(const struct way *w)
{
	double start = now_s();

	for (int i = 0; i < TRIPS; i++) {
		char c = *w->receive(THERE, 1);

		w->done(THERE);
		*w->space(BACK) = c;
		w->send(BACK, 1);
	}
	return now_s() - start;
}

struct result {
	double seconds;
	long sleeps; /* of both */
};

static long sleeps(void)
{
	struct rusage self, children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return self.ru_nvcsw + children.ru_nvcsw;
}

static struct result run_way(const struct way *w, void (*produces)(const struct way *w),
			     double (*consumes)(const struct way *w))
{
	struct result r = {.sleeps = -sleeps()};

	call_me(w->consumer);
	copied = 0;
	w->open();
	pid_t producer = fork_as(w->producer);
	if (producer == 0) {
		produces(w);
		exit(0);
	}
	r.seconds = consumes(w);
	reap(producer, 0);
	r.sleeps += sleeps();
	w->close();
	return r;
}

static void bulk(void)
{
	struct result r[N_WAYS];

	for (int i = 0; i < N_WAYS; i++)
		r[i] = run_way(&ways[i], produce, consume);
	for (int i = 0; i < N_WAYS; i++)
		printf("%-11s %5.1f GB/s, %.2f times the pipe's speed, %ld sleeps\n", ways[i].name,
		       (PIECES - 1.0) * PIECE / r[i].seconds / 1e9, r[0].seconds / r[i].seconds,
		       r[i].sleeps);
}

static void small(void)
{
	struct result r[N_WAYS];

	for (int i = 0; i < N_WAYS; i++)
		r[i] = run_way(&ways[i], ask, answer);
	for (int i = 0; i < N_WAYS; i++)
		printf("%-11s %5.1f us there and back, %.2f times the pipe's speed, %ld sleeps\n",
		       ways[i].name, r[i].seconds / TRIPS * 1e6, r[0].seconds / r[i].seconds,
		       r[i].sleeps);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"bulk", bulk}, {"small", small}, {0}};

	return lesson_main(argc, argv, cases);
}
