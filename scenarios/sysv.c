// SPDX-License-Identifier: GPL-2.0
/*
 * SysV segments, semaphores and message queues, POSIX queues and a directory, that are removed when
 * their scenario ends.
 */
#include <errno.h>
#include <mqueue.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lesson.h"
#include "sysv.h"

#define OWNED_MAX 16

static struct owned {
	enum { NOTHING, SEGMENT, SEMAPHORES, QUEUE, SEGMENT_OF, NAMED_QUEUE, DIRECTORY } what;
	int id;
	const char *name; /* of a NAMED_QUEUE, or what is in the DIRECTORY */
	key_t key;	  /* of a SEGMENT_OF: that may come from maker */
	pid_t maker;
} owned[OWNED_MAX];

static void remove_made_by(pid_t maker, key_t key)
{
	struct shmid_ds ds;
	int id;

	if (waitpid(maker, NULL, WNOHANG) == 0) { /* or it makes one yet */
		kill(maker, SIGKILL);
		waitpid(maker, NULL, 0);
	}
	id = shmget(key, 0, 0);
	if (id != -1 && !shmctl(id, IPC_STAT, &ds) && ds.shm_cpid == maker)
		shmctl(id, IPC_RMID, NULL);
}

static char directory[] = "/tmp/ipctrace-XXXXXX";

static void remove_directory(const char *name)
{
	if (chdir(directory))
		return;
	unlink(name);
	if (!chdir("/"))
		rmdir(directory);
}

/* At exit and in a signal handler: system calls only. */
static void remove_owned(void)
{
	for (struct owned *o = owned; o < owned + OWNED_MAX; o++) {
		if (o->what == SEGMENT)
			shmctl(o->id, IPC_RMID, NULL);
		else if (o->what == SEMAPHORES)
			semctl(o->id, 0, IPC_RMID);
		else if (o->what == QUEUE)
			msgctl(o->id, IPC_RMID, NULL);
		else if (o->what == NAMED_QUEUE)
			mq_unlink(o->name);
		else if (o->what == DIRECTORY)
			remove_directory(o->name);
		else if (o->what == SEGMENT_OF)
			remove_made_by(o->maker, o->key);
		o->what = NOTHING;
	}
}

static const int deadly[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,	 SIGABRT, SIGBUS, SIGFPE,
			     SIGSEGV, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM};
#define N_DEADLY (sizeof(deadly) / sizeof(deadly[0]))

/* Its handler is gone (SA_RESETHAND): the signal, raised again, is as deadly as it was. */
static void remove_and_die(int sig)
{
	remove_owned();
	raise(sig);
}

/* A child owns nothing, and dies as others do. */
static void disown_all(void)
{
	for (size_t i = 0; i < OWNED_MAX; i++)
		owned[i].what = NOTHING;
	for (size_t i = 0; i < N_DEADLY; i++)
		signal(deadly[i], SIG_DFL);
}

static void own(struct owned row)
{
	struct sigaction action = {.sa_handler = remove_and_die, .sa_flags = SA_RESETHAND};
	static bool prepared;
	struct owned *o = owned;

	if (!prepared) {
		atexit(remove_owned);
		pthread_atfork(NULL, NULL, disown_all);
		prepared = true;
	}
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaction(deadly[i], &action, NULL);
	while (o->what != NOTHING)
		if (++o == owned + OWNED_MAX)
			die("too many objects");
	*o = row;
}

static void disown(int what, int id)
{
	for (struct owned *o = owned; o < owned + OWNED_MAX; o++)
		if ((int)o->what == what && o->id == id)
			o->what = NOTHING;
}

static _Noreturn void taken(const char *what, const char *option, key_t key)
{
	fprintf(stderr,
		"%s: a %s with the key %d (0x%x) exists already and is left alone; if nobody needs "
		"it: ipcrm %s %d\n",
		program_invocation_short_name, what, key, key, option, key);
	exit(1);
}

int new_segment(key_t key, size_t size, int mode)
{
	int id = shmget(key, size, IPC_CREAT | IPC_EXCL | mode);

	if (id == -1 && errno == EEXIST)
		taken("segment", "-M", key);
	if (id == -1)
		die("shmget");
	own((struct owned){.what = SEGMENT, .id = id});
	return id;
}

int new_semaphores(key_t key, int n, int mode)
{
	int id = semget(key, n, IPC_CREAT | IPC_EXCL | mode);

	if (id == -1 && errno == EEXIST)
		taken("set of semaphores", "-S", key);
	if (id == -1)
		die("semget");
	own((struct owned){.what = SEMAPHORES, .id = id});
	return id;
}

int new_queue(key_t key, int mode)
{
	int id = msgget(key, IPC_CREAT | IPC_EXCL | mode);

	if (id == -1 && errno == EEXIST)
		taken("message queue", "-Q", key);
	if (id == -1)
		die("msgget");
	own((struct owned){.what = QUEUE, .id = id});
	return id;
}

mqd_t new_named_queue(const char *name, int flags, long messages, long bytes)
{
	struct mq_attr attr = {.mq_maxmsg = messages, .mq_msgsize = bytes};
	mqd_t queue = mq_open(name, flags | O_CREAT | O_EXCL, 0600, &attr);

	if (queue == -1 && errno == EEXIST) {
		fprintf(stderr,
			"%s: a POSIX message queue %s exists already and is left alone; if nobody "
			"needs it: rm /dev/mqueue%s\n",
			program_invocation_short_name, name, name);
		exit(1);
	}
	if (queue == -1)
		die("mq_open");
	own((struct owned){.what = NAMED_QUEUE, .name = name});
	return queue;
}

void enter_new_directory(const char *name)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	if (!mkdtemp(directory))
		die("mkdtemp");
	own((struct owned){.what = DIRECTORY, .name = name});
	if (chdir(directory) == -1)
		die("chdir");
}

void leave_new_directory(void)
{
	for (struct owned *o = owned; o < owned + OWNED_MAX; o++)
		if (o->what == DIRECTORY) {
			remove_directory(o->name);
			o->what = NOTHING;
		}
}

void need_free(key_t key)
{
	if (shmget(key, 0, 0) != -1 || errno != ENOENT)
		taken("segment", "-M", key);
}

void own_segment_of(pid_t maker, key_t key)
{
	own((struct owned){.what = SEGMENT_OF, .key = key, .maker = maker});
}

void *attach(int id, int flags)
{
	void *at = shmat(id, NULL, flags);

	if (at == (void *)-1)
		die("shmat");
	return at;
}

void detach(const void *address)
{
	if (shmdt(address) == -1)
		die("shmdt");
}

unsigned long nattch(int id)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) == -1)
		die("IPC_STAT");
	return ds.shm_nattch;
}

unsigned long limit_queue(int id, unsigned long bytes)
{
	struct msqid_ds ds;
	unsigned long before;

	if (msgctl(id, IPC_STAT, &ds) == -1)
		die("IPC_STAT");
	before = ds.msg_qbytes;
	ds.msg_qbytes = bytes;
	if (msgctl(id, IPC_SET, &ds) == -1)
		die("IPC_SET");
	return before;
}

void remove_segment(int id)
{
	if (shmctl(id, IPC_RMID, NULL) == -1)
		die("IPC_RMID");
	disown(SEGMENT, id);
}

void remove_semaphores(int id)
{
	if (semctl(id, 0, IPC_RMID) == -1)
		die("IPC_RMID");
	disown(SEMAPHORES, id);
}

void remove_queue(int id)
{
	if (msgctl(id, IPC_RMID, NULL) == -1)
		die("IPC_RMID");
	disown(QUEUE, id);
}

void unlink_named_queue(const char *name)
{
	if (mq_unlink(name) == -1)
		die("mq_unlink");
	for (struct owned *o = owned; o < owned + OWNED_MAX; o++)
		if (o->what == NAMED_QUEUE && !strcmp(o->name, name))
			o->what = NOTHING;
}
