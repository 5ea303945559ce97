/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process that steps. Threads come by the hooks' requests and by fork. They are released when
 * their process has no word mapped any more, at its exec, and when they exit, so their end is told
 * as that of every other thread.
 */
#include "watch/stepper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "launch/apart.h"
#include "lib/clock.h"
#include "watch/step_int.h"
#include "watch/guard.h"

#define TICK_US	 2000 /* so often requests and asks are looked for while somebody is stepped */
#define PATIENCE (2000ULL * 1000 * 1000) /* ns: with a thread that does not stop */
#define STARTS	 4000			 /* looks at one that starts, the same */
#define LINGERS	 200			 /* looks at it, half a millisecond apart */
#define ANSWER	 (4000ULL * 1000 * 1000) /* ns: for the process that steps to answer */

static volatile sig_atomic_t ticked;

static void on_tick(int sig)
{
	(void)sig;
	ticked = 1;
}

static int on_request(void *ctx, void *data, size_t size)
{
	struct watch_request r;
	struct stepper *s = ctx;

	(void)size;
	memcpy(&r, data, sizeof(r));
	places__look(s->places, (pid_t)r.pid);
	step_stop__seize(s, (pid_t)r.pid, r.stopped);
	return 0;
}

/*
 * Takes over processes whose stepper was killed. Their threads still have the trap flag, which the
 * kernel's exit_ptrace() does not clear, and die of the first instruction that they run. Those that
 * sleep in a call run none until it ends.
 */
static void take_over(struct stepper *s)
{
	const __u32 *last = NULL;
	__u32 pid;

	while (!bpf_map_get_next_key(s->bpf.processes, last, &pid)) {
		places__look(s->places, (pid_t)pid);
		step_stop__seize(s, (pid_t)pid, false);
		last = &pid;
	}
}

/* Handlers without SA_RESTART: both end a wait. */
static void catch_signals(void)
{
	struct sigaction ticks = {.sa_handler = on_tick};
	/* Stops are many, and each would send one. */
	struct sigaction stops = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
	sigset_t alarm;

	sigaction(SIGALRM, &ticks, NULL);
	sigaction(SIGUSR1, &ticks, NULL);
	sigaction(SIGCHLD, &stops, NULL);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm, NULL);
}

static void tick(bool on)
{
	struct itimerval every = {{0, on ? TICK_US : 0}, {0, on ? TICK_US : 0}};

	setitimer(ITIMER_REAL, &every, NULL);
}

/* One stop of a thread, or a tick. */
static void wait_for_stop(struct stepper *s)
{
	int status;
	pid_t tid = waitpid(-1, &status, __WALL);

	if (tid > 0)
		step_stop(s, tid, status);
	else if (errno == ECHILD)
		while (s->table.n)
			step_table__drop(&s->table, s->table.threads[0]);
}

/* No thread is stepped: waits until one is to be, or ipctrace asks for something, or is gone. */
static void wait_for_work(const struct stepper *s)
{
	struct pollfd fds[] = {{.fd = s->ipctrace, .events = POLLIN},
			       {.fd = ring_buffer__epoll_fd(s->requests), .events = POLLIN}};
	sigset_t none;

	sigemptyset(&none);
	ppoll(fds, 2, NULL, &none);
}

static void leave(struct stepper *s)
{
	__u64 end = now_ns() + PATIENCE;

	step_stop__leave(s);
	while (s->table.n && now_ns() < end)
		wait_for_stop(s);
	watch_guard__release(s->bpf.held);
}

static void answer(struct stepper *s)
{
	__u32 asked = s->page->asked;
	struct pollfd gone = {.fd = s->ipctrace, .events = POLLIN};

	if (poll(&gone, 1, 0) > 0 && !s->quit) {
		s->quit = true;
		leave(s);
	}
	if (asked == s->page->done)
		return;
	if (s->page->ask == STEP_BEGIN)
		memset(s->last, 0, sizeof(s->last));
	else
		leave(s);
	s->quit |= s->page->ask == STEP_QUIT;
	s->page->done = asked;
}

static void loop(struct stepper *s)
{
	bool ticking = false;

	while (!s->quit || s->table.n) {
		bool busy = s->table.n;

		if (ticked || !busy) {
			ticked = 0;
			answer(s);
			/* A request that came as ipctrace went: nobody would release that thread. */
			if (!s->quit)
				ring_buffer__consume(s->requests);
		}
		if (busy != ticking)
			tick(ticking = busy);
		if (s->table.n)
			wait_for_stop(s);
		else if (!s->quit)
			wait_for_work(s);
	}
}

static int prepare(struct stepper *s)
{
	int fds[] = {s->bpf.held, s->bpf.processes, s->bpf.requests, s->ipctrace};
	int err = apart__keep(fds, sizeof(fds) / sizeof(fds[0]));

	if (err)
		return err;
	s->bpf.held = fds[0];
	s->bpf.processes = fds[1];
	s->bpf.requests = fds[2];
	s->ipctrace = fds[3];
	s->self = getpid();
	setpriority(PRIO_PROCESS, 0, -20); /* whoever is stepped waits for it */
	step_vdso__look(&s->vdso);
	s->places = places__new();
	s->requests = s->places ? ring_buffer__new(fds[2], on_request, s, NULL) : NULL;
	return s->requests ? 0 : -errno;
}

static _Noreturn void stepper_main(const struct watch_bpf *bpf, struct step_page *page,
				   int ipctrace)
{
	struct stepper s = {.bpf = *bpf, .page = page, .ipctrace = ipctrace};

	catch_signals();
	if (prepare(&s)) {
		page->pid = (__u32)-1;
		_exit(1);
	}
	*bpf->watcher = (__u32)s.self;
	page->pid = (__u32)s.self;
	take_over(&s);
	loop(&s);
	watch_guard__release(s.bpf.held);
	_exit(0);
}

static void moment(void)
{
	struct timespec half = {.tv_nsec = 500 * 1000};

	nanosleep(&half, NULL);
}

pid_t stepper__start(const struct watch_bpf *bpf, struct step_page *page)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	pid_t pid;

	if (self < 0)
		return -errno;
	page->pid = 0;
	page->done = page->asked;
	pid = apart__fork("ipctrace-step");
	if (!pid)
		stepper_main(bpf, page, self);
	close(self);
	for (int i = 0; i < STARTS && pid > 0 && !page->pid && apart__lives(pid); i++)
		moment();
	if (pid < 0 || (pid_t)page->pid == pid)
		return pid;
	/*
	 * It was forked from a process with threads, so it may wait for a lock that one of them
	 * held.
	 */
	kill(pid, SIGKILL);
	apart__reap(pid);
	return -EAGAIN;
}

bool stepper__ask(struct step_page *page, enum step_ask what)
{
	__u64 end = now_ns() + ANSWER;

	page->ask = what;
	page->asked++;
	kill((pid_t)page->pid, SIGUSR1);
	while (page->done != page->asked && now_ns() < end && apart__lives((pid_t)page->pid))
		moment();
	return page->done == page->asked;
}

void stepper__stop(struct step_page *page)
{
	/* If it cannot release a thread yet, it stays until it can, and ipctrace goes. */
	stepper__ask(page, STEP_QUIT);
	for (int i = 0; i < LINGERS && apart__lives((pid_t)page->pid); i++)
		moment();
}
