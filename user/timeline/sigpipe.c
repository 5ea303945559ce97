/* SPDX-License-Identifier: GPL-2.0 */
/* Which process first ignored SIGPIPE: fork passes that on, and exec keeps it (signal(7)). */
#include <signal.h>

#include "timeline/sigpipe.h"
#include "timeline/tasks.h"

static bool ignores(const struct ev_life *l)
{
	return l->code & LIFE_IGNORES_SIGPIPE;
}

void sigpipe__fork(struct timeline *tl, const struct ev_life *l)
{
	struct proc *parent = tasks__proc(tl, l->e.pid), *child = tasks__proc(tl, l->child_pid);

	if (!parent || !child || child == parent || !(l->code & LIFE_KNOWN))
		return;
	child->forked = true;
	if (!ignores(l))
		return;
	child->old_ignored = parent->old_ignored;
	child->chose = parent->chose;
	if (!parent->old_ignored && !parent->chose.tid)
		child->chose = tasks__noted(tl, l->e.pid, l->e.pid);
}

void sigpipe__exec(struct timeline *tl, const struct ev_life *l)
{
	struct proc *p = tasks__proc(tl, l->e.pid);

	if (!p || !(l->code & LIFE_KNOWN))
		return;
	if (!ignores(l)) {
		p->old_ignored = false;
		p->chose.tid = 0;
	} else if (!p->forked && !p->chose.tid) {
		p->old_ignored = true;
	}
	p->forked = true;
}

void sigpipe__signal(const struct timeline *tl, struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;
	const struct proc *p = tasks__proc(tl, sig->e.pid);

	if (!p || sig->sig != SIGPIPE || signal__result(sig) != SIGNAL_IGNORED)
		return;
	f->old_ignored = p->old_ignored;
	f->ignored_by = p->chose;
}
