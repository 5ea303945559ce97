/* SPDX-License-Identifier: GPL-2.0 */
/* SysV segments: what the stages call, and their calls as fields and in a lane. */
#include "mech/shm.h"

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>

#include "lib/units.h"
#include "mech/mechs.h"
#include "mech/sysv.h"
#include "names/ipc_names.h"
#include "names/mech.h"
#include "names/names.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/keys.h"
#include "timeline/state.h"
#include "words/field_call.h"
#include "words/field_groups.h"
#include "words/labels.h"

#define SYSV_PATH "/SYSV" /* and its key: ipc/shm.c newseg() */

static struct cause why(struct timeline *tl, const struct task *t, const struct obj *o,
			const struct ev_op *op)
{
	return o ? cause__none(CAUSE_NONE) : keys__why(tl, op);
}

static __u32 had_key(const struct ev_op *op)
{
	return op->e.flags & EVF_NO_STATE ? 0 : op->before.v[SHM_KEY];
}

static struct cause gone(const struct timeline *tl, const struct obj *o, const struct ev_object *ev)
{
	const struct departure *d = &o->left[0];
	struct cause c = cause__none(CAUSE_NONE);

	/* Its maker exits: that it had no attach is in its last state. */
	if (ev->change != OBJ_DESTROYED || ev->state.v[SHM_PAGES])
		return c;
	/* Nothing had it mapped when it was removed. */
	if (!d->known && op_call__has(ev->nr, T_IPC_CMD))
		return c;
	c.kind = CAUSE_LAST_DETACH;
	if (d->known)
		cause__by(tl, &c, &d->by, d->nr, d->ts);
	return c;
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	char flags[IPC_FLAGS_LEN];

	switch (op->op) {
	case OPC_SHM_GET:
		shmget_flags(flags, sizeof(flags), op->cmd);
		sysv_fields__get(fs, op, flags);
		fields__limit(fs, fact);
		break;
	case OPC_SHM_AT:
		shmat_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		break;
	case OPC_SHM_CTL:
		fields__named(fs, "cmd", shmctl_name(op->cmd), op->cmd);
		break;
	}
}

/* As it was typed: small keys are in decimal in most programs, and in ipcs in hex. */
static void lane_get(const struct ev_op *op, char *buf, size_t size)
{
	char key[16] = "private", flags[IPC_FLAGS_LEN] = "";

	if (op->key)
		snprintf(key, sizeof(key), "key %#x", op->key);
	if (op->cmd)
		shmget_flags(flags, sizeof(flags), op->cmd);
	snprintf(buf, size, "shmget %s %llu%s%s", key, (unsigned long long)op->bytes,
		 flags[0] ? " " : "", flags);
}

static bool lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *call = syscall_name(op->nr);
	const char *cmd = op->op == OPC_SHM_CTL ? shmctl_name(op->cmd) : NULL;

	if (op->e.flags & EVF_IO_URING || !call)
		return false;
	if (op->op == OPC_SHM_GET)
		lane_get(op, buf, size);
	else if (cmd)
		snprintf(buf, size, "%s %s", call, cmd);
	else
		return false;
	return true;
}

/* What IPC_SET made of it: of the group the records do not tell. */
static void lane_result(const struct ev_op *op, char *buf, size_t size)
{
	const __u32 *was = op->before.v, *is = op->after.v;
	int n = 0;

	if (op->op != OPC_SHM_CTL || op->cmd != IPC_SET || op->ret < 0 ||
	    op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER))
		return;
	if (was[SHM_MODE] != is[SHM_MODE])
		n = snprintf(buf, size, ": mode %04o to %04o", was[SHM_MODE] & 0777,
			     is[SHM_MODE] & 0777);
	if (was[SHM_UID] != is[SHM_UID])
		n += snprintf(buf + n, size - (size_t)n, "%s user %u to %u", n ? "," : ":",
			      was[SHM_UID], is[SHM_UID]);
	if (!n)
		snprintf(buf, size, ": mode and user as before");
}

/* The owner is the only field that is not among the call's arguments. */
static void lane_made(const struct ipc_state *st, char *buf, size_t size)
{
	snprintf(buf, size, "makes it, owner uid %u", st->v[SHM_UID]);
}

/* What became of it. */
static bool lane_object(const struct ev_object *ob, char *buf, size_t size)
{
	const struct ipc_state *st = &ob->state;
	const char *call = ob->nr >= 0 ? syscall_name(ob->nr) : NULL;
	char bytes[COUNTED_LEN], key[24] = "no key";

	switch (ob->change) {
	case OBJ_CREATED:
		if (st->v[SHM_KEY])
			snprintf(key, sizeof(key), "key %#x", st->v[SHM_KEY]);
		counted(bytes, st->v[SHM_PAGES] * 4096ull - st->v[SHM_SPARE], "byte");
		snprintf(buf, size, "%s makes %s, %s, mode %04o, owner uid %u", call ? call : "",
			 bytes, key, st->v[SHM_MODE] & 0777, st->v[SHM_UID]);
		break;
	case OBJ_MARKED:
		snprintf(buf, size, "marks it for removal");
		break;
	case OBJ_DESTROYED:
		snprintf(buf, size, "%sdestroys it", st->v[SHM_PAGES] ? "exit " : "");
		break;
	default:
		snprintf(buf, size, "%s", change_label(ob->change));
	}
	return true;
}

static bool mapped_name(const struct map_path *m, char *buf, size_t size)
{
	struct ipc_object segment = {.id = m->inode, .dev = m->ipc_ns, .mech = MECH_SHM};

	if (strncmp(m->path, SYSV_PATH, strlen(SYSV_PATH)) != 0)
		return false;
	mech__object_name_in(buf, size, &segment, m->home);
	return true;
}

const struct mech_ops shm_ops = {
    .classes = CLASS(SHM_GET) | CLASS(SHM_AT) | CLASS(SHM_DT) | CLASS(SHM_CTL),
    .why = why,
    .limit = sysv__limit,
    .had_key = had_key,
    .gone = gone,
    .mapped_name = mapped_name,
    .tells_attached = shm__tells_attached,
    .tell_op = shm__tell_op,
    .tell_object = shm__tell_object,
    .call_fields = call_fields,
    .lane_call = lane_call,
    .lane_object = lane_object,
    .lane_made = lane_made,
    .lane_result = lane_result,
};
