/* SPDX-License-Identifier: GPL-2.0 */
/* The tracer's side of the thread that shows what it traces. */
#include "session/printer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "session/interrupt.h"
#include "lib/log.h"
#include "session/printer_thread.h"

#define MS	   1000000ULL
#define PATIENCE   (2000 * MS) /* with a reader who does not read, after a signal */
#define LOOK_AGAIN 50	       /* ms */
#define CHUNK	   (64U << 10)
#define MEMORY	   (4U << 20) /* all of it is used from the beginning */

struct printer {
	struct print_thread thread;
	bool direct; /* there is no thread: nothing is shown, or none can be made */
	bool warned;
	__u64 records; /* so far */
	int asked;     /* signals that had come when the run was over */

	/* what is not in the spool yet */
	struct codec codec;
	__u8 *chunk, *at;
	__u32 in_chunk;
	int kind; /* of it */
};

/* Records that cannot be shown: the disk is full, too. */
static void leave_out(struct printer *p, __u32 records, int error)
{
	p->thread.left_out += records;
	if (!p->warned)
		log_warn("what %s cannot take yet finds no room on the disk: %s; records are lost",
			 show__output_name(p->thread.show), strerror(-error));
	p->warned = true;
}

void printer__push(struct printer *p)
{
	size_t len = p->direct ? 0 : (size_t)(p->at - p->chunk);
	int err;

	if (p->direct)
		print_thread__flush(&p->thread);
	if (!len)
		return;
	err = spool__put(p->thread.spool, p->kind, p->in_chunk, p->chunk, len);
	if (err)
		leave_out(p, p->in_chunk, err);
	codec__reset(&p->codec);
	p->at = p->chunk;
	p->in_chunk = 0;
}

/* Room for what is of this kind. */
static __u8 *room(struct printer *p, int kind)
{
	if (kind != p->kind || (size_t)(p->at - p->chunk) >= CHUNK)
		printer__push(p);
	p->kind = kind;
	return p->at;
}

int printer__record(struct printer *p, const struct event *rec)
{
	__u8 *at;

	/* A sleep's end counts, not the snapshots of it. */
	p->records += rec->kind != EV_WAIT || !(rec->flags & EVF_OPEN);
	if (p->direct)
		return show__record(p->thread.show, rec);
	at = codec__put(&p->codec, rec, room(p, PRINT_RECORDS));
	if (!at) {
		log_warn("a record of kind %u is not well formed; it is left out", rec->kind);
		return 0;
	}
	p->at = at;
	p->in_chunk++;
	return 0;
}

void printer__tick(struct printer *p, __u64 ts)
{
	if (p->direct)
		print_thread__keep(&p->thread, show__advance(p->thread.show, ts));
	else
		p->at = codec__put_tick(&p->codec, ts, room(p, PRINT_RECORDS));
}

int printer__sum_op(void *printer, const struct sum_op_key *key, const struct sum_op *sum)
{
	struct printer *p = printer;
	struct print_op row = {*key, *sum};

	p->records += sum->ops;
	if (p->direct)
		return show__sum_op(p->thread.show, key, sum);
	memcpy(room(p, PRINT_OPS), &row, sizeof(row));
	p->at += sizeof(row);
	p->in_chunk += (__u32)sum->ops;
	return 0;
}

int printer__sum_wait(void *printer, const struct sum_wait_key *key, const struct sum_wait *sum)
{
	struct printer *p = printer;
	struct print_wait row = {*key, *sum};

	if (p->direct)
		return show__sum_wait(p->thread.show, key, sum);
	memcpy(room(p, PRINT_WAITS), &row, sizeof(row));
	p->at += sizeof(row);
	for (unsigned int i = 0; i < SUM_STEPS && key->what == SUM_WAIT; i++)
		p->in_chunk += sum->steps[i];
	return 0;
}

__u64 printer__records(const struct printer *p)
{
	return p->records;
}

/* Whether to stop waiting for what the thread does. */
static bool enough(struct printer *p)
{
	int n = interrupt__count();
	__u64 since = show__blocked_since(p->thread.show);

	if (n > p->asked)
		return true;
	return n && since && now_ns() - since > PATIENCE;
}

/* The thread does it, when it has done all else. */
static void call(struct printer *p, print_fn fn, void *arg)
{
	struct print_call c = {.fn = fn, .arg = arg};
	struct pollfd fds[] = {
	    {.fd = p->thread.done_fd, .events = POLLIN},
	    {.fd = p->thread.interrupt_fd, .events = POLLIN},
	};
	bool give_up = false;

	if (p->direct) {
		fn(&p->thread, arg);
		return;
	}
	printer__push(p);
	print_thread__call(&p->thread, &c);
	while (!print_thread__done(&p->thread)) {
		poll(fds, 2, LOOK_AGAIN);
		give_up |= enough(p);
		if (give_up)
			print_thread__give_up(&p->thread);
	}
}

struct printer *printer__new(const struct opts *o, const char *backend, const char *kernel,
			     const char *watched)
{
	struct printer *p = calloc(1, sizeof(*p));
	struct show *show = p ? show__new(o, backend, kernel) : NULL;

	if (!p)
		log_error("%s", strerror(ENOMEM));
	if (!show) {
		free(p);
		return NULL;
	}
	show__watched(show, watched);
	p->thread.show = show;
	p->thread.interrupt_fd = interrupt__init();
	p->direct = true;
	if (o->silent)
		return p;
	/* The longest of what is put in at once goes beyond the chunk. */
	p->chunk = p->at = malloc(CHUNK + sizeof(struct print_wait) + CODEC_MAX);
	if (p->chunk)
		p->direct = print_thread__start(&p->thread, MEMORY) != 0;
	return p;
}

struct begin {
	const struct trace_run *run;
	const struct expect *expect;
	int rc;
};

static void begin(struct print_thread *t, void *arg)
{
	struct begin *b = arg;

	b->rc = show__begin(t->show, b->run, b->expect);
}

int printer__begin(struct printer *p, const struct trace_run *run, const struct expect *expect)
{
	struct begin b = {.run = run, .expect = expect};

	p->asked = interrupt__count();
	call(p, begin, &b);
	return b.rc;
}

int printer__failed(struct printer *p)
{
	return p->thread.error;
}

int printer__unwritten(struct printer *p)
{
	return p->thread.unwritten;
}

static void finish(struct print_thread *t, void *arg)
{
	print_thread__finish(t);
}

int printer__finish(struct printer *p)
{
	p->asked = interrupt__count();
	call(p, finish, NULL);
	return p->thread.error;
}

static void end(struct print_thread *t, void *arg)
{
	show__end(t->show, arg);
}

void printer__end(struct printer *p, const struct trace_end *how)
{
	struct trace_end copy = *how;

	call(p, end, &copy);
}

static void closing(struct print_thread *t, void *arg)
{
	*(int *)arg = show__close(t->show);
	t->over = true;
}

int printer__close(struct printer *p, bool failed)
{
	int status = 0;

	if (failed)
		show__failed(p->thread.show);
	call(p, closing, &status);
	if (!p->direct)
		print_thread__join(&p->thread);
	show__free(p->thread.show);
	free(p->chunk);
	free(p);
	return status;
}
