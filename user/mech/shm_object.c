/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a SysV segment in sentences: who has it attached, and what ends it. */
#include <errno.h>
#include <sys/ipc.h>

#include "mech/shm.h"
#include "words/explain_text.h"

#define NAMED 4 /* processes */

static unsigned int mappings(const struct object *obj, __u32 pid)
{
	unsigned int n = 0;

	for (size_t i = 0; i < obj->n_mappers; i++)
		n += obj->mappers[i].len && obj->mappers[i].who.pid == pid;
	return n;
}

bool shm__tells_attached(const struct fact *f)
{
	const union any_event *r = f->rec;

	if (r->e.flags & EVF_NO_STATE)
		return false;
	if (f->kind == FACT_OBJECT)
		return r->object.change == OBJ_MARKED;
	return f->kind == FACT_OP && r->op.before.v[SHM_NATTCH] &&
	       ((r->op.op == OPC_SHM_GET && r->op.ret == -EEXIST) ||
		(r->op.op == OPC_SHM_CTL && r->op.cmd == IPC_STAT && !r->op.ret));
}

static void add_orphan(struct text *t, const struct orphan *of)
{
	if (!of->forker.tid)
		return;
	text__add(t, " (forked by ");
	text__process(t, &of->forker);
	text__add(t, ", which ended at ");
	text__at(t, of->at);
	text__add(t, ")");
}

/* "shmread, shmwrite (twice)". Returns how many mappings that are. */
static unsigned int name_mappers(struct text *t, const struct object *obj)
{
	unsigned int named = 0, all = 0, left = 0;

	for (size_t i = 0; i < obj->n_mappers; i++) {
		const struct mapper *m = &obj->mappers[i];
		unsigned int n;

		all += !!m->len;
		if (!m->len || m->again)
			continue;
		if (named == NAMED) {
			left++;
			continue;
		}
		text__add(t, named++ ? ", " : "");
		text__process(t, &m->who);
		n = mappings(obj, m->who.pid);
		if (n > 1)
			text__add(t, " (%u times)", n);
		add_orphan(t, &obj->mappers[i].orphan);
	}
	if (left)
		text__add(t, " and %u more", left);
	return all;
}

void shm__tell_attached(struct text *t, const struct object *obj, __u32 nattch)
{
	unsigned int known = name_mappers(t, obj);

	/* A process maps a segment in as many pieces as it has cut it into. */
	if (nattch > known)
		text__add(t, "%s%u of processes that are not traced, or in pieces",
			  known ? ", and " : "", nattch - known);
}

static void marked(struct text *t, const struct fact *f)
{
	__u32 nattch = f->rec->object.state.v[SHM_NATTCH];

	if (f->obj->keyed)
		text__add(t, "its key is gone, and ");
	text__add(t, "it will be destroyed with ");
	if (nattch == 1)
		text__add(t, "its only attach: ");
	else
		text__add(t, "the last of its %u attaches: ", nattch);
	shm__tell_attached(t, f->obj, nattch);
}

static void destroyed(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	if (f->rec->object.nr < 0 && c->kind == CAUSE_NONE) {
		text__who(t, &f->who);
		text__add(t,
			  " made it and exits with kernel.shm_rmid_forced set, and nobody has it "
			  "attached");
		return;
	}
	if (c->kind != CAUSE_LAST_DETACH) {
		text__add(t, "nobody had it attached: it is destroyed at once");
		return;
	}
	text__who(t, &f->who);
	text__add(t, " had the last attach; ");
	if (c->by_known) {
		text__add(t, "marked for removal by ");
		text__who(t, &c->by);
		text__add(t, " at ");
		text__at(t, c->t);
	} else if (f->rec->object.forced) {
		text__add(t, "no IPC_RMID was seen: kernel.shm_rmid_forced is set, which destroys "
			     "a segment with its last attach");
	} else {
		text__add(t, "who marked it for removal was not seen");
	}
}

void shm__tell_object(struct text *t, const struct fact *f)
{
	if (f->rec->object.change == OBJ_MARKED)
		marked(t, f);
	else if (f->rec->object.change == OBJ_DESTROYED)
		destroyed(t, f);
}
