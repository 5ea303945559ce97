/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Takes records from the spool and shows them. While a run lasts, only this thread touches
 * timeline, claims and sink.
 */
#include "session/printer_thread.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/clock.h"

#define WAKE_UP SIGUSR1 /* ends a write that nobody reads */

void print_thread__keep(struct print_thread *t, int error)
{
	if (error && !t->error)
		t->error = error;
}

void print_thread__flush(struct print_thread *t)
{
	int error = show__flush(t->show);

	if (error && !t->unwritten)
		t->unwritten = error;
}

static void show_losses(struct print_thread *t)
{
	struct ev_lost lost = {
	    .e = {.ts = now_ns(), .size = sizeof(lost), .kind = EV_LOST},
	    .count = atomic_exchange(&t->left_out, 0),
	    .cause = LOST_FILE,
	};

	if (lost.count)
		print_thread__keep(t, show__record(t->show, &lost.e));
}

void print_thread__finish(struct print_thread *t)
{
	if (!t->error && !t->unwritten)
		print_thread__keep(t, show__finish(t->show));
}

static int show_records(struct print_thread *t, const struct spool_piece *p)
{
	const __u8 *at = (const __u8 *)p->bytes, *end = at + p->len;
	union any_event rec;
	enum codec_item item;
	int rc = 0;

	codec__reset(t->codec);
	while (at < end && !rc) {
		at = codec__get(t->codec, at, &item, &rec);
		if (!at)
			return -EPROTO;
		rc = item == CODEC_TICK ? show__advance(t->show, rec.e.ts)
					: show__record(t->show, &rec.e);
	}
	return rc;
}

static int show_sums(struct print_thread *t, const struct spool_piece *p)
{
	int rc = 0;

	if (p->kind == PRINT_OPS)
		for (size_t at = 0; at < p->len && !rc; at += sizeof(struct print_op)) {
			struct print_op row;

			memcpy(&row, p->bytes + at, sizeof(row));
			rc = show__sum_op(t->show, &row.key, &row.sum);
		}
	else
		for (size_t at = 0; at < p->len && !rc; at += sizeof(struct print_wait)) {
			struct print_wait row;

			memcpy(&row, p->bytes + at, sizeof(row));
			rc = show__sum_wait(t->show, &row.key, &row.sum);
		}
	return rc;
}

static void on_call(struct print_thread *t)
{
	struct print_call *c = atomic_exchange(&t->call, NULL);
	uint64_t one = 1;

	show_losses(t);
	c->fn(t, c->arg);
	if (!t->over)
		print_thread__flush(t);
	(void)!write(t->done_fd, &one, sizeof(one));
}

static void on_piece(struct print_thread *t, const struct spool_piece *p)
{
	if (!p->bytes) {
		t->left_out += p->records;
		return;
	}
	show_losses(t);
	/* Nobody will see it. */
	if (t->error || t->unwritten)
		return;
	print_thread__keep(t, p->kind == PRINT_RECORDS ? show_records(t, p) : show_sums(t, p));
	if (spool__empty(t->spool))
		print_thread__flush(t);
	else if (show__write_error(t->show) && !t->unwritten)
		t->unwritten = show__write_error(t->show);
}

static void *thread_main(void *arg)
{
	struct print_thread *t = arg;

	while (!t->over) {
		struct spool_piece p;

		if (spool__take(t->spool, &p))
			on_piece(t, &p);
		else if (t->call)
			on_call(t);
	}
	return NULL;
}

static void nothing(int sig)
{
}

/* With all signals blocked but the one that is for it. */
static int start(struct print_thread *t)
{
	struct sigaction sa = {.sa_handler = nothing}; /* no SA_RESTART */
	sigset_t others, before;
	int err;

	sigaction(WAKE_UP, &sa, NULL);
	sigfillset(&others);
	sigdelset(&others, WAKE_UP);
	pthread_sigmask(SIG_SETMASK, &others, &before);
	err = pthread_create(&t->id, NULL, thread_main, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int print_thread__start(struct print_thread *t, size_t memory)
{
	int err;

	t->codec = malloc(sizeof(*t->codec));
	t->spool = spool__new(memory, CODEC_PAD);
	t->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = t->codec && t->spool && t->done_fd >= 0 ? start(t) : -ENOMEM;
	if (!err)
		return 0;
	free(t->codec);
	spool__free(t->spool);
	if (t->done_fd >= 0)
		close(t->done_fd);
	return err;
}

void print_thread__call(struct print_thread *t, struct print_call *call)
{
	t->call = call;
	spool__poke(t->spool);
}

bool print_thread__done(struct print_thread *t)
{
	uint64_t n;

	return read(t->done_fd, &n, sizeof(n)) == sizeof(n);
}

void print_thread__give_up(struct print_thread *t)
{
	show__give_up(t->show);
	pthread_kill(t->id, WAKE_UP);
}

void print_thread__join(struct print_thread *t)
{
	pthread_join(t->id, NULL);
	close(t->done_fd);
	spool__free(t->spool);
	free(t->codec);
}
