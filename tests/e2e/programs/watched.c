/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program whose accesses to words of shared memory are known: watched WHAT KEY|NAME [N]. It prints
 * the word's last value, and leaves nothing behind.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int id = -1;

static _Noreturn void fail(const char *what)
{
	perror(what);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	exit(1);
}

static volatile int *attach(void)
{
	void *at = shmat(id, NULL, 0);

	if (at == (void *)-1)
		fail("shmat");
	return at;
}

static void add_one(volatile int *word)
{
	int value = *word;

	*word = value + 1; /* the store */
}

static void add(volatile int *word, int n)
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

static void wait_all(void)
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
static int talk(int n)
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
static int asleep(int n)
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
static int undisturbed(int n)
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
static int calls(int n)
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
	shmctl(id, IPC_RMID, NULL);
	printf("%d\n", id);
	fflush(stdout);
	while (getppid() != 1) {
		add_one(word);
		usleep(10000);
	}
	return *word;
}

/* It sleeps in semtimedop, which a stop ends with EINTR, until a line comes to its child. */
static int patient(int n)
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
	shmctl(id, IPC_RMID, NULL);
	printf("%d\n", id);
	fflush(stdout);
	change(sem, -1);
	add(word, n);
	wait_all();
	semctl(sem, 0, IPC_RMID);
	return *word;
}

/* The word of a file in memory, mapped twice by two processes. */
static int of_file(int fd, int n)
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
static int areas(int fd, int n)
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

static int posix(const char *name, int n)
{
	int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600), value = of_file(fd, n);

	shm_unlink(name);
	return value;
}

/* A semaphore has its name when sem_open() returns, and is mapped before that. */
static int named(const char *name, int n)
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
