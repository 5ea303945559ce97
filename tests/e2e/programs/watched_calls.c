/* SPDX-License-Identifier: GPL-2.0 */
/* The program "watched": who sleeps while its words are watched, and system calls that take words. */
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watched.h"

static void change(int sem, short by)
{
	struct sembuf op = {0, by, 0};

	if (semop(sem, &op, 1))
		fail("semop");
}

/* Until pid sleeps in this system call. */
static void wait_until_in(pid_t pid, long nr)
{
	char path[32], text[16], wanted[16];
	int fd, len = snprintf(wanted, sizeof(wanted), "%ld ", nr);
	bool there = false;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		fail(path);
	while (!there) {
		sched_yield();
		there =
		    pread(fd, text, sizeof(text), 0) > len && !memcmp(text, wanted, (size_t)len);
	}
	close(fd);
}

/* Two who wake each other by a pipe and by a semaphore: each waker waits until the other sleeps. */
int talk(int n)
{
	volatile int *word = attach();
	int ends[2], sem = semget(IPC_PRIVATE, 1, 0600);
	pid_t parent = getpid(), child;
	char c = 'c';

	if (sem < 0 || pipe(ends))
		fail("semget or pipe");
	child = fork();
	if (!child) {
		for (int i = 0; i < n; i++) {
			if (read(ends[0], &c, 1) != 1)
				_exit(1);
			add_one(word);
			wait_until_in(parent, SYS_semtimedop);
			change(sem, 1);
		}
		wait_until_in(parent, SYS_wait4);
		_exit(0);
	}
	for (int i = 0; i < n; i++) {
		add_one(word);
		wait_until_in(child, SYS_read);
		if (write(ends[1], &c, 1) != 1)
			fail("write");
		change(sem, -1);
	}
	wait_all();
	semctl(sem, 0, IPC_RMID);
	return *word;
}

static void *nap(void *tid)
{
	atomic_store((_Atomic pid_t *)tid, (pid_t)syscall(SYS_gettid));
	usleep(400000);
	return NULL;
}

/* A thread sleeps when the process maps the word. */
int asleep(int n)
{
	_Atomic pid_t tid = 0;
	volatile int *word;
	pthread_t thread;

	if (pthread_create(&thread, NULL, nap, &tid))
		fail("pthread_create");
	while (!atomic_load(&tid))
		sched_yield();
	wait_until_in(tid, SYS_clock_nanosleep);
	word = attach();
	add(word, n);
	if (pthread_join(thread, NULL))
		fail("pthread_join");
	return *word;
}

/* A child ends while its parent sleeps. There is no handler for that, so the parent sleeps on. */
int undisturbed(int n)
{
	volatile int *word = attach();
	int sem = semget(IPC_PRIVATE, 1, 0600);
	sigset_t children;
	pid_t parent;

	(void)n;
	if (sem < 0)
		fail("semget");
	if (!fork()) {
		usleep(50000);
		_exit(0);
	}
	if (!fork()) {
		usleep(400000);
		add_one(word);
		change(sem, 1);
		_exit(0);
	}
	change(sem, -1);
	wait_all();
	semctl(sem, 0, IPC_RMID);
	/* While it sleeps in vfork() no signal but SIGKILL is delivered, so two are pending. */
	for (int i = 0; i < 2; i++)
		if (!fork()) {
			usleep(50000);
			_exit(0);
		}
	if (!vfork()) {
		usleep(300000);
		_exit(0);
	}
	wait_all();
	/* One that is blocked means something: sigwaitinfo() takes it. */
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	parent = getpid();
	if (!fork()) {
		wait_until_in(parent, SYS_rt_sigtimedwait);
		_exit(0);
	}
	if (sigwaitinfo(&children, NULL) != SIGCHLD)
		fail("sigwaitinfo");
	wait_all();
	return *word;
}

/* What system calls store in the word and load from it, and some that do neither. */
int calls(int n)
{
	volatile int *word = attach();
	int file = memfd_create("calls", 0), ends[2], talks[2], value;
	char before[2];
	struct iovec parts[] = {{before, sizeof(before)}, {(void *)word, sizeof(*word)}};

	(void)n;
	if (file < 0 || pipe2(ends, O_NONBLOCK) || socketpair(AF_UNIX, SOCK_STREAM, 0, talks))
		fail("pipe2 or socketpair");
	if (read(ends[0], (void *)word, sizeof(*word)) != -1) /* EAGAIN */
		fail("read");
	value = 7;
	if (write(ends[1], &value, sizeof(value)) < 0 ||
	    read(ends[0], (void *)word, sizeof(*word)) < 0)
		fail("read");
	if (write(ends[1], "xx\10\0\0\0", 6) < 0 || readv(ends[0], parts, 2) != 6)
		fail("readv");
	if (write(ends[1], "xx", 2) < 0 ||
	    readv(ends[0], parts, 2) != 2) /* not as far as the word */
		fail("readv");
	if (write(file, (const void *)word, sizeof(*word)) < 0)
		fail("write");
	value = 9;
	if (pwrite(file, &value, sizeof(value), 4) < 0 ||
	    pread(file, (void *)word, sizeof(*word), 4) < 0)
		fail("pread");
	value = 10;
	if (send(talks[0], &value, sizeof(value), 0) < 0 ||
	    recv(talks[1], (void *)word, sizeof(*word), 0) < 0)
		fail("recv");
	syscall(SYS_futex, word, FUTEX_WAIT, 11, NULL); /* EAGAIN */
	return *word;
}

/* It sleeps in semtimedop, which a stop ends with EINTR, until a line comes to its child. */
int patient(int n)
{
	int sem = semget(IPC_PRIVATE, 1, 0600);
	volatile int *word;

	if (sem < 0)
		fail("semget");
	if (!fork()) {
		if (getchar() == '\n')
			change(sem, 1);
		else
			semctl(sem, 0, IPC_RMID);
		_exit(0);
	}
	word = attach();
	tell_and_remove();
	change(sem, -1);
	add(word, n);
	wait_all();
	semctl(sem, 0, IPC_RMID);
	return *word;
}
