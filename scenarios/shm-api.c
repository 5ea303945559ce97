// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.3: shmget, shmctl, shmat, shmdt, and what they refuse.
 *
 * size      one byte asked for is one page, all of it usable; but more than was asked for is refused
 * create    IPC_CREAT opens what is there, with IPC_EXCL it is an error; without both nothing is made
 * key       ftok: the same file and letter make the same key, in any process; IPC_PRIVATE is no key
 * mode      IPC_SET takes the permission away: the next shmat fails with EACCES
 * readonly  SHM_RDONLY: a read works, a write is SIGSEGV
 * removed   what a removed id is good for
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"

#define PAGE   4096
#define NOBODY 65534

/* What a call that returns an id says, as the same id or as an error. */
static void print_id(const char *call, int returned, int known)
{
	printf("%s: %s\n", call,
	       returned == -1	   ? strerror(errno)
	       : returned == known ? "the same segment"
				   : "another segment");
}

static void size(void)
{
	struct shmid_ds ds;

	call_me("writer");
	int id = new_segment(LESSON_KEY, 1, 0600);
	if (shmctl(id, IPC_STAT, &ds) == -1)
		die("IPC_STAT");
	printf("asked for 1 byte, IPC_STAT says %zu\n", ds.shm_segsz);
	char *at = attach(id, 0);
	at[PAGE - 1] = 'z';
	pid_t reader = fork_as("reader");
	if (reader == 0) {
		const char *page = attach(shmget(LESSON_KEY, 1, 0), SHM_RDONLY);

		printf("reader: byte 4095 is '%c'\n", page[PAGE - 1]);
		exit(0);
	}
	reap(reader, 0);
	print_id("shmget of 0 bytes", shmget(LESSON_KEY, 0, 0), id);
	print_id("shmget of 2 bytes", shmget(LESSON_KEY, 2, 0), id);
	detach(at);
	remove_segment(id);
}

static void create(void)
{
	call_me("caller");
	need_free(LESSON_KEY);
	print_id("shmget", shmget(LESSON_KEY, PAGE, 0600), -1);
	int id = new_segment(LESSON_KEY, PAGE, 0600);
	print_id("IPC_CREAT", shmget(LESSON_KEY, PAGE, IPC_CREAT | 0600), id);
	print_id("IPC_CREAT | IPC_EXCL", shmget(LESSON_KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600), id);
	print_id("shmget", shmget(LESSON_KEY, PAGE, 0), id);
	remove_segment(id);
}

static key_t ftok_of(int letter)
{
	key_t key = ftok("/", letter);

	if (key == -1)
		die("ftok");
	return key;
}

static void key(void)
{
	call_me("maker");
	int id = new_segment(ftok_of('i'), PAGE, 0600);
	pid_t finder = fork_as("finder");
	if (finder == 0) {
		print_id("finder: ftok(\"/\", 'i')", shmget(ftok_of('i'), 0, 0), id);
		exit(0);
	}
	reap(finder, 0);
	printf("ftok(\"/\", 'j'): %s key\n", ftok_of('j') == ftok_of('i') ? "the same" : "another");
	int one = new_segment(IPC_PRIVATE, PAGE, 0600), two = new_segment(IPC_PRIVATE, PAGE, 0600);
	print_id("IPC_PRIVATE twice", two, one);
	remove_segment(two);
	remove_segment(one);
	remove_segment(id);
}

/*
 * Root has every permission, so its visitors become another user. Other users lose their own
 * permission.
 */
static void become_nobody(void)
{
	if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			       setresuid(NOBODY, NOBODY, NOBODY)))
		die("setresuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of the user forgets it */
}

static void visit(int id)
{
	pid_t visitor = fork_as("visitor");

	if (visitor == 0) {
		become_nobody();
		void *at = shmat(id, NULL, 0);

		printf("visitor: shmat %s\n", at == (void *)-1 ? strerror(errno) : "succeeds");
		exit(0);
	}
	reap(visitor, 0);
}

static void mode(void)
{
	struct shmid_ds ds;

	call_me("owner");
	int id = new_segment(LESSON_KEY, PAGE, 0666);
	visit(id);
	if (shmctl(id, IPC_STAT, &ds) == -1)
		die("IPC_STAT");
	ds.shm_perm.mode = 0;
	if (shmctl(id, IPC_SET, &ds) == -1)
		die("IPC_SET");
	visit(id);
	remove_segment(id);
}

static void readonly(void)
{
	call_me("writer");
	int id = new_segment(LESSON_KEY, PAGE, 0600);
	char *at = attach(id, 0);
	strcpy(at, "I am read only!");
	pid_t reader = fork_as("reader");
	if (reader == 0) {
		volatile char *text = attach(id, SHM_RDONLY);

		prctl(PR_SET_DUMPABLE, 0); /* no core file of this one */
		printf("reader: %s\n", (const char *)text);
		text[0] = 'U';
		exit(1); /* it should be dead */
	}
	reap(reader, SIGSEGV);
	printf("the reader died of signal %d, the text is: %s\n", SIGSEGV, at);
	detach(at);
	remove_segment(id);
}

static void removed(void)
{
	struct shmid_ds ds;

	call_me("owner");
	int id = new_segment(LESSON_KEY, PAGE, 0600);
	void *at = attach(id, 0);
	remove_segment(id);
	print_id("shmget, the key", shmget(LESSON_KEY, 0, 0), id);
	void *again = attach(id, 0);
	printf("shmat, while somebody has it attached: succeeds\n");
	detach(again);
	detach(at);
	printf("shmat, after the last: %s\n",
	       shmat(id, NULL, 0) == (void *)-1 ? strerror(errno) : "succeeds");
	printf("IPC_STAT: %s\n", shmctl(id, IPC_STAT, &ds) == -1 ? strerror(errno) : "succeeds");
	printf("shmdt of what is detached: %s\n", shmdt(at) == -1 ? strerror(errno) : "succeeds");
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"size", size},	    {"create", create},	  {"key", key}, {"mode", mode},
	    {"readonly", readonly}, {"removed", removed}, {0}};

	return lesson_main(argc, argv, cases);
}
