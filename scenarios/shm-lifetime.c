// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.2: how long a segment lives, and what counts as an attach.
 *
 * outlives  its maker is gone, nobody has it attached, and still a visitor finds what was written
 * marked    removed with attaches left: it has no key any more, lives on, and the key is free
 * killed    the last one that has a removed segment attached dies of SIGKILL, and it goes, too
 * count     fork raises the count of attaches; exec, exit and shmdt lower it
 * split     unmapping a page in the middle makes two attaches of one
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"
#include "together.h"

#define PAGE 4096

static int find(void)
{
	int id = shmget(LESSON_KEY, 0, 0);

	if (id == -1)
		die("shmget");
	return id;
}

static void print_nattch(const char *when, int id)
{
	printf("%s: attached %lu times\n", when, nattch(id));
}

static void print_if_gone(int id)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) == 0)
		printf("it is still there, attached %lu times\n", (unsigned long)ds.shm_nattch);
	else
		printf("it is gone: %s\n", strerror(errno));
}

static void outlives(void)
{
	call_me("parent");
	need_free(LESSON_KEY);
	pid_t maker = fork_as("maker");
	if (maker == 0) {
		int id = shmget(LESSON_KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600);

		if (id == -1)
			die("shmget");
		strcpy(attach(id, 0), "I am still here!");
		exit(0);
	}
	own_segment_of(maker, LESSON_KEY);
	reap(maker, 0);
	print_nattch("its maker is gone", find());
	pid_t visitor = fork_as("visitor");
	if (visitor == 0) {
		printf("visitor: %s\n", (char *)attach(find(), SHM_RDONLY));
		exit(0);
	}
	reap(visitor, 0);
	int id = find();
	remove_segment(id);
	print_if_gone(id);
}

/* A child that has inherited an attach, and keeps it until it is told to go. */
static pid_t fork_holder(const char *text)
{
	pid_t holder = fork_as("holder");

	if (holder)
		return holder;
	wait_for_go();
	printf("holder: %s\n", text);
	exit(0);
}

static void marked(void)
{
	struct shmid_ds ds;

	call_me("owner");
	int id = new_segment(LESSON_KEY, PAGE, 0600);
	char *text = attach(id, 0);
	pid_t holder = fork_holder(text);
	remove_segment(id);
	if (shmctl(id, IPC_STAT, &ds) == -1)
		die("IPC_STAT");
	printf("removed: key %d, marked %s, attached %lu times\n", ds.shm_perm.__key,
	       ds.shm_perm.mode & SHM_DEST ? "for destruction" : "by nothing",
	       (unsigned long)ds.shm_nattch);
	int second = new_segment(LESSON_KEY, PAGE, 0600);
	printf("the same key makes %s segment\n", second == id ? "the same" : "another");
	strcpy(text, "I read what was written after the removal");
	detach(text);
	print_nattch("detached", id);
	go(holder);
	reap(holder, 0);
	print_if_gone(id);
	remove_segment(second);
}

static void killed(void)
{
	call_me("owner");
	int id = new_segment(LESSON_KEY, PAGE, 0600);
	char *text = attach(id, 0);
	pid_t holder = fork_holder(text);
	remove_segment(id);
	detach(text);
	print_nattch("removed, detached", id);
	wait_until_in(holder, "sigtimedwait");
	kill(holder, SIGKILL);
	reap(holder, SIGKILL);
	print_if_gone(id);
}

static void count(void)
{
	call_me("parent");
	int id = new_segment(LESSON_KEY, PAGE, 0600);
	print_nattch("made", id);
	void *at = attach(id, 0);
	print_nattch("shmat", id);
	void *again = attach(id, 0);
	print_nattch("shmat again, elsewhere", id);
	detach(again);
	print_nattch("shmdt", id);

	pid_t child = fork_as("child");
	if (child == 0) {
		wait_for_go();
		execlp(program_invocation_name, "image", NULL);
		die("exec");
	}
	print_nattch("fork", id);
	go(child);
	reap(child, 0);

	child = fork_as("child");
	if (child == 0) {
		wait_for_go();
		exit(0);
	}
	print_nattch("fork", id);
	go(child);
	reap(child, 0);
	print_nattch("exit", id);
	detach(at);
	print_nattch("shmdt", id);
	remove_segment(id);
}

/* What count's first child becomes: a program without any attach, but the key is known to all. */
static int image(void)
{
	call_me("image");
	print_nattch("exec", find());
	return 0;
}

static void split(void)
{
	call_me("parent");
	int id = new_segment(LESSON_KEY, 3 * PAGE, 0600);
	char *at = attach(id, 0);
	print_nattch("shmat of 3 pages", id);
	if (munmap(at + PAGE, PAGE))
		die("munmap");
	print_nattch("munmap of the second", id);
	detach(at);
	print_nattch("shmdt, which knows both by their address", id);
	remove_segment(id);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"outlives", outlives}, {"marked", marked},
						   {"killed", killed},	   {"count", count},
						   {"split", split},	   {0}};

	if (strcmp(argv[0], "image") == 0)
		return image();
	return lesson_main(argc, argv, cases);
}
