/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace files for measurements: makes a file of any length, or only reads one.
 *
 *   trace make N FILE     N records of two pipes: a stream, and a ping-pong that sleeps
 *   trace read FILE       prints records, seconds, records a second
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>

#include "file/reader.h"
#include "file/writer.h"

#define START  1000000000000ULL
#define TICK   50000000ULL /* as a live run drains the ring */
#define BEHIND 200000000ULL
#define PID    1000
#define PAGE   4096
#define SLOTS  16

static __u64 seed = 88172645463325252ULL, now = START;

static unsigned int rnd(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned int)(seed >> 32) % n;
}

static void die(const char *what, int err)
{
	fprintf(stderr, "trace: %s: %s\n", what, strerror(err));
	exit(1);
}

static struct event head(__u8 kind, size_t size, __u32 pid)
{
	return (struct event){.ts = now,
			      .pid = pid,
			      .tid = pid,
			      .size = (__u16)size,
			      .kind = kind,
			      .cpu = (__u16)rnd(2)};
}

static struct ipc_object pipe_number(__u32 i)
{
	return (struct ipc_object){.id = 500000 + i, .dev = 14, .mech = MECH_PIPE};
}

static struct ipc_state state(__u32 used)
{
	return (struct ipc_state){{used, SLOTS, used * PAGE, SLOTS, 1, 1}};
}

/* A process that appears: exec, and its two descriptors. */
static void put_process(struct writer *w, __u32 pid, __u32 pipe, __u8 end, const char *comm)
{
	struct ev_life life = {.e = head(EV_EXEC, sizeof(life), pid)};
	struct ev_object obj = {.e = head(EV_OBJECT, sizeof(obj), pid),
				.obj = pipe_number(pipe),
				.state = state(0),
				.file = pipe * 2 + end,
				.refs = 1,
				.fd = end == END_READ ? 3 : 4,
				.nr = -1,
				.change = OBJ_HELD,
				.end = end};

	snprintf(life.comm, COMM_LEN, "%s", comm);
	snprintf(life.path, PATH_LEN, "/usr/bin/%s", comm);
	writer__record(w, &life.e);
	writer__record(w, &obj.e);
}

/* One write or read of a page or a part of it, 1 to 3 us after the last. */
static void put_op(struct writer *w, __u32 pid, __u32 pipe, bool write, __u32 bytes, __u32 *used)
{
	struct ev_op op = {.start = now + 200 + rnd(800),
			   .ret = bytes,
			   .arg = write ? bytes : 65536,
			   .obj = pipe_number(pipe),
			   .before = state(*used),
			   .fd = write ? 4 : 3,
			   .nr = write ? SYS_write : SYS_read,
			   .op = write ? OPC_WRITE : OPC_READ};

	*used += write ? 1 : -1U;
	op.after = state(*used);
	now = op.start + 500 + rnd(1500);
	op.e = head(EV_OP, sizeof(op), pid);
	writer__record(w, &op.e);
}

/* A reader that slept on an empty pipe until a write. */
static void put_wait(struct writer *w, __u32 pid, __u32 waker, __u32 pipe)
{
	struct ev_wait wait = {.slept = now - 9000 - rnd(3000),
			       .woken = now - 1000 - rnd(500),
			       .obj = pipe_number(pipe),
			       .state = state(0),
			       .state_woken = state(1),
			       .fd = 3,
			       .nr = SYS_read,
			       .op = OPC_READ,
			       .reason = WAIT_PIPE_EMPTY,
			       .waker = {.pid = waker,
					 .tid = waker,
					 .obj = pipe_number(pipe),
					 .fd = 4,
					 .nr = SYS_write,
					 .ctx = WAKE_TASK,
					 .comm = "ping"}};

	now += 300;
	wait.e = head(EV_WAIT, sizeof(wait), pid);
	writer__record(w, &wait.e);
}

static void make(__u64 n, const char *path)
{
	struct utsname u;
	struct trace_about about = {
	    .version = "bench", .kernel = "none", .machine = u.machine, .backend = "generated"};
	const struct trace_run run = {.name = "bench", .command = "bench"};
	const struct trace_end end = {0};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	__u32 used = 0, one = 0;
	struct writer *w;
	__u64 next = START;

	uname(&u);
	w = fd < 0 ? NULL : writer__new(fd, &about, 0);
	if (!w || writer__run(w, &run))
		die(path, errno);
	put_process(w, PID, 0, END_WRITE, "source");
	put_process(w, PID + 1, 0, END_READ, "drain");
	put_process(w, PID + 2, 1, END_WRITE, "ping");
	put_process(w, PID + 3, 1, END_READ, "pong");
	for (__u64 i = 8; i < n; i++) {
		bool write = used == 0 || (used < SLOTS && rnd(2));

		if (i % 10 == 7 && i + 2 < n) {
			put_op(w, PID + 2, 1, true, 1, &one);
			put_wait(w, PID + 3, PID + 2, 1);
			put_op(w, PID + 3, 1, false, 1, &one);
			i += 2;
		} else {
			put_op(w, PID + !write, 0, write, rnd(10) ? PAGE : 1 + rnd(PAGE), &used);
		}
		if (now >= next) {
			writer__tick(w, now - BEHIND);
			next = now + TICK;
		}
	}
	if (writer__run_end(w, &end))
		die(path, EIO);
	if (writer__close(w))
		die(path, EIO);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void read_all(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char why[200] = "";
	struct reader *r = fd < 0 ? NULL : reader__new(fd, why, sizeof(why));
	struct trace_item item;
	__u64 n = 0, sum = 0;
	double t = seconds();

	if (!r)
		die(path, errno);
	do {
		if (reader__next(r, &item))
			die(path, ENOMEM);
		if (item.kind == TRACE_RECORD) {
			n++;
			sum += item.rec->ts;
		}
	} while (item.kind != TRACE_EOF);
	t = seconds() - t;
	printf("%llu %.3f %.0f\n", (unsigned long long)n, t, (double)n / t);
	reader__free(r);
	if (!sum)
		exit(1);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "make"))
		make(strtoull(argv[2], NULL, 10), argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "read"))
		read_all(argv[2]);
	else
		die("usage: trace make N FILE | trace read FILE", EINVAL);
	return 0;
}
