/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a call of shared memory failed. It is told only where the arguments and the state of the
 * object prove it, because an error may have several reasons. The kernel's own rules: ipc/shm.c,
 * ipc/util.c.
 */
#include <errno.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "mech/shm.h"
#include "mech/sysv.h"
#include "words/explain_text.h"
#include "names/names.h"

#define PAGE_BYTES 4096ull

static __u64 shm_bytes(const struct ipc_state *st)
{
	return st->v[SHM_PAGES] * PAGE_BYTES - st->v[SHM_SPARE];
}

static void owner(struct text *t, const struct fact *f)
{
	const struct ipc_state *st = &f->rec->op.before;

	text__object(t, f->obj);
	text__add(t, " has mode %04o and belongs to user %u", st->v[SHM_MODE] & 0777,
		  st->v[SHM_UID]);
}

/* As the kernel counts, and as far as it is known. */
static void attached(struct text *t, const struct fact *f, const char *sep)
{
	if (!fact__tells_attached(f))
		return;
	text__add(t, "%swho has it attached: ", sep);
	shm__tell_attached(t, f->obj, f->rec->op.before.v[SHM_NATTCH]);
}

/* The object that was found, if any: f->obj with its state in before. */
static void why_get(struct text *t, const struct fact *f, bool found)
{
	const struct ev_op *op = &f->rec->op;

	if (sysv__tell_limit(t, f))
		return;
	switch (-op->ret) {
	case EEXIST:
		if (found)
			text__object(t, f->obj);
		else
			text__add(t, "a segment");
		text__add(t, " has that key already, and IPC_EXCL wants a new one");
		if (found)
			attached(t, f, "; ");
		return;
	case ENOENT:
		text__add(t, "no segment has that key, and IPC_CREAT is not set");
		sysv__tell_unkeyed(t, f);
		return;
	case EACCES:
		if (found)
			owner(t, f);
		else
			break;
		return;
	case EINVAL:
		if (found && op->bytes > shm_bytes(&op->before)) {
			text__object(t, f->obj);
			text__add(t, " has only ");
			text__count(t, shm_bytes(&op->before), "byte");
			text__add(t, " of the %llu that are asked for",
				  (unsigned long long)op->bytes);
			return;
		}
		if (!found && !op->bytes) {
			text__add(t, "a segment cannot have a size of 0");
			return;
		}
		/* newseg(): of a size that is not 0 this is the only one. */
		if (!found && !(op->cmd & SHM_HUGETLB)) {
			text__add(t, "a segment has kernel.shmmax bytes at most");
			return;
		}
		break;
	case ENOSPC:
		text__add(t, "as many segments as kernel.shmmni allows are there, or all of them "
			     "would have more pages than kernel.shmall allows");
		return;
	}
	text__add(t, "the records do not show why");
}

static void why_id(struct text *t, const struct fact *f, bool found)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret == -EACCES && found) {
		owner(t, f);
	} else if (op->ret == -EPERM && found) {
		text__object(t, f->obj);
		text__add(t,
			  " belongs to user %u: only its owner, its maker or a privileged "
			  "user may",
			  op->before.v[SHM_UID]);
	} else if (op->ret == -EIDRM) {
		text__object(t, f->obj);
		text__add(t, " was removed meanwhile");
	} else if (op->ret == -EINVAL && op->obj.mech == MECH_SHM && !found) {
		text__object(t, f->obj);
		text__add(t, f->obj && f->obj->gone
				 ? " is destroyed: no segment has that id any more"
				 : " does not exist: no segment has that id");
	} else if (op->ret == -EINVAL && op->op == OPC_SHM_AT && found && op->addr % PAGE_BYTES &&
		   !(op->cmd & SHM_RND)) {
		text__add(t, "the address is not that of a page, and SHM_RND is not set");
	} else if (op->ret == -EINVAL && !op->obj.mech && op->op == OPC_SHM_AT) {
		/* Any other id is named, whether it exists or not. */
		text__add(t, "a segment's id is not negative; of a shmget that failed there is no "
			     "segment to attach");
	} else {
		text__add(t, "the records do not show why");
	}
}

void shm__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	bool found = op->obj.mech == MECH_SHM && !(op->e.flags & EVF_NO_STATE);

	if (op->op == OPC_SHM_CTL)
		attached(t, f, "");
	if (op->ret >= 0 || op->ret < -4095 || !errno_name((int)-op->ret))
		return;
	text__add(t, "%s: ", errno_name((int)-op->ret));
	if (op->op == OPC_SHM_GET)
		why_get(t, f, found);
	else if (op->op == OPC_SHM_DT && op->ret == -EINVAL && !op->obj.mech)
		text__add(t, "no segment is attached at that address");
	else
		why_id(t, f, found);
}
