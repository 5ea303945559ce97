// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.4, 2.5: the race of shm-race, guarded by a SysV semaphore of value 1.
 *
 * guarded  each adds 1 between semop -1 and semop +1, and even gives its processor away in between:
 *          nothing is lost, the other one sleeps meanwhile
 * undo     the holder dies of SIGKILL, and SEM_UNDO gives back what it had taken
 * stuck    the same without SEM_UNDO: the next process sleeps for ever, here for --hold MS
 * removed  the set is removed while somebody sleeps on it: EIDRM
 * nowait   IPC_NOWAIT gets EAGAIN at once; a wait with a timeout gets it later
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"
#include "together.h"

#define TIMES 100

static int set; /* of one semaphore */

static void make_set(int value)
{
	union {
		int val;
	} arg = {value};

	set = new_semaphores(LESSON_KEY, 1, 0600);
	if (semctl(set, 0, SETVAL, arg) == -1)
		die("SETVAL");
}

static int change(int by, int flags)
{
	struct sembuf op = {.sem_op = by, .sem_flg = flags};

	return semop(set, &op, 1);
}

static void take(void)
{
	if (change(-1, SEM_UNDO) == -1)
		die("semop");
}

static void give(void)
{
	if (change(1, SEM_UNDO) == -1)
		die("semop");
}

static pid_t fork_writer(const char *role, struct shared_use_st *shared)
{
	pid_t pid = fork_as(role);

	if (pid)
		return pid;
	pin(0);
	for (int i = 0; i < TIMES; i++) {
		take();
		int seen = shared->written;
		sched_yield();
		shared->written = seen + 1;
		give();
	}
	exit(0);
}

static void guarded(void)
{
	call_me("parent");
	int id = new_segment(LESSON_KEY, sizeof(struct shared_use_st), 0600);
	struct shared_use_st *shared = attach(id, 0);
	make_set(0); /* the start: nobody gets in before both are there */
	pid_t first = fork_writer("writer", shared), second = fork_writer("writer-2", shared);
	wait_until_in(first, "semtimedop");
	wait_until_in(second, "semtimedop");
	if (change(1, 0) == -1)
		die("semop");
	reap(first, 0);
	reap(second, 0);
	printf("added %d times, written is %d: %d lost\n", 2 * TIMES, shared->written,
	       2 * TIMES - shared->written);
	remove_semaphores(set);
	remove_segment(id);
	if (shared->written != 2 * TIMES)
		exit(1);
}

/* A child that has taken the semaphore and waits inside the guarded section. */
static pid_t fork_holder(int flags)
{
	pid_t holder = fork_as("holder");

	if (holder)
		return holder;
	if (change(-1, flags) == -1)
		die("semop");
	wait_for_go();
	exit(1); /* it should be dead */
}

static pid_t fork_waiter(void)
{
	pid_t waiter = fork_as("waiter");

	if (waiter)
		return waiter;
	if (change(-1, SEM_UNDO) == -1)
		printf("waiter: %s\n", strerror(errno));
	else
		printf("waiter: it is mine\n");
	exit(0);
}

static void undo(void)
{
	call_me("parent");
	make_set(1);
	pid_t holder = fork_holder(SEM_UNDO);
	wait_until_in(holder, "sigtimedwait");
	pid_t waiter = fork_waiter();
	wait_until_in(waiter, "semtimedop");
	kill(holder, SIGKILL);
	reap(holder, SIGKILL);
	reap(waiter, 0);
	remove_semaphores(set);
}

static void stuck(void)
{
	call_me("parent");
	make_set(1);
	pid_t holder = fork_holder(0);
	wait_until_in(holder, "sigtimedwait");
	pid_t waiter = fork_waiter();
	wait_until_in(waiter, "semtimedop");
	kill(holder, SIGKILL);
	reap(holder, SIGKILL);
	hold();
	wait_until_in(waiter, "semtimedop");
	printf("the holder is dead, the waiter still sleeps\n");
	kill(waiter, SIGTERM);
	reap(waiter, SIGTERM);
	remove_semaphores(set);
}

static void removed(void)
{
	call_me("parent");
	make_set(0);
	pid_t waiter = fork_waiter();
	wait_until_in(waiter, "semtimedop");
	remove_semaphores(set);
	reap(waiter, 0);
}

static void nowait(void)
{
	struct sembuf op = {.sem_op = -1};
	struct timespec t = {.tv_nsec = 20 * 1000 * 1000};

	call_me("caller");
	make_set(0);
	if (change(-1, IPC_NOWAIT) == -1)
		printf("IPC_NOWAIT: %s\n", strerror(errno));
	if (semtimedop(set, &op, 1, &t) == -1)
		printf("after 20 ms: %s\n", strerror(errno));
	remove_semaphores(set);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"guarded", guarded}, {"undo", undo},
						   {"stuck", stuck},	 {"removed", removed},
						   {"nowait", nowait},	 {0}};

	return lesson_main(argc, argv, cases);
}
