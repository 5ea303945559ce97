/* SPDX-License-Identifier: GPL-2.0 */
/* The program "watched": words in files in memory, and in a named semaphore. */
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include "watched.h"

/* The word of a file in memory, mapped twice by two processes. */
int of_file(int fd, int n)
{
	volatile int *word;

	if (fd < 0 || ftruncate(fd, 8192))
		fail("ftruncate");
	for (int i = 0; i < 2; i++) {
		if (fork())
			continue;
		word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
		if (word == MAP_FAILED)
			fail("mmap");
		add(word + 2, n);
		_exit(0);
	}
	wait_all();
	word = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	return word[1024 + 2];
}

#define PAGE 4096

/*
 * One mremap moves three areas of a file, for the rights of the middle one differ (6.17, else it fails
 * and they stay); another one cuts the last off. Returns whether they were moved.
 */
int areas(int fd, int n)
{
	char *at, *to = (char *)0x7e0000000000;

	if (fd < 0 || ftruncate(fd, 3 * PAGE))
		fail("ftruncate");
	at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED || mprotect(at + PAGE, PAGE, PROT_READ))
		fail("mmap");
	add((int *)at, n);
	add((int *)(at + 2 * PAGE), n);
	if (mremap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED)
		at = to;
	add((int *)at, n);
	add((int *)(at + 2 * PAGE), n);
	if (mremap(at, 3 * PAGE, 2 * PAGE, 0) == MAP_FAILED)
		fail("mremap");
	add((int *)at, n);
	return at == to;
}

int posix(const char *name, int n)
{
	int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600), value = of_file(fd, n);

	shm_unlink(name);
	return value;
}

/* A semaphore has its name when sem_open() returns, and is mapped before that. */
int named(const char *name, int n)
{
	sem_t *sem = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
	int value;

	if (sem == SEM_FAILED)
		fail("sem_open");
	for (int i = 0; i < n; i++)
		sem_post(sem);
	sem_getvalue(sem, &value);
	sem_unlink(name);
	return value;
}
