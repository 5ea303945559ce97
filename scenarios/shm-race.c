// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.4: "this program is not safe". Two processes change one word without a lock.
 *
 * spin       both add 1, again and again, on two processors if there are two: updates are lost, by
 *            nothing but the speed of the machine. Repeated until it happens
 * yield      the same on one processor, and each gives it to the other between its load and its
 *            store: nearly every second update is lost
 * both-zero  the lesson's own example: both find `written` 0 before either sets it, and both write.
 *            Signals hold them in step, so that it happens each time
 * minus-one  the lesson's other one: both find it 1, both read the text and count down
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"
#include "together.h"

#define TIMES  500 /* each load and store costs a trap when the word is watched */
#define ROUNDS 50

struct shared {
	struct shared_use_st data;
	_Alignas(64) atomic_int ready, finished; /* in another cache line than written */
	int last[2];				 /* what each writer has stored last */
	int rounds;
};

static struct shared *shared;

static int make_shared(void)
{
	int id = new_segment(LESSON_KEY, sizeof(*shared), 0600);

	shared = attach(id, 0);
	return id;
}

/* Without a lock this is two steps, whatever the source says; out of line, so that each is one
 * instruction at one place. */
static __attribute__((noinline)) int add_one(bool yield)
{
	int seen = shared->data.written;

	if (yield)
		sched_yield();
	shared->data.written = seen + 1;
	return seen + 1;
}

/* Both have loaded before either stores, and stored before either goes on: one of the two is lost. */
static __attribute__((noinline)) void add_one_together(void)
{
	int seen = shared->data.written;

	meet(&shared->ready, 2);
	shared->data.written = seen + 1;
	meet(&shared->ready, 2);
}

/* What it stored last. */
static int count(bool yield)
{
	int i = 0, last = 0;

	meet(&shared->ready, 2);
	if (yield) {
		add_one_together();
		i++;
	}
	for (; i < TIMES; i++)
		last = add_one(yield);
	return last;
}

static void print_lost(int rounds)
{
	int wanted = 2 * TIMES * rounds, got = shared->data.written;

	printf("added %d times in %d round%s, written is %d: %d lost\n", wanted, rounds,
	       rounds == 1 ? "" : "s", got, wanted - got);
}

/*
 * Until not all that was added is in the word: if it is, one of the two has stored the whole sum. Nobody
 * looks at the word for that, so that each load is of one store.
 */
static int count_until_lost(int me)
{
	int rounds = 0, *last = shared->last;
	bool all;

	do {
		last[me] = count(false);
		rounds++;
		meet(&shared->finished, 2);
		all = last[0] == 2 * TIMES * rounds || last[1] == 2 * TIMES * rounds;
		meet(&shared->finished, 2);
	} while (all && rounds < ROUNDS);
	return rounds;
}

static void spin(void)
{
	call_me("parent");
	int id = make_shared();
	pid_t second = fork_as("writer-2");
	if (second == 0) {
		pin(1);
		count_until_lost(1);
		exit(0);
	}
	pid_t first = fork_as("writer");
	if (first == 0) {
		if (pin(0) == 1)
			printf("there is one processor: only a preemption can lose an update\n");
		shared->rounds = count_until_lost(0);
		exit(0);
	}
	reap(first, 0);
	reap(second, 0);
	print_lost(shared->rounds);
	remove_segment(id);
}

static pid_t fork_yielding(const char *role)
{
	pid_t pid = fork_as(role);

	if (pid)
		return pid;
	pin(0);
	count(true);
	exit(0);
}

static void yield(void)
{
	call_me("parent");
	int id = make_shared();
	pid_t first = fork_yielding("writer"), second = fork_yielding("writer-2");
	reap(first, 0);
	reap(second, 0);
	print_lost(1);
	remove_segment(id);
}

static pid_t fork_stepping(const char *role, void (*steps)(const char *role))
{
	pid_t pid = fork_as(role);

	if (pid)
		return pid;
	steps(role);
	exit(0);
}

/* Both have looked before either goes on; then one after the other. */
static void in_step(void (*steps)(const char *role), const char *one, const char *two)
{
	pid_t first = fork_stepping(one, steps), second = fork_stepping(two, steps);

	wait_until_in(first, "sigtimedwait");
	wait_until_in(second, "sigtimedwait");
	go(first);
	reap(first, 0);
	go(second);
	reap(second, 0);
}

/* Byte by byte: an emulator takes strcpy's vectors for stores of the watched word beside them. */
static void put_text(const char *text)
{
	size_t i = 0;

	do
		shared->data.text[i] = text[i];
	while (text[i++]);
}

static void write_if_zero(const char *role)
{
	if (shared->data.written != 0)
		exit(1);
	wait_for_go();
	printf("%s has seen written == 0, and writes\n", role);
	put_text(role);
	shared->data.written = 1;
}

static void both_zero(void)
{
	call_me("parent");
	int id = make_shared();
	in_step(write_if_zero, "writer", "writer-2");
	printf("two messages were written, the text is: %s\n", shared->data.text);
	remove_segment(id);
}

static void read_if_one(const char *role)
{
	if (shared->data.written != 1)
		exit(1);
	wait_for_go();
	printf("%s has seen written == 1, and reads: %s\n", role, shared->data.text);
	shared->data.written--;
}

static void minus_one(void)
{
	call_me("writer");
	int id = make_shared();
	strcpy(shared->data.text, "for one of you");
	shared->data.written = 1;
	in_step(read_if_one, "reader", "reader-2");
	printf("one message was read twice, written is %d\n", shared->data.written);
	remove_segment(id);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"spin", spin},
						   {"yield", yield},
						   {"both-zero", both_zero},
						   {"minus-one", minus_one},
						   {0}};

	return lesson_main(argc, argv, cases);
}
