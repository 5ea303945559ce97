// SPDX-License-Identifier: GPL-2.0
/* Makes a recording by hand, with every kind of record, for the formats' golden test. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <linux/types.h>

#include "event.h"

#define START 1000000000000ULL

static __u64 now = START;
static __u64 pipe_id;
static struct ipc_state st; /* of the pipe */

static void us(double n)
{
	now += (__u64)(n * 1000);
}

static void put(struct event *e, size_t size, __u8 kind, __u32 pid)
{
	e->ts = now;
	e->pid = pid;
	e->tid = e->tid ? e->tid : pid;
	e->size = (__u16)size;
	e->kind = kind;
	fwrite(e, size, 1, stdout);
	us(3.1);
}

static struct ipc_object the_pipe(void)
{
	return (struct ipc_object){.id = pipe_id, .dev = 14, .mech = MECH_PIPE};
}

static void new_pipe(__u64 id)
{
	pipe_id = id;
	st = (struct ipc_state){{0, 16, 0, 16, 1, 1}};
}

static void object(__u32 pid, int change, int fd, int end, __u32 refs, int released, int nr)
{
	struct ev_object o = {.obj = the_pipe(),
			      .state = st,
			      .file = 0xffff888000000000ULL + pipe_id * 16 + (__u64)end,
			      .refs = refs,
			      .fd = fd,
			      .nr = (__s16)nr,
			      .change = (__u8)change,
			      .end = (__u8)end,
			      .released = (__u8)released};

	put(&o.e, sizeof(o), EV_OBJECT, pid);
	if (released)
		st.v[end == END_READ ? PIPE_READERS : PIPE_WRITERS]--;
}

/* A write that appends to the last slot when it fits into the page, as the kernel does. */
static void move(int op, long size)
{
	if (op == OPC_WRITE) {
		if (st.v[PIPE_BYTES] % 4095 == 0)
			st.v[PIPE_USED]++;
		st.v[PIPE_BYTES] += (__u32)size;
	} else {
		st.v[PIPE_BYTES] -= (__u32)size;
		if (!st.v[PIPE_BYTES])
			st.v[PIPE_USED] = 0;
	}
}

static void op(__u32 pid, int class, int nr, int fd, __u64 arg, long ret, int flags)
{
	struct ev_op o = {.start = now - 900,
			  .ret = ret,
			  .arg = arg,
			  .obj = the_pipe(),
			  .before = st,
			  .fd = fd,
			  .nr = (__s16)nr,
			  .cmd = nr == SYS_fcntl ? F_SETPIPE_SZ : 0,
			  .op = (__u8) class};

	if (ret > 0 && (class == OPC_READ || class == OPC_WRITE))
		move(class, ret);
	o.after = st;
	o.e.flags = (__u8)flags;
	put(&o.e, sizeof(o), EV_OP, pid);
}

static struct ev_wait sleep_on(int class, int nr, int fd, int reason)
{
	struct ev_wait w = {.slept = now,
			    .state = st,
			    .fd = fd,
			    .nr = (__s16)nr,
			    .op = (__u8) class,
			    .reason = (__u8)reason};

	if (reason)
		w.obj = the_pipe();
	else
		w.e.flags = EVF_NO_STATE;
	return w;
}

static void woken(struct ev_wait *w, int ctx, __u32 by, const char *comm, int nr, int fd, int sig)
{
	w->woken = now;
	w->state_woken = st;
	w->waker = (struct ev_waker){
	    .pid = by, .tid = by, .fd = fd, .nr = (__s16)nr, .ctx = (__u8)ctx, .sig = (__u8)sig};
	snprintf(w->waker.comm, COMM_LEN, "%s", comm);
	if (fd >= 0)
		w->waker.obj = the_pipe();
}

static void wake(struct ev_wait *w, __u32 pid)
{
	put(&w->e, sizeof(*w), EV_WAIT, pid);
}

static void life(int kind, __u32 pid, __u32 child, int code, const char *comm, const char *path)
{
	struct ev_life l = {.child_pid = child, .child_tid = child, .code = code, .last = 1};

	snprintf(l.comm, COMM_LEN, "%s", comm);
	snprintf(l.path, PATH_LEN, "%s", path);
	put(&l.e, sizeof(l), (__u8)kind, pid);
}

static void sig(int kind, __u32 pid, int signo, int fatal, __u32 by, const char *comm, int nr,
		int fd)
{
	struct ev_signal s = {.sig = fatal ? SIGKILL : signo, .fatal = fatal};

	if (kind == EV_SIGNAL_GEN) {
		s.sig = signo;
		s.group = by != pid;
		s.sender = (struct ev_waker){
		    .pid = by, .tid = by, .fd = fd, .nr = (__s16)nr, .ctx = WAKE_TASK};
		snprintf(s.sender.comm, COMM_LEN, "%s", comm);
		if (fd >= 0)
			s.sender.obj = the_pipe();
		s.code = fd >= 0 ? SI_KERNEL : SI_USER;
	}
	put(&s.e, sizeof(s), (__u8)kind, pid);
}

static void start_pair(__u32 parent, __u32 child, const char *child_name)
{
	object(parent, OBJ_CREATED, 3, END_READ, 1, 0, SYS_pipe2);
	object(parent, OBJ_CREATED, 4, END_WRITE, 1, 0, SYS_pipe2);
	op(parent, OPC_CREATE, SYS_pipe2, -1, 0, 0, 0);
	us(80);
	life(EV_FORK, parent, child, 0, "parent", "");
	object(child, OBJ_INHERITED, 3, END_READ, 2, 0, SYS_clone);
	object(child, OBJ_INHERITED, 4, END_WRITE, 2, 0, SYS_clone);
	us(60);
	life(EV_RENAME, child, 0, 0, child_name, "");
	us(20);
}

/* Nobody reads: the writer fills the pipe, sleeps, and is ended by a signal. */
static void case_full(void)
{
	struct ev_wait parent, writer;

	new_pipe(5123);
	start_pair(812, 813, "writer");
	object(813, OBJ_CLOSED, 3, END_READ, 2, 0, SYS_close);
	object(812, OBJ_CLOSED, 4, END_WRITE, 2, 0, SYS_close);
	parent = sleep_on(OPC_NONE, SYS_clock_nanosleep, -1, 0);
	us(30);
	for (int i = 0; i < 48; i++)
		op(813, OPC_WRITE, SYS_write, 4, 1365, 1365, 0);
	writer = sleep_on(OPC_WRITE, SYS_write, 4, WAIT_PIPE_FULL);
	now = START + 300100000;
	woken(&parent, WAKE_TIMER, 0, "swapper", -1, -1, 0);
	us(9);
	wake(&parent, 812);
	us(30);
	woken(&writer, WAKE_SIGNAL, 812, "parent", SYS_kill, -1, SIGTERM);
	sig(EV_SIGNAL_GEN, 813, SIGTERM, 0, 812, "parent", SYS_kill, -1);
	us(20);
	parent = sleep_on(OPC_NONE, SYS_wait4, -1, 0);
	us(5);
	wake(&writer, 813);
	op(813, OPC_WRITE, SYS_write, 4, 1365, -512, EVF_SLEPT);
	sig(EV_SIGNAL_DELIVER, 813, SIGTERM, SIGTERM, 0, "", -1, -1);
	life(EV_EXIT, 813, 0, SIGTERM, "writer", "");
	object(813, OBJ_EXIT_CLOSED, 4, END_WRITE, 1, 1, -1);
	woken(&parent, WAKE_EXIT, 813, "writer", -1, -1, 0);
	us(1200);
	wake(&parent, 812);
	object(812, OBJ_CLOSED, 3, END_READ, 1, 1, SYS_close);
}

/* Messages back and forth for a while, then the reader leaves and the writer dies of SIGPIPE. */
static void case_broken(void)
{
	struct ev_wait reader;

	new_pipe(5130);
	start_pair(812, 814, "reader");
	object(814, OBJ_CLOSED, 4, END_WRITE, 2, 0, SYS_close);
	object(812, OBJ_CLOSED, 3, END_READ, 2, 0, SYS_close);
	for (int i = 0; i < 60; i++) {
		reader = sleep_on(OPC_READ, SYS_read, 3, WAIT_PIPE_EMPTY);
		us(15 + i % 7);
		woken(&reader, WAKE_TASK, 812, "parent", SYS_write, 4, 0);
		op(812, OPC_WRITE, SYS_write, 4, 100, 100 + i % 3, 0);
		us(6);
		wake(&reader, 814);
		op(814, OPC_READ, SYS_read, 3, 200, 100 + i % 3, EVF_SLEPT);
	}
	object(814, OBJ_CLOSED, 3, END_READ, 1, 1, SYS_close);
	us(200);
	sig(EV_SIGNAL_GEN, 812, SIGPIPE, 0, 812, "parent", SYS_write, 4);
	op(812, OPC_WRITE, SYS_write, 4, 100, -EPIPE, 0);
	op(812, OPC_CONTROL, SYS_fcntl, 4, 4096, -EBUSY, 0);
	sig(EV_SIGNAL_DELIVER, 812, SIGPIPE, SIGPIPE, 0, "", -1, -1);
	life(EV_EXIT, 812, 0, SIGPIPE, "parent", "");
	object(812, OBJ_EXIT_CLOSED, 4, END_WRITE, 1, 1, -1);
}

/* Names that attack the terminal and the JSON, a sleep that does not end, and a loss. */
static void case_hostile(void)
{
	struct ev_wait w;
	struct ev_lost lost = {.count = 17, .cause = LOST_RING};

	new_pipe(5140);
	start_pair(815, 816, "\033[2J\"\n\xff\xe7\xae\xa1\xe9\x81\x93");
	life(EV_EXEC, 816, 0, 0, "\033[2J\"\n\xff\xe7\xae\xa1\xe9\x81\x93",
	     "/tmp/\xe2\x80\xae\x07"
	     "evil\\name");
	put(&lost.e, sizeof(lost), EV_LOST, 0);
	us(100);
	w = sleep_on(OPC_READ, SYS_read, 3, WAIT_PIPE_EMPTY);
	us(2500);
	w.e.flags = EVF_OPEN;
	life(EV_EXIT, 815, 0, 1 << 8, "parent", "");
	object(815, OBJ_EXIT_CLOSED, 3, END_READ, 2, 0, -1);
	object(815, OBJ_EXIT_CLOSED, 4, END_WRITE, 2, 0, -1);
	wake(&w, 816);
}

int main(void)
{
	life(EV_EXEC, 812, 0, 0, "parent", "/usr/bin/parent");
	life(EV_EXEC, 815, 0, 0, "parent", "/usr/bin/parent");
	case_full();
	case_broken();
	case_hostile();
	return 0;
}
