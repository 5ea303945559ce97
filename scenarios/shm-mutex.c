// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.4: the race of shm-race, guarded by a mutex that lies in the segment itself.
 *
 * uncontended  one after the other: 1000 locks and unlocks, and not one system call for them
 * contended    the second finds it locked and sleeps; the unlock wakes it
 * guarded      both add 1 between lock and unlock: nothing is lost
 * robust       the owner dies of SIGKILL with the mutex locked: the next one gets EOWNERDEAD with it
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"
#include "together.h"

#define TIMES 100

struct shared {
	struct shared_use_st data;
	pthread_mutex_t mutex;
};

static struct shared *shared;

static int make_shared(void)
{
	int id = new_segment(LESSON_KEY, sizeof(*shared), 0600);
	pthread_mutexattr_t attr;

	shared = attach(id, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&shared->mutex, &attr);
	return id;
}

static void lock(void)
{
	errno = pthread_mutex_lock(&shared->mutex);
	if (errno)
		die("lock");
}

static void unlock(void)
{
	errno = pthread_mutex_unlock(&shared->mutex);
	if (errno)
		die("unlock");
}

static void add_many(void)
{
	for (int i = 0; i < 1000; i++) {
		lock();
		shared->data.written++;
		unlock();
	}
}

static void uncontended(void)
{
	call_me("writer");
	int id = make_shared();
	add_many();
	pid_t second = fork_as("writer-2");
	if (second == 0) {
		add_many();
		exit(0);
	}
	reap(second, 0);
	printf("one after the other: written is %d\n", shared->data.written);
	remove_segment(id);
}

static pid_t fork_locker(void)
{
	pid_t locker = fork_as("locker");

	if (locker)
		return locker;
	int error = pthread_mutex_lock(&shared->mutex);
	printf("locker: %s\n", error ? strerror(error) : "it is mine");
	if (error == EOWNERDEAD && pthread_mutex_consistent(&shared->mutex))
		die("pthread_mutex_consistent");
	unlock();
	exit(0);
}

static void contended(void)
{
	call_me("owner");
	int id = make_shared();
	lock();
	pid_t locker = fork_locker();
	wait_until_in(locker, "futex");
	printf("the locker sleeps\n");
	unlock();
	reap(locker, 0);
	remove_segment(id);
}

static pid_t fork_writer(const char *role)
{
	pid_t pid = fork_as(role);

	if (pid)
		return pid;
	pin(0);
	for (int i = 0; i < TIMES; i++) {
		lock();
		int seen = shared->data.written;
		sched_yield();
		shared->data.written = seen + 1;
		unlock();
	}
	exit(0);
}

static void guarded(void)
{
	call_me("parent");
	int id = make_shared();
	lock(); /* nobody gets in before both are there */
	pid_t first = fork_writer("writer"), second = fork_writer("writer-2");
	wait_until_in(first, "futex");
	wait_until_in(second, "futex");
	unlock();
	reap(first, 0);
	reap(second, 0);
	int got = shared->data.written;
	printf("added %d times, written is %d: %d lost\n", 2 * TIMES, got, 2 * TIMES - got);
	remove_segment(id);
	if (got != 2 * TIMES)
		exit(1);
}

static void robust(void)
{
	call_me("parent");
	int id = make_shared();
	pid_t owner = fork_as("owner");
	if (owner == 0) {
		lock();
		wait_for_go();
		exit(1); /* it should be dead */
	}
	wait_until_in(owner, "sigtimedwait");
	pid_t locker = fork_locker();
	wait_until_in(locker, "futex");
	kill(owner, SIGKILL);
	reap(owner, SIGKILL);
	reap(locker, 0);
	remove_segment(id);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"uncontended", uncontended},
						   {"contended", contended},
						   {"guarded", guarded},
						   {"robust", robust},
						   {0}};

	return lesson_main(argc, argv, cases);
}
