/* SPDX-License-Identifier: GPL-2.0 */
/* Why an operation on a pipe or FIFO ended as it did: end of file, EPIPE, EAGAIN, a part of what was asked. */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "mech/pipe.h"
#include "names/fifo_words.h"
#include "words/explain_text.h"
#include "names/mech.h"
#include "names/opclass.h"

#define PIPE_BYTES_MAX (1u << 31)

static void no_writers(struct text *t, const struct cause *c)
{
	if (!c->by_known) {
		text__add(t, "end of file: no writer is left; who closed the last was not seen");
		return;
	}
	text__add(t, "end of file: the last writer is gone since ");
	text__departure(t, c, 0);
}

static void no_readers(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	text__outcome(t, op);
	if (op->ret > 0)
		text__add(t, " were taken before the last reader left");
	else
		text__add(t, ": no reader is left");
	if (!f->cause.by_known) {
		text__add(t, "; who it was, was not seen");
		return;
	}
	text__add(t, op->ret > 0 ? "; " : " since ");
	text__departure(t, &f->cause, 0);
}

static void by_state(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	const struct ipc_state *st = &op->after;
	char why[128];

	if (op->op == OPC_CONTROL) {
		if (op->before.v[PIPE_USED] > pipe_pages(op->bytes))
			st = &op->before;
		text__outcome(t, op);
		text__add(t, ": ");
		text__count(t, st->v[PIPE_USED], "slot");
		text__add(t, "%s in use, too many for ", st->v[PIPE_USED] == 1 ? " is" : " are");
		text__count(t, op->bytes, "byte");
		return;
	}
	if (op->op == OPC_READ || (op->op != OPC_WRITE && !op->before.v[PIPE_USED])) {
		mech__sentence(why, sizeof(why), reason__get(WAIT_PIPE_EMPTY)->sentence,
			       mech__get(op->obj.mech), st);
	} else {
		if (st->v[PIPE_USED] < st->v[PIPE_SLOTS])
			st = &op->before;
		mech__sentence(why, sizeof(why), reason__get(WAIT_PIPE_FULL)->sentence,
			       mech__get(op->obj.mech), st);
	}
	if (op->ret < 0) {
		text__add(t, "it would have to wait: %s", why);
		return;
	}
	text__outcome(t, op);
	text__add(t, " were taken, then %s", why);
}

bool pipe__limit(const struct ev_op *op, struct limit *l)
{
	const char *name = op->bits & PIPEF_MAX_SIZE ? "pipe-max-size"
			   : op->bits & PIPEF_HARD   ? "pipe-user-pages-hard"
			   : op->bits & PIPEF_SOFT   ? "pipe-user-pages-soft"
						     : NULL;

	if (op->nr != SYS_fcntl || op->cmd != F_SETPIPE_SZ || op->ret != -EPERM || !name)
		return false;
	limit__fill(l, op, name, op->bits & PIPEF_MAX_SIZE);
	l->of_user = !l->of_one;
	return true;
}

static void resize_beyond(struct text *t, const struct ev_op *op)
{
	struct limit l;

	if (!pipe__limit(op, &l)) {
		text__add(
		    t, "EPERM: without CAP_SYS_RESOURCE a pipe has no more than "
		       "/proc/sys/fs/pipe-max-size bytes, and the pipes of one user no more pages "
		       "than pipe-user-pages-soft and -hard allow; ");
		text__count(t, (__u32)op->bytes, "byte");
		text__add(t, " are asked for");
		return;
	}
	text__add(t, "EPERM: %s", l.name);
	if (l.of_one) {
		text__add(t, ": a pipe has at most %llu bytes without CAP_SYS_RESOURCE, not %u",
			  (unsigned long long)l.most, (__u32)op->bytes);
	} else {
		text__add(t,
			  " is reached: the pipes of user %u have %u of %u pages, and this one is "
			  "to have %u",
			  op->uid, l.used, (__u32)l.most, pipe_pages(op->bytes));
		if (!(op->e.flags & EVF_NO_STATE))
			text__add(t, " in place of %u", op->before.v[PIPE_RING]);
	}
	text__add(t, " (/proc/sys/fs/%s)", l.name);
}

/* fs/pipe.c pipe_set_size() */
static void resize_refused(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -EPERM:
		resize_beyond(t, op);
		break;
	case -EINVAL:
		text__add(t, "EINVAL: a pipe has at most %u bytes, not ", PIPE_BYTES_MAX);
		/* Older kernels do not cut the argument to an int. */
		if ((__u32)op->bytes > PIPE_BYTES_MAX)
			text__add(t, "%u", (__u32)op->bytes);
		else
			text__add(t, "%llu", (unsigned long long)op->bytes);
		break;
	case -ENOMEM:
		text__add(t, "ENOMEM: the kernel has no memory for it");
		break;
	}
}

void pipe__tell_op(struct text *t, const struct fact *f)
{
	switch (f->cause.kind) {
	case CAUSE_NO_WRITERS:
		no_writers(t, &f->cause);
		break;
	case CAUSE_NO_READERS:
		no_readers(t, f);
		break;
	case CAUSE_STATE:
		by_state(t, f);
		break;
	case CAUSE_UNKNOWN:
		text__not_shown(t, &f->rec->op);
		break;
	default:
		if (f->rec->op.nr == SYS_fcntl && f->rec->op.cmd == F_SETPIPE_SZ && f->obj)
			resize_refused(t, &f->rec->op);
		break;
	}
}

/* The end of the pipe by which this sleep could be ended; 0: it is no sleep on a pipe. */
static __u8 other_end(const struct ev_wait *w)
{
	if (w->reason == WAIT_PIPE_EMPTY)
		return END_WRITE;
	return w->reason == WAIT_PIPE_FULL ? END_READ : 0;
}

/* As fifo_wait_words(), with the FIFO's name. */
static void add_fifo(struct text *t, const struct fact *f)
{
	__u8 end = fifo_wait_end(&f->rec->wait);

	text__add(t, "it opens %s",
		  end == END_READ ? "the read end of "
		  : end		  ? "the write end of "
				  : "");
	text__object(t, f->obj);
	text__add(t, ", and nobody has opened the %s end yet",
		  end == END_READ ? "write"
		  : end		  ? "read"
				  : "other");
}

bool pipe__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;
	char why[192];

	if (w->reason != WAIT_FIFO_PARTNER) {
		text__reason(t, w, reason__get(w->reason));
		if (f->obj && other_end(w))
			explain_holders(t, f, f->obj, other_end(w),
					w->e.flags & EVF_NO_STATE ? NULL : &w->state);
	} else if (named && f->obj) {
		add_fifo(t, f);
	} else {
		fifo_wait_words(why, sizeof(why), w);
		text__add(t, "%s", why);
	}
	return true;
}

bool pipe__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last)
{
	char why[192];

	if (w->reason != WAIT_FIFO_PARTNER)
		return false;
	fifo_wait_words(why, sizeof(why), w);
	text__add(t, "%s", why);
	return true;
}
