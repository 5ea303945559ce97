/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the sentences for wakeups, operations and signals: each form once, word for word. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "words/explain.h"
#include "explain_rig.h"
#include "names/names.h"

static void woken_says(union any_event w, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, w);
	says(r, FACT_WAKE, want);
}

static void wakes_by_pipe(void **state)
{
	struct run *r = with_tasks();
	union any_event w = woken_by(full(), WAKE_TASK, 3, "reader", "read", 51);

	run_feed(r, rec_op(3, 300 * MS - 5, 300 * MS + 5, "read", 51, 4096, 4096));
	run_feed(r, w);
	says(r, FACT_WAKE, "woken after 299 ms: reader read 4096 bytes from pipe:[51] (fd 3)");
	woken_says(w, "woken after 299 ms: reader read from pipe:[51] (fd 3)");
	woken_says(woken_by(empty(), WAKE_TASK, 2, "writer", "write", 51),
		   "woken after 299 ms: writer wrote to pipe:[51] (fd 4)");
	woken_says(woken_by(empty(), WAKE_TASK, 2, "writer", "splice", 51),
		   "woken after 299 ms: writer put data into pipe:[51] (splice, fd 4)");
	woken_says(woken_by(full(), WAKE_TASK, 3, "reader", "tee", 51),
		   "woken after 299 ms: reader took data from pipe:[51] (tee, fd 4)");
	woken_says(woken_by(empty(), WAKE_TASK, 4, "reader 2", "read", 51),
		   "woken after 299 ms: reader 2 left data behind and passed the turn on");
	woken_says(woken_by(full(), WAKE_TASK, 4, "writer 2", "write", 51),
		   "woken after 299 ms: writer 2 left space behind and passed the turn on");
	woken_says(woken_by(full(), WAKE_TASK, 3, "reader", "fcntl", 51),
		   "woken after 299 ms: reader changed the size of pipe:[51] (fcntl, fd 4)");
	w = woken_by(rec_wait(2, 10, 1210, 1300, "write", WAIT_PIPE_MUTEX, 51), WAKE_TASK, 3,
		     "reader", "read", 51);
	woken_says(w, "woken after 1.20 us: reader let go of the mutex (read)");
	w = woken_by(rec_wait(2, 10, 510, 600, "openat", WAIT_FIFO_PARTNER, 51), WAKE_TASK, 3,
		     "reader", "openat", 0);
	woken_says(w, "woken after 500 ns: reader opened the other end of pipe:[51]");
	w = woken_by(rec_wait(2, 10, 10 + 2500 * MS, 3000 * MS, "poll", WAIT_PIPE_POLL, 51),
		     WAKE_TASK, 3, "reader", "write", 52);
	woken_says(w, "woken after 2.50 s: reader made an event on pipe:[52] (write, fd 4)");
}

static void wakes_by_close(void **state)
{
	union any_event w = woken_by(empty(), WAKE_TASK, 1, "parent", "close", 51);

	w.wait.state_woken.v[PIPE_WRITERS] = 0;
	woken_says(w, "woken after 299 ms: parent closed the last write end (close, fd 4)");
	w = woken_by(full(), WAKE_EXIT, 3, "reader", NULL, 0);
	w.wait.state_woken.v[PIPE_READERS] = 0;
	woken_says(w, "woken after 299 ms: reader exited, and with it the last read end");
	w = woken_by(rec_wait(3, 1 * MS, 2 * MS, 3 * MS, "poll", WAIT_PIPE_POLL, 51), WAKE_TASK, 1,
		     "parent", "dup2", 51);
	w.wait.state_woken.v[PIPE_WRITERS] = 0;
	woken_says(w, "woken after 1.00 ms: parent closed the last write end (dup2, fd 4)");
	w.wait.state_woken.v[PIPE_READERS] = 0;
	woken_says(w, "woken after 1.00 ms: parent closed the last end (dup2, fd 4)");
}

static void wakes_by_others(void **state)
{
	union any_event w = woken_by(empty(), WAKE_SIGNAL, 1, "parent", "kill", 0);

	w.wait.waker.sig = SIGTERM;
	woken_says(w, "woken after 299 ms by SIGTERM from parent (kill)");
	w.wait.waker.tid = 0;
	woken_says(w, "woken after 299 ms by SIGTERM");
	woken_says(woken_by(empty(), WAKE_TIMER, 0, NULL, NULL, 0),
		   "woken after 299 ms by its own timeout");
	woken_says(woken_by(empty(), WAKE_IRQ, 0, NULL, NULL, 0),
		   "woken after 299 ms by an interrupt");
	woken_says(woken_by(empty(), WAKE_TASK, 1, "parent", "futex", 0),
		   "woken after 299 ms by parent (futex)");
	woken_says(
	    woken_by(rec_wait(1, 10, 20010, 20100, "wait4", 0, 0), WAKE_EXIT, 2, "writer", NULL, 0),
	    "woken after 20.0 us by writer, which was exiting");
	woken_says(empty(), "woken after 299 ms; by whom was not seen");
	w = woken_by(empty(), WAKE_TASK, 2, "writer", "write", 51);
	w.wait.woken = w.wait.slept;
	woken_says(w, "woken while still on its way to sleep: writer wrote to pipe:[51] (fd 4)");
	w = empty();
	w.e.flags = EVF_OPEN;
	w.wait.woken = 0;
	woken_says(w, "still asleep after 300 ms, when the run ended");
}

/* The end fd of tid goes at ts, by this change. */
static void leaves(struct run *r, __u32 tid, __u64 ts, __s32 fd, __u8 end, __u8 change)
{
	union any_event e = rec_object(tid, ts, change, fd, end, 51, 9);

	e.object.released = 1;
	run_feed(r, e);
	if (change == OBJ_EXEC_CLOSED)
		run_feed(r, rec_exec(tid, ts, "yes"));
}

static union any_event op(const char *call, __s64 ret, __u64 arg)
{
	union any_event e = rec_op(3, 5 * MS, 5 * MS + 1, call, 51, ret, arg);

	e.op.after = ret ? pipe_state(3, 3, 0, 1) : pipe_state(0, 0, 1, 0);
	return e;
}

static void ends_of_file(void **state)
{
	static const struct {
		__u8 change;
		const char *want;
	} rows[] = {
	    {OBJ_CLOSED,
	     "end of file: the last writer is gone since writer closed fd 4 at 1.203 ms"},
	    {OBJ_EXIT_CLOSED,
	     "end of file: the last writer is gone since writer exited at 1.203 ms"},
	    {OBJ_EXEC_CLOSED,
	     "end of file: the last writer is gone since yes closed fd 4 on execve at 1.203 ms"},
	};
	struct run *r;
	union any_event e;

	for (size_t i = 0; i < 3; i++) {
		r = with_tasks();
		leaves(r, 2, 1203 * 1000, 4, END_WRITE, rows[i].change);
		run_feed(r, op("read", 0, 100));
		says(r, FACT_OP, rows[i].want);
	}
	r = with_tasks();
	e = rec_object(2, MS, OBJ_CLOSED, 4, END_WRITE, 51, 9);
	e.object.released = 1;
	e.object.nr = (__s16)syscall_number("dup2");
	run_feed(r, e);
	run_feed(r, op("read", 0, 100));
	says(r, FACT_OP,
	     "end of file: the last writer is gone since writer replaced fd 4 at 1.000 ms");
	r = with_tasks();
	e.object.change = OBJ_RELEASED;
	e.object.nr = (__s16)syscall_number("sendmsg");
	run_feed(r, e);
	run_feed(r, op("read", 0, 100));
	says(
	    r, FACT_OP,
	    "end of file: the last writer is gone since writer let go of it (sendmsg) at 1.000 ms");
	r = with_tasks();
	run_feed(r, op("read", 0, 100));
	says(r, FACT_OP, "end of file: no writer is left; who closed the last was not seen");
}

static void broken_pipes(void **state)
{
	struct run *r = with_tasks();

	leaves(r, 1, 3100 * 1000, 3, END_READ, OBJ_CLOSED);
	run_feed(r, op("write", -EPIPE, 100));
	says(r, FACT_OP, "EPIPE: no reader is left since parent closed fd 3 at 3.100 ms");
	r = with_tasks();
	leaves(r, 1, 3100 * 1000, 3, END_READ, OBJ_EXIT_CLOSED);
	run_feed(r, op("write", 40960, 65536));
	says(r, FACT_OP,
	     "partial: 40960 of 65536 bytes were taken before the last reader left; parent exited "
	     "at 3.100 ms");
	r = with_tasks();
	run_feed(r, op("write", -EPIPE, 100));
	says(r, FACT_OP, "EPIPE: no reader is left; who it was, was not seen");
}

static void other_ends(void **state)
{
	struct run *r = with_tasks();
	union any_event e = op("read", -EAGAIN, 10);

	e.op.before = e.op.after = pipe_state(0, 0, 1, 1);
	run_feed(r, e);
	says(r, FACT_OP, "it would have to wait: the pipe is empty");
	r = with_tasks();
	e = op("write", -EAGAIN, 10);
	e.op.before = pipe_state(16, 65520, 1, 1);
	run_feed(r, e);
	says(r, FACT_OP, "it would have to wait: all 16 slots are full (65520 bytes)");
	r = with_tasks();
	e.op.ret = 4;
	e.e.flags = EVF_NONBLOCK;
	e.op.after = e.op.before;
	run_feed(r, e);
	says(r, FACT_OP,
	     "partial: 4 of 10 bytes were taken, then all 16 slots are full (65520 bytes)");
	r = with_tasks();
	e = op("fcntl", -EBUSY, 4096);
	e.op.cmd = F_SETPIPE_SZ;
	e.op.before = pipe_state(16, 65520, 1, 1);
	run_feed(r, e);
	says(r, FACT_OP, "EBUSY: 16 slots are in use, too many for 4096 bytes");
	r = with_tasks();
	e = op("read", 0, 10);
	e.op.after = pipe_state(0, 0, 1, 1);
	run_feed(r, e);
	says(r, FACT_OP, "nothing was read: the records do not show why");
	r = with_tasks();
	run_feed(r, op("read", 5, 10));
	says(r, FACT_OP, "");
}

static union any_event resize(__s64 ret, __u64 arg, __u8 limit, __u64 type)
{
	union any_event e = op("fcntl", ret, arg);

	e.op.op = OPC_CONTROL;
	e.op.cmd = F_SETPIPE_SZ;
	e.op.bits = limit;
	e.op.type = (__s64)type;
	e.op.key = 1000;
	return e;
}

static void resize_says(union any_event e, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, e);
	says(r, FACT_OP, want);
}

static void pipes_not_resized(void **state)
{
	union any_event e = resize(-EPERM, 1 << 20, PIPEF_SOFT, 16000ull << 32 | 16384);

	resize_says(resize(-EPERM, 2 << 20, PIPEF_MAX_SIZE, 1 << 20),
		    "EPERM: pipe-max-size: a pipe has at most 1048576 bytes without "
		    "CAP_SYS_RESOURCE, not 2097152 (/proc/sys/fs/pipe-max-size)");
	e.op.before = pipe_state(3, 3, 0, 1);
	resize_says(e,
		    "EPERM: pipe-user-pages-soft is reached: the pipes of user 1000 have 16000 of "
		    "16384 pages, and this one is to have 256 in place of 16 "
		    "(/proc/sys/fs/pipe-user-pages-soft)");
	e.op.bits = PIPEF_HARD;
	e.op.arg = 4097;
	e.e.flags = EVF_NO_STATE;
	resize_says(e,
		    "EPERM: pipe-user-pages-hard is reached: the pipes of user 1000 have 16000 of "
		    "16384 pages, and this one is to have 2 (/proc/sys/fs/pipe-user-pages-hard)");
	resize_says(
	    resize(-EPERM, 2 << 20, 0, 0),
	    "EPERM: without CAP_SYS_RESOURCE a pipe has no more than "
	    "/proc/sys/fs/pipe-max-size bytes, and the pipes of one user no more pages than "
	    "pipe-user-pages-soft and -hard allow; 2097152 bytes are asked for");
	resize_says(resize(-EINVAL, 0xfffffffb, 0, 0),
		    "EINVAL: a pipe has at most 2147483648 bytes, not 4294967291");
	e = resize(-EBUSY, 4096, 0, 0);
	resize_says(e, "EBUSY: 3 slots are in use, too many for 4096 bytes"); /* after it */
	e.op.arg = 3 * 4096;
	resize_says(e, "EBUSY: the records do not show why");
}

static void interrupted(void **state)
{
	struct run *r = with_tasks();
	union any_event w =
	    woken_by(rec_wait(3, 1 * MS, 2 * MS, 3 * MS, "read", WAIT_PIPE_EMPTY, 51), WAKE_SIGNAL,
		     1, "parent", "kill", 0);
	union any_event e = op("read", -512, 10);

	w.wait.waker.sig = SIGUSR1;
	e.e.flags = EVF_SLEPT;
	run_feed(r, w);
	run_feed(r, e);
	says(r, FACT_OP, "interrupted by SIGUSR1 from parent (kill)");
	r = with_tasks();
	run_feed(r, w);
	e = op("write", 4, 10);
	e.e.flags = EVF_SLEPT;
	e.op.after.v[PIPE_READERS] = 1;
	run_feed(r, e);
	says(r, FACT_OP, "partial: 4 of 10 bytes were taken before SIGUSR1 from parent (kill)");
}

static void sigpipes(void **state)
{
	static const char *const more[] = {
	    "", "; ignored by writer: only what the write returns tells of it",
	    "; already pending: two SIGPIPE become one", "; lost: the queue of signals is full"};
	char want[256];

	for (int result = 0; result < 4; result++) {
		struct run *r = with_tasks();
		union any_event e =
		    rec_signal(2, 5 * MS, SIGPIPE, SI_KERNEL, 2, "writer", "write", 51);

		e.signal.result = result;
		leaves(r, 3, 3100 * 1000, 3, END_READ, OBJ_CLOSED);
		run_feed(r, e);
		snprintf(want, sizeof(want), "%s%s",
			 "SIGPIPE: it writes to a pipe without readers; the last reader left when "
			 "reader closed fd 3 (close) at 3.100 ms",
			 more[result]);
		says(r, FACT_SIGNAL, want);
	}
	{
		struct run *r = with_tasks();

		run_feed(r, rec_signal(2, 5 * MS, SIGPIPE, SI_KERNEL, 2, "writer", "write", 51));
		says(r, FACT_SIGNAL,
		     "SIGPIPE: it writes to a pipe without readers; how the last reader left was "
		     "not seen");
	}
}

static void signal_says(union any_event e, enum fact_kind kind, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, e);
	says(r, kind, want);
}

static void signals(void **state)
{
	union any_event e = rec_signal(1, MS, SIGCHLD, CLD_KILLED, 2, "writer", NULL, 0);

	signal_says(e, FACT_SIGNAL, "SIGCHLD: its child writer was killed");
	e.signal.code = CLD_EXITED;
	e.signal.result = 1;
	signal_says(e, FACT_SIGNAL, "SIGCHLD: its child writer exited; ignored by parent");
	signal_says(rec_signal(2, MS, SIGTERM, SI_USER, 1, "parent", "kill", 0), FACT_SIGNAL,
		    "SIGTERM: sent by parent (kill)");
	e = rec_signal(2, MS, SIGCONT, SI_USER, 1, "parent", "kill", 0);
	e.signal.result = 1;
	signal_says(e, FACT_SIGNAL,
		    "SIGCONT: sent by parent (kill); not delivered, but if writer was stopped, it "
		    "goes on");
	e = rec_signal(2, MS, SIGKILL, SI_USER, 1, "parent", "kill", 0);
	e.signal.result = 1;
	signal_says(e, FACT_SIGNAL,
		    "SIGKILL: sent by parent (kill); not delivered: writer ends already, or may "
		    "not be killed");
	signal_says(rec_signal(2, MS, SIGABRT, SI_TKILL, 2, "writer", "tgkill", 0), FACT_SIGNAL,
		    "SIGABRT: sent by itself (tgkill)");
	signal_says(rec_signal(2, MS, SIGALRM, SI_KERNEL, 0, NULL, NULL, 0), FACT_SIGNAL,
		    "SIGALRM: a timer expired");
	signal_says(rec_signal(2, MS, SIGINT, SI_KERNEL, 9, "kworker", NULL, 0), FACT_SIGNAL,
		    "SIGINT: made by the kernel, for a reason that is not traced");
	signal_says(rec_deliver(2, MS, 9, SIGPIPE, 0), FACT_DELIVER, "writer dies of SIGPIPE");
	signal_says(rec_deliver(2, MS, SIGPIPE, 0, 0x400000), FACT_DELIVER,
		    "writer runs its handler of SIGPIPE");
	signal_says(rec_deliver(2, MS, SIGCHLD, 0, 0), FACT_DELIVER, "");
}

/* Ctrl-C and its like: a kernel thread makes the signal; who typed is not known. */
static void of_the_terminal(void **state)
{
	union any_event sig = rec_signal(3, 1210 * MS, SIGINT, SI_KERNEL, 9, "kworker", NULL, 0);
	union any_event w = woken_by(empty(), WAKE_SIGNAL, 9, "kworker", NULL, 0);
	const char *kernels = "SIGINT: made by the kernel, for a reason that is not traced";
	struct run *r = with_tasks();
	const struct seen *s;

	w.wait.waker.sig = SIGINT;
	/* A busy machine may take so long from the wakeup to the record. */
	sig.e.ts = w.wait.woken + 50 * MS;
	sig.signal.foreground = 1;
	run_feed(r, sig);
	run_feed(r, w);
	run_finish(r);
	s = run_get(r, FACT_WAKE, 0);
	assert_true(s->f.cause.terminal && !s->f.cause.by_known);
	assert_non_null(strstr(s->why, " by SIGINT from the terminal"));
	run_free(r);
	signal_says(sig, FACT_SIGNAL, "SIGINT: made by the terminal for its foreground processes");
	/* A BPF program may send it to the running process. */
	sig.signal.sender.pid = 3;
	signal_says(sig, FACT_SIGNAL, kernels);
	sig.signal.sender.pid = 9;
	sig.signal.sig = SIGHUP;
	signal_says(sig, FACT_SIGNAL,
		    "SIGHUP: made by the kernel, for a reason that is not traced");
	sig.signal.sig = SIGINT;
	sig.signal.foreground = 0;
	signal_says(sig, FACT_SIGNAL, kernels);
}

static void foreign_names(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "\x1b[31mred\n"));
	run_feed(r, rec_wait(1, 10, 20, 30, "wait4", 0, 0));
	run_finish(r);
	assert_null(strchr(run_get(r, FACT_BLOCK, 0)->why, '\x1b'));
	assert_null(strchr(run_get(r, FACT_BLOCK, 0)->why, '\n'));
	run_free(r);
}

static void short_buffers(void **state)
{
	struct run *r = run_new();
	const struct seen *s;
	char buf[64];

	run_feed(r, rec_exec(1, 1, "\xc3\xa4\xc3\xa4"));
	run_feed(r, rec_wait(1, 10, 20, 30, "wait4", 0, 0));
	run_finish(r);
	s = run_get(r, FACT_BLOCK, 0);
	for (size_t size = 1; size < sizeof(buf); size++) {
		size_t n;

		memset(buf, '#', sizeof(buf));
		n = explain(&s->f, buf, size);
		assert_int_equal(n, strlen(buf));
		assert_true(strlen(buf) < size);
		/* Never half a character. */
		assert_true(strlen(buf) > 3 || strlen(buf) % 2 == 0);
	}
	assert_string_equal(buf, "\xc3\xa4\xc3\xa4 sleeps in wait4");
	assert_int_equal(explain(&s->f, buf, 0), 0);
	run_free(r);
}

/* One signal for two children: the second is a zombie that no signal tells of. */
static void one_sigchld_for_two(void **state)
{
	static const char *const left[] = {
	    [CHILD_UNKNOWN] = "",
	    [CHILD_ZOMBIE] =
		"; writer 2 is a zombie until somebody waits for it, and has no signal of its own",
	    [CHILD_REAPED] = "",
	};

	for (__u8 i = CHILD_UNKNOWN; i <= CHILD_REAPED; i++) {
		struct run *r = with_tasks();
		union any_event e =
		    rec_signal(1, 5 * MS, SIGCHLD, CLD_EXITED, 2, "writer", NULL, 0);
		char want[200];

		e.signal.result = SIGNAL_COALESCED;
		e.signal.zombie = i;
		e.signal.sender.ctx = WAKE_EXIT;
		run_feed(r, e);
		snprintf(want, sizeof(want),
			 "SIGCHLD: its child writer exited; already pending: two SIGCHLD become "
			 "one%s",
			 left[i]);
		says(r, FACT_SIGNAL, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wakes_by_pipe),
	    cmocka_unit_test(wakes_by_close),
	    cmocka_unit_test(wakes_by_others),
	    cmocka_unit_test(ends_of_file),
	    cmocka_unit_test(broken_pipes),
	    cmocka_unit_test(other_ends),
	    cmocka_unit_test(pipes_not_resized),
	    cmocka_unit_test(interrupted),
	    cmocka_unit_test(one_sigchld_for_two),
	    cmocka_unit_test(sigpipes),
	    cmocka_unit_test(signals),
	    cmocka_unit_test(of_the_terminal),
	    cmocka_unit_test(foreign_names),
	    cmocka_unit_test(short_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
