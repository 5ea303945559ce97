/* SPDX-License-Identifier: GPL-2.0 */
/* Handles a stop of a stepped thread: why it stopped, and how it goes on. */
#include "watch/step_int.h"

#include <errno.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <bpf/bpf.h>

#include "arch_x86/regs.h"
#include "watch/step_proc.h"
#include "watch/guard.h"

#define PAGE 4096ULL
#define OPTIONS                                                                                    \
	(PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |     \
	 PTRACE_O_TRACEEXIT)

/* The kernel's own, which no program sees. */
#define ERESTARTSYS	      512
#define ERESTART_RESTARTBLOCK 516

static long trace(int request, const struct step_thread *th, long data)
{
	return ptrace(request, th->tid, NULL, data);
}

/* A call that was interrupted, which the kernel makes again before the next instruction. */
static bool is_restarting(const struct x86_regs *r)
{
	long ret = x86_regs__result(r);

	return x86_regs__call(r) >= 0 && ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK;
}

/*
 * Some calls (semop, epoll_wait) end with EINTR for any stop, and the kernel does not restart them.
 * This thread got no signal, so it makes its call again.
 */
static void make_again(const struct step_thread *th)
{
	struct x86_regs r;

	if (!x86_regs__read(&r, th->tid) || x86_regs__call(&r) < 0 ||
	    x86_regs__result(&r) != -EINTR || step_proc__pending(th->tid, ~0ULL))
		return;
	x86_regs__make_again(&r);
	x86_regs__write(&r, th->tid);
}

/* It stopped on the way, and the trap of its last step is still to come: it goes on to that. */
static bool goes_to_trap(struct step_thread *th)
{
	if (!step_proc__pending(th->tid, 1ULL << (SIGTRAP - 1)))
		return false;
	trace(PTRACE_CONT, th, 0);
	return th->running = true;
}

static void let_go(struct stepper *s, struct step_thread *th, int sig, bool at_event)
{
	if (at_event && goes_to_trap(th))
		return;
	if (th->interrupted)
		make_again(th);
	trace(PTRACE_DETACH, th, sig);
	step_table__drop(&s->table, th);
}

static size_t read_code(pid_t tid, __u64 ip, __u8 code[X86_LONGEST])
{
	__u64 first = PAGE - (ip & (PAGE - 1));
	struct iovec here = {code, X86_LONGEST};
	struct iovec there[2] = {
	    {(void *)ip, first < X86_LONGEST ? first : X86_LONGEST},
	    {(void *)(ip + first), first < X86_LONGEST ? X86_LONGEST - first : 0}};
	ssize_t n = process_vm_readv(tid, &here, 1, there, first < X86_LONGEST ? 2 : 1, 0);

	return n > 0 ? (size_t)n : 0;
}

static void enter_call(struct stepper *s, struct step_thread *th, const struct x86_regs *r, long nr)
{
	th->call.nr = nr;
	x86_regs__args(r, th->call.args);
	step_word__call(s, th);
}

/* A function that reads the clock begins: instead, the system call that it stands for. */
static bool enter_vdso(struct stepper *s, struct step_thread *th, struct x86_regs *r)
{
	long nr = step_vdso__call(&s->vdso, th->proc->vdso, x86_regs__ip(r));

	if (nr < 0)
		return false;
	x86_regs__make_call(r, nr, th->proc->vdso + s->vdso.syscall);
	if (!x86_regs__write(r, th->tid))
		return false;
	enter_call(s, th, r, nr);
	th->call.vdso = true;
	return true;
}

/* It is over: back to who called it. */
static void leave_vdso(struct step_thread *th, struct x86_regs *r)
{
	th->call.vdso = false;
	if (x86_regs__return(r, th->tid))
		x86_regs__write(r, th->tid);
}

enum trap { NO_TRAP, TRAP_STEP, TRAP_HANDLER };

/* What SIGTRAP is: an instruction, or a call, is over; a handler begins; or the program's own. */
static enum trap trap_of(const struct step_thread *th, int status)
{
	siginfo_t info;

	if (status >> 8 != SIGTRAP || trace(PTRACE_GETSIGINFO, th, (long)&info))
		return NO_TRAP;
	if (info.si_code == TRAP_TRACE || info.si_code == TRAP_BRKPT)
		return TRAP_STEP;
	return info.si_code == SIGTRAP ? TRAP_HANDLER : NO_TRAP;
}

/* The next stop of this thread; 0: there is none. */
static int wait_for(pid_t tid)
{
	int status;
	pid_t got;

	do
		got = waitpid(tid, &status, __WALL);
	while (got < 0 && errno == EINTR);
	return got == tid ? status : 0;
}

/* Runs one instruction while all others that could touch the word wait. True: it is over. */
static bool run_alone(struct stepper *s, struct step_thread *th, int sig, const struct x86_mem *m,
		      struct step_access *a)
{
	struct x86_regs r;
	int status;

	step_word__before(s, th, a);
	if (trace(PTRACE_SINGLESTEP, th, sig))
		return false;
	status = wait_for(th->tid);
	if (!WIFSTOPPED(status) || trap_of(th, status) != TRAP_STEP) {
		step_stop(s, th->tid, status);
		return false;
	}
	if (!x86_regs__read(&r, th->tid))
		return false;
	step_word__after(s, th, a, m, x86_regs__ip(&r), x86_regs__flags(&r));
	if (m->special == X86_PUSHF)
		x86_regs__hide_step(&r, th->tid);
	return true;
}

/* Goes on, with sig: to its next instruction that no other has to wait for, and over that. */
static void run(struct stepper *s, struct step_thread *th, int sig)
{
	for (;; sig = 0) {
		struct x86_regs r;
		struct x86_before at;
		struct step_access a;
		struct x86_mem m;
		__u8 code[X86_LONGEST];
		size_t n;

		if (th->call.nr >= 0 || !x86_regs__read(&r, th->tid))
			break;
		if (is_restarting(&r)) {
			enter_call(s, th, &r, x86_regs__call(&r));
			break;
		}
		if (enter_vdso(s, th, &r))
			break;
		n = read_code(th->tid, x86_regs__ip(&r), code);
		at = x86_regs__before(&r);
		if (!n || !x86_mem(&m, code, n, &at))
			break;
		if (m.special == X86_SYSCALL) {
			enter_call(s, th, &r, x86_regs__next_call(&r));
			break;
		}
		s->page->lost += m.anywhere;
		a.words = step_word__reached(s, th->proc, &m);
		if (!a.words && m.special != X86_PUSHF)
			break;
		if (!run_alone(s, th, sig, &m, &a))
			return;
	}
	trace(PTRACE_SINGLESTEP, th, sig);
	th->running = true;
}

static void go_on(struct stepper *s, struct step_thread *th, int sig, bool at_event)
{
	if (th->proc->leaving) {
		let_go(s, th, sig, at_event);
		return;
	}
	/*
	 * The trap of a step by the stepper before us. It would look like the signal that ended a
	 * call.
	 */
	if (at_event && th->interrupted && goes_to_trap(th))
		return;
	if (th->interrupted)
		make_again(th);
	th->interrupted = false;
	run(s, th, sig);
}

/* The call is over; where the process has words may be new. */
static void call_over(struct stepper *s, struct step_thread *th, enum trap trap)
{
	struct x86_regs r;

	if (th->call.nr < 0 || !x86_regs__read(&r, th->tid))
		return;
	if (trap == TRAP_STEP && is_restarting(&r))
		return;
	if (th->call.vdso)
		leave_vdso(th, &r);
	step_word__call_over(s, th, trap == TRAP_HANDLER ? -EINTR : x86_regs__result(&r));
	th->proc->leaving = !step_word__places(s, th->proc);
}

static enum watch_hold hold_of(const struct stepper *s, pid_t pid)
{
	__u32 key = (__u32)pid, hold = 0;

	return bpf_map_lookup_elem(s->bpf.held, &key, &hold) ? 0 : (enum watch_hold)hold;
}

/* The hooks' SIGSTOP, on its way. No other process has stopped it, so it need not arrive. */
static bool is_our_stop(struct stepper *s, struct step_thread *th, int sig)
{
	__u32 pid = (__u32)th->proc->pid;
	bool ours;

	if (sig != SIGSTOP || !th->proc->held)
		return false;
	ours = hold_of(s, th->proc->pid) == WATCH_HELD;
	th->proc->held = false;
	bpf_map_delete_elem(s->bpf.held, &pid);
	return ours;
}

static void on_signal(struct stepper *s, struct step_thread *th, int sig)
{
	siginfo_t info;

	if (is_our_stop(s, th, sig)) {
		go_on(s, th, 0, false);
		return;
	}
	/* That of our own release. */
	if (sig == SIGCONT && !trace(PTRACE_GETSIGINFO, th, (long)&info) &&
	    info.si_code == SI_USER && info.si_pid == s->self)
		sig = 0;
	if (sig && step_proc__ignored(th->tid, sig)) {
		make_again(th);
		sig = 0;
	}
	if (sig && step_proc__fatal(th->tid, sig))
		let_go(s, th, sig, false);
	else
		go_on(s, th, sig, false);
}

static void on_event_stop(struct stepper *s, struct step_thread *th, int sig)
{
	if (sig == SIGTRAP) {
		go_on(s, th, 0, true);
		return;
	}
	/* It has stopped for a signal; that of the hooks is not delivered. */
	if (th->proc->held) {
		th->proc->held = false;
		watch_guard__release_one(s->bpf.held, (__u32)th->proc->pid);
	}
	if (th->proc->leaving)
		let_go(s, th, 0, true);
	else
		trace(PTRACE_LISTEN, th, 0);
}

/* Its other threads are gone; the words, too. */
static void on_exec(struct stepper *s, struct step_thread *th)
{
	for (size_t i = s->table.n; i-- > 0;) {
		struct step_thread *other = s->table.threads[i];

		if (other != th && other->proc == th->proc)
			step_table__drop(&s->table, other);
	}
	th->call.nr = -1;
	let_go(s, th, 0, false);
}

static void begin(struct stepper *s, struct step_process *p)
{
	p->leaving = !step_word__places(s, p);
	p->vdso = step_vdso__base(p->pid);
}

/* A child at its first stop; or one that was forked while its parent was released. */
static struct step_thread *welcome(struct stepper *s, pid_t tid)
{
	pid_t pid = (pid_t)step_proc__status(tid, "Tgid:", 10);
	bool known = step_table__process(&s->table, pid);
	struct step_thread *th = pid > 0 ? step_table__add(&s->table, pid, tid) : NULL;

	if (!th) {
		ptrace(PTRACE_DETACH, tid, NULL, NULL);
		s->page->lost++;
		return NULL;
	}
	if (!known)
		begin(s, th->proc);
	return th;
}

void step_stop(struct stepper *s, pid_t tid, int status)
{
	struct step_thread *th = step_table__find(&s->table, tid);
	enum trap trap;

	if (!WIFSTOPPED(status)) {
		if (th)
			step_table__drop(&s->table, th);
		return;
	}
	if (!th)
		th = welcome(s, tid);
	if (!th)
		return;
	th->running = false;
	s->page->steps++;
	switch (status >> 16) {
	case 0:
		break;
	case PTRACE_EVENT_STOP:
		on_event_stop(s, th, WSTOPSIG(status));
		return;
	case PTRACE_EVENT_EXEC:
		on_exec(s, th);
		return;
	case PTRACE_EVENT_EXIT:
		let_go(s, th, 0, false);
		return;
	default: /* a child was made; the call goes on */
		go_on(s, th, 0, true);
		return;
	}
	trap = trap_of(th, status);
	if (trap == NO_TRAP) {
		on_signal(s, th, WSTOPSIG(status));
		return;
	}
	call_over(s, th, trap);
	go_on(s, th, 0, false);
}

/* True when it is a new one. */
static bool seize(struct stepper *s, pid_t pid, pid_t tid)
{
	struct step_thread *th;

	if (step_table__find(&s->table, tid))
		return false;
	if (ptrace(PTRACE_SEIZE, tid, NULL, OPTIONS)) {
		if (errno != ESRCH) {
			s->page->lost++;
			s->page->refused = errno;
			s->page->refused_pid = (__u32)pid;
		}
		return false;
	}
	th = step_table__add(&s->table, pid, tid);
	if (!th) {
		s->page->lost++;
		return false;
	}
	th->running = th->interrupted = true;
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return true;
}

void step_stop__seize(struct stepper *s, pid_t pid, bool held)
{
	struct step_process *p;
	char path[64];
	bool news;

	/* Every thread, until no new one is found: those that come later are seized by the kernel. */
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	do {
		DIR *dir = opendir(path);
		const struct dirent *entry;

		news = false;
		while (dir && (entry = readdir(dir))) {
			pid_t tid = (pid_t)atoi(entry->d_name);

			news |= tid > 0 && seize(s, pid, tid);
		}
		if (dir)
			closedir(dir);
	} while (news);
	p = step_table__process(&s->table, pid);
	if (p) {
		p->held |= held;
		begin(s, p);
	} else if (held) {
		watch_guard__let_go(s->bpf.held, (__u32)pid);
	}
}

void step_stop__leave(struct stepper *s)
{
	for (size_t i = 0; i < s->table.n; i++) {
		struct step_thread *th = s->table.threads[i];

		th->proc->leaving = true;
		/* One that a signal has stopped is in PTRACE_LISTEN: no call of its is broken. */
		th->interrupted |= th->running;
		ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
	}
}
