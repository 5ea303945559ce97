/* SPDX-License-Identifier: GPL-2.0 */
/* What is said alike of semaphore sets and message queues. */
#include "explain_text.h"

void explain_sysv_gone(struct text *t, const struct cause *c, const char *noun)
{
	text__add(t, "the %s is gone: ", noun);
	text__who(t, &c->by);
	text__add(t, " removed it at ");
	text__at(t, c->t);
}

void explain_sysv_rmid(struct text *t, const struct ev_op *op)
{
	if (!(op->sem & SEMF_ASLEEP))
		text__add(t, ": whoever sleeps on it gets EIDRM");
	else if (op->arg)
		text__add(t, ": whoever sleeps on it gets EIDRM, %llu when the call began",
			  (unsigned long long)op->arg);
	if (op->key)
		text__add(t, "; key %#x is free again", op->key);
}

void explain_sysv_owner(struct text *t, const struct ev_op *op)
{
	if (!(op->sem & SEMF_PERM))
		return;
	if ((__u32)op->arg == ~0u)
		text__add(t, "%d is no user", -1);
	else if ((__u32)(op->arg >> 32) == ~0u)
		text__add(t, "%d is no group", -1);
}
