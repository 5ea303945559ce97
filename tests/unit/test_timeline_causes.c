/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of causes: of every wakeup, of how operations end, and of signals. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "names/names.h"
#include "records.h"

static struct cause only_cause(enum fact_kind kind, const union any_event *recs, size_t n)
{
	struct run *r = run_new();
	struct cause c;

	for (size_t i = 0; i < n; i++)
		run_feed(r, recs[i]);
	run_finish(r);
	c = run_get(r, kind, run_count(r, kind) - 1)->f.cause;
	if (c.obj) /* lives in the run: only its presence is told */
		c.obj = (const struct object *)"known";
	run_free(r);
	return c;
}

static struct cause of_one(enum fact_kind kind, union any_event rec)
{
	return only_cause(kind, &rec, 1);
}

static union any_event asleep(__u8 reason)
{
	return rec_wait(1, 10, 55, 70, reason == WAIT_PIPE_FULL ? "write" : "read", reason, 51);
}

static enum cause_kind woken(__u8 reason, __u8 ctx, const char *call, __u64 ino)
{
	return of_one(FACT_WAKE,
		      woken_by(asleep(reason), ctx, ctx == WAKE_TIMER ? 0 : 2, "p", call, ino))
	    .kind;
}

static void blocks(void **state)
{
	assert_int_equal(of_one(FACT_BLOCK, asleep(WAIT_PIPE_EMPTY)).kind, CAUSE_STATE);
	assert_int_equal(of_one(FACT_BLOCK, rec_wait(1, 10, 55, 70, "wait4", 0, 0)).kind,
			 CAUSE_SYSCALL);
}

static void by_data_and_space(void **state)
{
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "write", 51), CAUSE_DATA);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "splice", 51), CAUSE_DATA);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "vmsplice", 51), CAUSE_DATA);
	assert_int_equal(woken(WAIT_PIPE_FULL, WAKE_TASK, "read", 51), CAUSE_SPACE);
	assert_int_equal(woken(WAIT_PIPE_FULL, WAKE_TASK, "readv", 51), CAUSE_SPACE);
	assert_int_equal(woken(WAIT_PIPE_FULL, WAKE_TASK, "tee", 51), CAUSE_SPACE);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "read", 51), CAUSE_HANDOFF);
	assert_int_equal(woken(WAIT_PIPE_FULL, WAKE_TASK, "writev", 51), CAUSE_HANDOFF);
	assert_int_equal(woken(WAIT_PIPE_FULL, WAKE_TASK, "fcntl", 51), CAUSE_RESIZE);
}

static void by_others(void **state)
{
	/* Another pipe, or none: nothing more is claimed. */
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "write", 52), CAUSE_TASK);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "write", 0), CAUSE_TASK);
	assert_int_equal(woken(WAIT_UNKNOWN, WAKE_TASK, "write", 51), CAUSE_TASK);
	assert_int_equal(woken(WAIT_UNKNOWN, WAKE_EXIT, NULL, 0), CAUSE_TASK);
	assert_int_equal(woken(WAIT_PIPE_MUTEX, WAKE_TASK, "write", 51), CAUSE_UNLOCK);
	assert_int_equal(woken(WAIT_FIFO_PARTNER, WAKE_TASK, "openat", 0), CAUSE_PARTNER);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TASK, "openat", 51), CAUSE_PARTNER);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_TIMER, NULL, 0), CAUSE_TIMEOUT);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_IRQ, NULL, 0), CAUSE_INTERRUPT);
	assert_int_equal(woken(WAIT_PIPE_EMPTY, WAKE_NONE, NULL, 0), CAUSE_UNKNOWN);
}

static void by_events(void **state)
{
	assert_int_equal(woken(WAIT_PIPE_POLL, WAKE_TASK, "write", 51), CAUSE_EVENT);
	assert_int_equal(woken(WAIT_PIPE_POLL, WAKE_TASK, "read", 52), CAUSE_EVENT);
	assert_int_equal(woken(WAIT_EPOLL_EVENT, WAKE_TASK, "write", 52), CAUSE_EVENT);
	assert_int_equal(woken(WAIT_PIPE_POLL, WAKE_TASK, "write", 0), CAUSE_TASK);
	assert_int_equal(woken(WAIT_PIPE_POLL, WAKE_TASK, "close", 52), CAUSE_TASK);
}

static void waker_is_told(void **state)
{
	union any_event recs[2] = {
	    rec_op(2, 50, 60, "write", 51, 13, 13),
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_TASK, 2, "parent", "write", 51),
	};
	struct cause c = only_cause(FACT_WAKE, recs, 2);

	assert_true(c.by_known);
	assert_int_equal(c.by.tid, 2);
	assert_string_equal(c.by.comm, "parent");
	assert_int_equal(c.nr, syscall_number("write"));
	assert_int_equal(c.fd, 4);
	assert_int_equal(c.bytes, 13);
	assert_int_equal(c.t, 55);
	assert_non_null(c.obj);
	/* What slept may have moved some of its bytes at another time. */
	recs[0].e.flags = EVF_SLEPT;
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).bytes, 0);
	recs[0] = rec_op(2, 50, 54, "write", 51, 13, 13);
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).bytes, 0);
	recs[0] = rec_op(2, 57, 60, "write", 51, 13, 13);
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).bytes, 0);
	recs[0] = rec_op(2, 50, 60, "write", 52, 13, 13);
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).bytes, 0);
}

/* The waker has gone on to other operations when the sleeper runs. */
static void bytes_of_the_right_operation(void **state)
{
	union any_event recs[4] = {
	    rec_op(2, 50, 56, "write", 51, 13, 13),
	    rec_op(2, 57, 58, "write", 51, 14, 14),
	    rec_op(2, 59, 60, "write", 51, 15, 15),
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_TASK, 2, "parent", "write", 51),
	};

	assert_int_equal(only_cause(FACT_WAKE, recs, 4).bytes, 13);
}

static void by_signal(void **state)
{
	union any_event recs[2] = {
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_SIGNAL, 2, "parent", "kill", 0),
	    rec_signal(1, 56, SIGALRM, SI_KERNEL, 2, "parent", NULL, 0),
	};
	struct cause c;

	recs[0].wait.waker.sig = SIGALRM;
	c = only_cause(FACT_WAKE, recs, 1);
	assert_int_equal(c.kind, CAUSE_SIGNALLED);
	assert_int_equal(c.sig, SIGALRM);
	assert_int_equal(c.by.tid, 2);
	assert_int_equal(c.nr, syscall_number("kill"));
	/* The signal's own record says that a timer made it: the task below is innocent. */
	recs[1].signal.sender.ctx = WAKE_IRQ;
	c = only_cause(FACT_WAKE, recs, 2);
	assert_int_equal(c.kind, CAUSE_SIGNALLED);
	assert_false(c.by_known);
	/* That of another process, or of another signal, does not. */
	recs[1].e.pid = 9;
	assert_true(only_cause(FACT_WAKE, recs, 2).by_known);
	recs[1].e.pid = 1;
	recs[1].signal.sig = SIGUSR1;
	assert_true(only_cause(FACT_WAKE, recs, 2).by_known);
}

/* One sender sent several signals: the one whose record follows the wakeup counts. */
static void by_which_signal(void **state)
{
	union any_event recs[4] = {
	    rec_signal(1, 54, SIGUSR1, 0, 2, "parent", "kill", 0),
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_SIGNAL, 2, "parent", "kill", 0),
	    rec_signal(1, 56, SIGUSR2, 0, 2, "parent", "kill", 0),
	    rec_signal(1, 57, SIGHUP, 0, 2, "parent", "kill", 0),
	};
	struct cause c = only_cause(FACT_WAKE, recs, 4);

	assert_int_equal(c.sig, SIGUSR2);
	assert_int_equal(c.by.tid, 2);
	/* None that is known: then it has no name. */
	c = only_cause(FACT_WAKE, recs + 1, 1);
	assert_int_equal(c.kind, CAUSE_SIGNALLED);
	assert_int_equal(c.sig, 0);
	recs[1].wait.waker.sig = SIGUSR1;
	assert_int_equal(only_cause(FACT_WAKE, recs, 4).sig, SIGUSR1);
}

/* A thread of the same process blocks a signal that another process sent: it sent nothing. */
static void by_signal_handed_on(void **state)
{
	union any_event recs[2] = {
	    rec_signal(1, 40, SIGUSR1, 0, 2, "parent", "kill", 0),
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_SIGNAL, 3, "thread", "rt_sigprocmask", 0),
	};
	struct cause c;

	recs[0].signal.group = 1;
	recs[1].wait.waker.pid = 1;
	recs[1].wait.waker.sig = SIGUSR1;
	c = only_cause(FACT_WAKE, recs, 2);
	assert_int_equal(c.kind, CAUSE_SIGNALLED);
	assert_int_equal(c.sig, SIGUSR1);
	assert_true(c.by_known);
	assert_int_equal(c.by.tid, 2);
	assert_int_equal(c.nr, syscall_number("kill"));
	/* One that was pending already is not the one that is. */
	recs[0].signal.result = 2;
	assert_false(only_cause(FACT_WAKE, recs, 2).by_known);
	recs[0].signal.result = 0;
	recs[0].signal.sender.ctx = WAKE_IRQ;
	assert_false(only_cause(FACT_WAKE, recs, 2).by_known);
	assert_false(only_cause(FACT_WAKE, recs + 1, 1).by_known);
	/* What it sends itself is its own. */
	recs[1].wait.waker.nr = (__s16)syscall_number("tgkill");
	assert_int_equal(only_cause(FACT_WAKE, recs + 1, 1).by.tid, 3);
}

static void by_last_close(void **state)
{
	union any_event w = woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_TASK, 2, "p", "close", 51);

	/* A task closed, but a writer is left: that did not wake it, or it is not proven. */
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_TASK);
	w.wait.state_woken.v[PIPE_WRITERS] = 0;
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_LAST_CLOSE);
	w.wait.waker.nr = (__s16)syscall_number("dup2");
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_LAST_CLOSE);
	w.wait.waker.nr = (__s16)syscall_number("execve");
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_LAST_CLOSE);
	/* There was none before either: this close did not take it away. */
	w.wait.state.v[PIPE_WRITERS] = 0;
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_TASK);
	w.wait.state.v[PIPE_WRITERS] = 1;
	/* A write cannot be that. */
	w.wait.waker.nr = (__s16)syscall_number("write");
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_DATA);
	/* A reader does not wait for readers. */
	w = woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_TASK, 2, "p", "close", 51);
	w.wait.state_woken.v[PIPE_READERS] = 0;
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_TASK);
	w = woken_by(asleep(WAIT_PIPE_FULL), WAKE_TASK, 2, "p", "close", 51);
	w.wait.state_woken.v[PIPE_WRITERS] = 0;
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_TASK);
	w.wait.state_woken.v[PIPE_WRITERS] = 1;
	w.wait.state_woken.v[PIPE_READERS] = 0;
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_LAST_CLOSE);
	w.e.flags = EVF_NO_STATE;
	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_TASK);
}

static void by_last_close_of_an_exit(void **state)
{
	union any_event w = woken_by(asleep(WAIT_PIPE_FULL), WAKE_EXIT, 2, "p", NULL, 0);
	struct cause c;

	assert_int_equal(of_one(FACT_WAKE, w).kind, CAUSE_TASK);
	w.wait.state_woken.v[PIPE_READERS] = 0;
	c = of_one(FACT_WAKE, w);
	assert_int_equal(c.kind, CAUSE_LAST_CLOSE);
	assert_int_equal(c.change, OBJ_EXIT_CLOSED);
	assert_int_equal(c.nr, -1);
}

/* The release itself proves it, though the state at the wakeup could not be read. */
static void by_release(void **state)
{
	union any_event recs[2] = {
	    rec_object(2, 54, OBJ_CLOSED, 9, END_WRITE, 51, 5),
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_TASK, 2, "p", "close", 0),
	};
	struct cause c;

	recs[0].object.released = 1;
	recs[1].e.flags = EVF_NO_STATE;
	c = only_cause(FACT_WAKE, recs, 2);
	assert_int_equal(c.kind, CAUSE_LAST_CLOSE);
	assert_int_equal(c.fd, 9);
	assert_int_equal(c.change, OBJ_CLOSED);
	/* Not by another task, and not long ago. */
	recs[0].e.pid = recs[0].e.tid = 3;
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).kind, CAUSE_TASK);
	recs[0].e.pid = recs[0].e.tid = 2;
	recs[1].e.ts += 1000000000;
	recs[1].wait.woken += 1000000000;
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).kind, CAUSE_TASK);
}

/* The closer is preempted before the kernel takes it off the count: a sleep begins meanwhile, and still counts it. */
static void by_slow_close(void **state)
{
	const __u64 ms = 1000000;
	union any_event recs[3] = {
	    rec_object(2, 1 * ms, OBJ_CLOSED, 9, END_WRITE, 51, 5),
	    woken_by(rec_wait(1, 10 * ms, 12 * ms, 13 * ms, "read", WAIT_PIPE_EMPTY, 51), WAKE_TASK,
		     2, "p", "close", 51),
	    rec_op(1, 9 * ms, 14 * ms, "read", 51, 0, 10),
	};
	struct cause c;

	recs[0].object.released = 1;
	recs[1].wait.state_woken.v[PIPE_WRITERS] = 0;
	recs[2].e.flags = EVF_SLEPT;
	recs[2].op.after.v[PIPE_WRITERS] = 0;
	c = only_cause(FACT_OP, recs, 3);
	assert_int_equal(c.kind, CAUSE_NO_WRITERS);
	assert_true(c.by_known);
	assert_int_equal(c.by.tid, 2);
	assert_int_equal(c.fd, 9);
	/* The wakeup is another's: a writer came back and went, as the state at the wakeup proves. */
	recs[1].wait.waker.pid = recs[1].wait.waker.tid = 3;
	c = only_cause(FACT_OP, recs, 3);
	assert_int_equal(c.kind, CAUSE_NO_WRITERS);
	assert_true(c.by_known);
	assert_int_equal(c.by.tid, 3);
}

static void poller_by_close(void **state)
{
	union any_event recs[2] = {
	    rec_object(2, 54, OBJ_CLOSED, 9, END_WRITE, 52, 5),
	    woken_by(asleep(WAIT_PIPE_POLL), WAKE_TASK, 2, "p", "close", 52),
	};

	recs[0].object.released = 1;
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).kind, CAUSE_LAST_CLOSE);
	/* A reader of one pipe does not wait for the writers of another. */
	recs[1].wait.reason = WAIT_PIPE_EMPTY;
	assert_int_equal(only_cause(FACT_WAKE, recs, 2).kind, CAUSE_TASK);
}

static struct cause ends(const char *call, __s64 ret, __u64 arg, struct ipc_state after, __u8 flags)
{
	union any_event e = rec_op(1, 10, 20, call, 51, ret, arg);

	e.op.after = after;
	e.e.flags = flags;
	return of_one(FACT_OP, e);
}

static void end_of_file(void **state)
{
	struct ipc_state alive = pipe_state(0, 0, 1, 1), dead = pipe_state(0, 0, 1, 0);

	assert_int_equal(ends("read", 0, 10, dead, 0).kind, CAUSE_NO_WRITERS);
	assert_false(ends("read", 0, 10, dead, 0).by_known);
	assert_int_equal(ends("readv", 0, 10, dead, 0).kind, CAUSE_NO_WRITERS);
	assert_int_equal(ends("splice", 0, 10, dead, 0).kind, CAUSE_NO_WRITERS);
	/* Writers are left: an empty packet, or what is not shown. */
	assert_int_equal(ends("read", 0, 10, alive, 0).kind, CAUSE_UNKNOWN);
	assert_int_equal(ends("read", 0, 0, dead, 0).kind, CAUSE_NONE);
	assert_int_equal(ends("read", 5, 10, dead, 0).kind, CAUSE_NONE);
	assert_int_equal(ends("read", 0, 10, dead, EVF_NO_STATE).kind, CAUSE_UNKNOWN);
	assert_int_equal(ends("splice", 0, 10, alive, 0).kind, CAUSE_NONE);
}

static void broken_pipe(void **state)
{
	struct ipc_state alive = pipe_state(3, 3, 1, 1), dead = pipe_state(3, 3, 0, 1);

	assert_int_equal(ends("write", -EPIPE, 10, dead, 0).kind, CAUSE_NO_READERS);
	assert_int_equal(ends("splice", -EPIPE, 10, dead, 0).kind, CAUSE_NO_READERS);
	assert_int_equal(ends("write", -EPIPE, 10, alive, 0).kind, CAUSE_UNKNOWN);
	assert_int_equal(ends("write", 4, 10, dead, 0).kind, CAUSE_NO_READERS);
	assert_int_equal(ends("write", 4, 10, alive, 0).kind, CAUSE_UNKNOWN);
	assert_int_equal(ends("write", 10, 10, dead, 0).kind, CAUSE_NONE);
}

static void would_block(void **state)
{
	struct ipc_state full = pipe_state(16, 65520, 1, 1), some = pipe_state(3, 3, 1, 1);
	union any_event e = rec_op(1, 10, 20, "read", 51, -EAGAIN, 1);

	assert_int_equal(of_one(FACT_OP, e).kind, CAUSE_STATE);
	e.op.before = e.op.after = some;
	assert_int_equal(of_one(FACT_OP, e).kind, CAUSE_UNKNOWN);
	assert_int_equal(ends("write", -EAGAIN, 1, full, EVF_NONBLOCK).kind, CAUSE_STATE);
	assert_int_equal(ends("write", -EAGAIN, 1, some, EVF_NONBLOCK).kind, CAUSE_UNKNOWN);
	assert_int_equal(ends("write", 4, 10, full, EVF_NONBLOCK).kind, CAUSE_STATE);
	e = rec_op(1, 10, 20, "fcntl", 51, -EBUSY, 4096);
	assert_int_equal(of_one(FACT_OP, e).kind, CAUSE_NONE);
	e.op.cmd = F_SETPIPE_SZ;
	assert_int_equal(of_one(FACT_OP, e).kind, CAUSE_UNKNOWN);
	e.op.before = some;
	assert_int_equal(of_one(FACT_OP, e).kind, CAUSE_STATE);
}

static void interrupted(void **state)
{
	union any_event recs[3] = {
	    woken_by(asleep(WAIT_PIPE_EMPTY), WAKE_SIGNAL, 2, "parent", "kill", 0),
	    rec_op(1, 5, 80, "read", 51, -512, 10),
	    rec_op(1, 90, 100, "read", 51, -EINTR, 10),
	};

	recs[0].wait.waker.sig = SIGUSR1;
	recs[1].e.flags = recs[2].e.flags = EVF_SLEPT;
	assert_int_equal(only_cause(FACT_OP, recs, 2).kind, CAUSE_SIGNALLED);
	assert_int_equal(only_cause(FACT_OP, recs, 2).sig, SIGUSR1);
	/* That wakeup belongs to the operation before this one. */
	assert_int_equal(only_cause(FACT_OP, recs, 3).kind, CAUSE_UNKNOWN);
	recs[1].e.flags = 0;
	recs[1].op.start = 75;
	assert_int_equal(only_cause(FACT_OP, recs, 2).kind, CAUSE_UNKNOWN);
	recs[1].e.flags = EVF_SLEPT;
	recs[1].op.ret = 4;
	recs[1].op.nr = (__s16)syscall_number("write");
	recs[1].op.op = OPC_WRITE;
	assert_int_equal(only_cause(FACT_OP, recs, 2).kind, CAUSE_SIGNALLED);
}

static void sigpipe(void **state)
{
	union any_event recs[3] = {
	    rec_exec(2, 1, "reader"),
	    rec_object(2, 5, OBJ_CLOSED, 3, END_READ, 51, 7),
	    rec_signal(1, 50, SIGPIPE, SI_KERNEL, 1, "writer", "write", 51),
	};
	struct cause c;

	recs[1].object.released = 1;
	c = only_cause(FACT_SIGNAL, recs, 3);
	assert_int_equal(c.kind, CAUSE_NO_READERS);
	assert_true(c.by_known);
	assert_string_equal(c.by.comm, "reader");
	assert_int_equal(c.fd, 3);
	/* As the tracepoint shows it without siginfo. */
	recs[2].signal.code = SI_USER;
	assert_int_equal(only_cause(FACT_SIGNAL, recs, 3).kind, CAUSE_NO_READERS);
	recs[1] = recs[0];
	assert_false(only_cause(FACT_SIGNAL, recs, 3).by_known);
	/* F_SETSIG: another task's write made it. */
	recs[2].e.pid = recs[2].e.tid = 3;
	recs[2].signal.code = SI_KERNEL;
	assert_int_equal(only_cause(FACT_SIGNAL, recs, 3).kind, CAUSE_KERNEL);
	/* On a socket; by kill to itself; by kill from another. */
	assert_int_equal(
	    of_one(FACT_SIGNAL, rec_signal(1, 50, SIGPIPE, SI_KERNEL, 1, "w", "write", 0)).kind,
	    CAUSE_KERNEL);
	assert_int_equal(
	    of_one(FACT_SIGNAL, rec_signal(1, 50, SIGPIPE, SI_USER, 1, "w", "kill", 0)).kind,
	    CAUSE_SENT);
	assert_int_equal(
	    of_one(FACT_SIGNAL, rec_signal(1, 50, SIGPIPE, SI_USER, 2, "w", "kill", 51)).kind,
	    CAUSE_SENT);
}

static void other_signals(void **state)
{
	union any_event e = rec_signal(1, 50, SIGCHLD, CLD_EXITED, 2, "child", NULL, 0);
	struct cause c;

	e.signal.sender.ctx = WAKE_EXIT;
	c = of_one(FACT_SIGNAL, e);
	assert_int_equal(c.kind, CAUSE_CHILD);
	assert_string_equal(c.by.comm, "child");
	c = of_one(FACT_SIGNAL, rec_signal(1, 50, SIGALRM, SI_KERNEL, 0, NULL, NULL, 0));
	assert_int_equal(c.kind, CAUSE_TIMER);
	c = of_one(FACT_SIGNAL, rec_signal(1, 50, SIGTERM, SI_USER, 2, "p", "kill", 0));
	assert_int_equal(c.kind, CAUSE_SENT);
	assert_int_equal(c.nr, syscall_number("kill"));
	c = of_one(FACT_SIGNAL, rec_signal(1, 50, SIGTERM, SI_TKILL, 2, "p", "tgkill", 0));
	assert_int_equal(c.kind, CAUSE_SENT);
	c = of_one(FACT_SIGNAL, rec_signal(1, 50, SIGINT, SI_KERNEL, 2, "p", NULL, 0));
	assert_int_equal(c.kind, CAUSE_KERNEL);
	/* Its code would otherwise read as one of SIGCHLD's. */
	c = of_one(FACT_SIGNAL, rec_signal(1, 50, SIGSEGV, SEGV_MAPERR, 1, "p", NULL, 0));
	assert_int_equal(c.kind, CAUSE_KERNEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks),
	    cmocka_unit_test(by_data_and_space),
	    cmocka_unit_test(by_others),
	    cmocka_unit_test(by_events),
	    cmocka_unit_test(waker_is_told),
	    cmocka_unit_test(bytes_of_the_right_operation),
	    cmocka_unit_test(by_signal),
	    cmocka_unit_test(by_which_signal),
	    cmocka_unit_test(by_signal_handed_on),
	    cmocka_unit_test(by_last_close),
	    cmocka_unit_test(by_last_close_of_an_exit),
	    cmocka_unit_test(by_slow_close),
	    cmocka_unit_test(by_release),
	    cmocka_unit_test(poller_by_close),
	    cmocka_unit_test(end_of_file),
	    cmocka_unit_test(broken_pipe),
	    cmocka_unit_test(would_block),
	    cmocka_unit_test(interrupted),
	    cmocka_unit_test(sigpipe),
	    cmocka_unit_test(other_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
