/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences that SysV objects have in common: limits, keys, removed ids. */
#include <errno.h>

#include "mech/sysv.h"
#include "words/explain_text.h"

struct limit_words {
	const char *name, *of, *file;
};

/* In the order of LIMIT_IDS, LIMIT_ALL, LIMIT_ONE. */
static const struct limit_words *limit_words(const struct ev_op *op)
{
	static const struct limit_words shm[] = {
	    {"SHMMNI", "segments used", "/proc/sys/kernel/shmmni"},
	    {"SHMALL", "pages used", "/proc/sys/kernel/shmall"},
	    {"SHMMAX", "a segment", "/proc/sys/kernel/shmmax"},
	};
	static const struct limit_words sem[] = {
	    {"SEMMNI", "sets used", "the 4th number of /proc/sys/kernel/sem"},
	    {"SEMMNS", "semaphores used", "the 2nd number of /proc/sys/kernel/sem"},
	    {"SEMMSL", "a set", "the 1st number of /proc/sys/kernel/sem"},
	};
	static const struct limit_words msg[] = {
	    {"MSGMNI", "queues used", "/proc/sys/kernel/msgmni"}};
	__u8 which = op->bits & (LIMIT_IDS | LIMIT_ALL | LIMIT_ONE);
	size_t row = which == LIMIT_IDS ? 0 : which == LIMIT_ALL ? 1 : 2;

	if (!which)
		return NULL;
	switch (op->op) {
	case OPC_SHM_GET:
		return &shm[row];
	case OPC_SEM_GET:
		return &sem[row];
	case OPC_MSG_GET:
		return row ? NULL : &msg[row];
	}
	return NULL;
}

bool sysv__limit(const struct ev_op *op, struct limit *l)
{
	const struct limit_words *w = limit_words(op);

	if (!w)
		return false;
	limit__fill(l, op, w->name, op->bits & LIMIT_ONE);
	return true;
}

static __u64 asked_of_all(const struct ev_op *op)
{
	return op->op == OPC_SHM_GET ? op->bytes / 4096 + !!(op->bytes % 4096) : (__u64)op->nsems;
}

static void add_makers(struct text *t, const struct makers *m)
{
	text__add(t, "; %zu %s made, and not seen to be removed, by ", m->made,
		  m->made == 1 ? "was" : "were");
	for (size_t i = 0; i < m->named; i++) {
		if (i)
			text__add(t, i + 1 == m->named && !m->others ? " and " : ", ");
		text__process(t, &m->who[i]);
	}
	text__add(t, m->others ? " and others" : "");
	if (m->gone == m->made)
		text__add(t, m->named == 1 ? ", which has ended" : ", which have ended");
	else if (m->gone)
		text__add(t, "; those who made %zu have ended", m->gone);
}

bool sysv__tell_limit(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	const struct limit_words *w = limit_words(op);
	struct limit l;

	if (!sysv__limit(op, &l))
		return false;
	if (l.of_one) {
		text__add(t, "%s: %s has at most %llu %s, not %llu (%s)", w->name, w->of,
			  (unsigned long long)l.most,
			  op->op == OPC_SHM_GET ? "bytes" : "semaphores",
			  (unsigned long long)op->arg, w->file);
		return true;
	}
	text__add(t, "%s is reached: %u of %u %s", w->name, l.used, (__u32)l.most, w->of);
	if (op->bits & LIMIT_ALL)
		text__add(t, ", %llu more are asked for", (unsigned long long)asked_of_all(op));
	text__add(t, " (%s)", w->file);
	if (f->makers)
		add_makers(t, f->makers);
	return true;
}

void sysv__tell_unkeyed(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	if (c->kind != CAUSE_REMOVED)
		return;
	text__add(t, "; ");
	text__who(t, &c->by);
	text__add(t, " removed the one that had it at ");
	text__at(t, c->t);
}

void sysv__tell_gone(struct text *t, const struct cause *c, const char *noun)
{
	text__add(t, "the %s is gone: ", noun);
	text__who(t, &c->by);
	text__add(t, " removed it at ");
	text__at(t, c->t);
}

void sysv__tell_rmid(struct text *t, const struct ev_op *op)
{
	if (!(op->bits & SEMF_ASLEEP))
		text__add(t, ": whoever sleeps on it gets EIDRM");
	else if (op->sleepers)
		text__add(t, ": whoever sleeps on it gets EIDRM, %llu when the call began",
			  (unsigned long long)op->arg);
	if (op->key)
		text__add(t, "; key %#x is free again", op->key);
}

void sysv__tell_owner(struct text *t, const struct ev_op *op)
{
	if (!(op->bits & SEMF_PERM))
		return;
	if ((__u32)op->owner == ~0u)
		text__add(t, "%d is no user", -1);
	else if ((__u32)(op->owner >> 32) == ~0u)
		text__add(t, "%d is no group", -1);
}
