/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program whose accesses to words of shared memory are known: watched WHAT KEY|NAME [N]. It prints
 * the word's last value, and leaves nothing behind.
 */
#include "watched.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static int id = -1;

_Noreturn void fail(const char *what)
{
	perror(what);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	exit(1);
}

volatile int *attach(void)
{
	void *at = shmat(id, NULL, 0);

	if (at == (void *)-1)
		fail("shmat");
	return at;
}

void tell_and_remove(void)
{
	shmctl(id, IPC_RMID, NULL);
	printf("%d\n", id);
	fflush(stdout);
}

void add_one(volatile int *word)
{
	int value = *word;

	*word = value + 1; /* the store */
}

void add(volatile int *word, int n)
{
	for (int i = 0; i < n; i++)
		add_one(word);
}

static void *add_in_thread(void *word)
{
	add(word, 10);
	return NULL;
}

/* Attaches by itself and adds n. */
static pid_t worker(int n)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	add(attach(), n);
	_exit(0);
}

void wait_all(void)
{
	while (wait(NULL) > 0)
		;
}

/* One after the other, each by its own shmat. */
static int count(int n)
{
	volatile int *word;

	worker(n);
	wait_all();
	word = attach();
	add(word, n);
	return *word;
}

/* Both at once, without a lock. */
static int race(int n)
{
	worker(n);
	worker(n);
	wait_all();
	return *attach();
}

/* The same by heirs, from a number that the instruction has in itself. */
static int zeroed(int n)
{
	volatile int *word = attach();

	*word = 0;
	for (int i = 0; i < 2; i++) {
		if (fork())
			continue;
		add(word, n);
		_exit(0);
	}
	wait_all();
	return *word;
}

static int locked(int n)
{
	volatile int *word = attach();

	for (int i = 0; i < 2; i++) {
		if (fork())
			continue;
		for (int k = 0; k < n; k++)
			atomic_fetch_add((_Atomic int *)word, 1);
		_exit(0);
	}
	wait_all();
	return *word;
}

static int heirs(int n)
{
	volatile int *word = attach();
	pthread_t thread;

	(void)n;
	if (!fork()) {
		add(word, 10);
		_exit(0);
	}
	wait_all();
	if (pthread_create(&thread, NULL, add_in_thread, (void *)word) ||
	    pthread_join(thread, NULL))
		fail("pthread_create");
	return *word;
}

static int moving(int n)
{
	volatile int *word;
	int last = 0;

	for (int i = 0; i < n; i++) {
		word = shmat(id, (char *)0x7e0000000000 + (i % 5) * 0x10000, 0);
		if (word == (void *)-1)
			fail("shmat");
		add_one(word);
		last = i + 1;
		shmdt((const void *)word);
	}
	return last;
}

/* A child attaches it when its key is gone. */
static int removed(int n)
{
	volatile int *word = attach();

	shmctl(id, IPC_RMID, NULL);
	if (!fork()) {
		shmdt((const void *)word);
		add(attach(), n);
		_exit(0);
	}
	wait_all();
	return *word;
}

/* Mapped at two places at once; one is watched. */
static int twice(int n)
{
	volatile int *word = attach(), *again = mremap((void *)word, 0, 4096, MREMAP_MAYMOVE);

	if (again == MAP_FAILED)
		fail("mremap");
	add(again, n);
	return *word;
}

/* An instruction that does not show its value, by the only process that has the word, or not. */
static void add_in_memory(volatile int *word)
{
	__asm__ volatile("addl $10, %0" : "+m"(*word));
}

static void *add_beside(void *word)
{
	add_in_memory(word);
	return NULL;
}

/* Alone; in a thread beside the first; beside a child that has it mapped, too; alone again. */
static int beside(int n)
{
	volatile int *word = attach();
	pthread_t thread;
	pid_t child;

	(void)n;
	add_in_memory(word);
	if (pthread_create(&thread, NULL, add_beside, (void *)word) || pthread_join(thread, NULL))
		fail("pthread_create");
	child = fork();
	if (!child)
		pause();
	add_in_memory(word);
	kill(child, SIGKILL);
	wait_all();
	add_in_memory(word);
	return *word;
}

static int words(int n)
{
	volatile int *word = attach();

	for (int i = 0; i < 4; i++)
		add(word + i, n);
	return word[3];
}

/* As many words as can be watched by stepping, by two who have them mapped. */
static int many(int n)
{
	volatile int *word = attach();

	for (int k = 0; k < 2; k++) {
		pid_t pid = fork();

		for (int i = 0; i < 64 && !pid; i++)
			add(word + i, n);
		if (!pid)
			_exit(0);
		wait_all();
	}
	return word[63];
}

/* A process after the other that has it mapped and ends at once. */
static int brief(int n)
{
	volatile int *word = attach();

	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (!pid) {
			add_one(word);
			_exit(0);
		}
		wait_all();
	}
	return *word;
}

/* Until it is killed, or an orphan. */
static int hold(int n)
{
	volatile int *word = attach();

	(void)n;
	tell_and_remove();
	while (getppid() != 1) {
		add_one(word);
		usleep(10000);
	}
	return *word;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int n);
	} runs[] = {{"count", count},	  {"race", race},     {"locked", locked},
		    {"heirs", heirs},	  {"words", words},   {"moving", moving},
		    {"hold", hold},	  {"zeroed", zeroed}, {"twice", twice},
		    {"removed", removed}, {"beside", beside}, {"many", many},
		    {"talk", talk},	  {"calls", calls},   {"undisturbed", undisturbed},
		    {"asleep", asleep},	  {"brief", brief},   {"patient", patient}};
	int n = argc > 3 ? atoi(argv[3]) : 1;

	if (argc < 3) {
		fprintf(stderr, "usage: watched WHAT KEY|NAME [N]\n");
		return 2;
	}
	if (!strcmp(argv[1], "posix"))
		return printf("%d\n", posix(argv[2], n)) < 0;
	if (!strcmp(argv[1], "named"))
		return printf("%d\n", named(argv[2], n)) < 0;
	if (!strcmp(argv[1], "memfd"))
		return printf("%d\n", of_file(memfd_create(argv[2], 0), n)) < 0;
	if (!strcmp(argv[1], "areas"))
		return printf("%d\n", areas(memfd_create(argv[2], 0), n)) < 0;
	id = shmget((key_t)strtoul(argv[2], NULL, 0), 4096, IPC_CREAT | IPC_EXCL | 0600);
	if (id < 0)
		fail("shmget");
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (!strcmp(argv[1], runs[i].name))
			printf("%d\n", runs[i].run(n));
	shmctl(id, IPC_RMID, NULL);
	return 0;
}
