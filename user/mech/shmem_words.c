/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a call on a file in memory, or on a mapping, failed. It is told only where the arguments, the
 * descriptor, the seals and the state prove it. The kernel's own rules: mm/mmap.c, mm/memfd.c,
 * mm/shmem.c, fs/open.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <linux/falloc.h>

#include "mech/shm.h"
#include "words/explain_text.h"
#include "names/names.h"

#define PAGE_BYTES 4096ull

static const char not_shown[] = "the records do not show why";

static __u64 shmem_bytes(const struct ipc_state *st)
{
	return st->v[SHMEM_PAGES] * PAGE_BYTES - st->v[SHMEM_SPARE];
}

static bool opened_for(const struct ev_op *op, __u32 end)
{
	return !(op->file & KEY_KNOWN) || op->file & end;
}

static bool sealed(const struct ev_op *op, __u32 seals)
{
	return op->file & KEY_KNOWN && op->file >> KEY_SEALS & seals;
}

static const char *write_seal(const struct ev_op *op)
{
	return sealed(op, F_SEAL_WRITE) ? "F_SEAL_WRITE" : "F_SEAL_FUTURE_WRITE";
}

static void has_size(struct text *t, const struct ev_op *op, const char *seal)
{
	text__add(t, "it has ");
	text__count(t, shmem_bytes(&op->before), "byte");
	text__add(t, ", and %s does not let it ", seal);
}

/* A file with F_SEAL_WRITE has no writable mapping, neither an older nor a newer one. */
static bool why_protect(struct text *t, const struct ev_op *op)
{
	if (op->ret == -ENOMEM && op->bits & PROTECTF_HOLE) {
		text__add(t, "nothing is mapped ");
		text__count(t, (__u64)op->granted, "byte");
		text__add(t, " behind its address");
		return true;
	}
	if (op->ret != -EACCES || !(op->cmd & PROT_WRITE))
		return false;
	if (op->obj.mech == MECH_SHM && !opened_for(op, END_WRITE))
		text__add(t, "it is attached with SHM_RDONLY");
	else if (!opened_for(op, END_WRITE))
		text__add(t, "it was mapped by a descriptor that is not open for writing");
	else if (sealed(op, F_SEAL_WRITE))
		text__add(t, "F_SEAL_WRITE allows no mapping to write by");
	else
		return false;
	return true;
}

/* Up to what refused it. */
static void what_it_did(struct text *t, const struct ev_op *op)
{
	if (!(op->bits & PROTECTF_GRANTED)) {
		text__add(t, "; whether it changed a part before is not known");
	} else if (op->granted) {
		text__add(t, "; the first ");
		text__count(t, (__u64)op->granted, "byte");
		text__add(t, " have these rights all the same");
	}
}

static bool why_map(struct text *t, const struct ev_op *op)
{
	bool writes = op->cmd & PROT_WRITE;

	if (op->ret == -EACCES && writes && !opened_for(op, END_WRITE))
		text__add(t, "the descriptor is not open for writing");
	else if (op->ret == -EACCES && !opened_for(op, END_READ))
		text__add(t, "the descriptor is not open for reading");
	else if (op->ret == -EPERM && writes && sealed(op, F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		text__add(t, "%s allows no new mapping to write by", write_seal(op));
	else if (op->ret == -EINVAL && !op->arg)
		text__add(t, "a mapping cannot have a length of 0");
	else
		return false;
	return true;
}

static bool why_seal(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret == -EPERM && !opened_for(op, END_WRITE)) {
		text__add(t, "the descriptor is not open for writing");
		return true;
	}
	if (op->ret == -EPERM && sealed(op, F_SEAL_SEAL)) {
		text__add(t, "F_SEAL_SEAL allows no more seals");
		return true;
	}
	for (size_t i = 0; op->ret == -EBUSY && f->obj && i < f->obj->n_mappers; i++) {
		const struct mapper *m = &f->obj->mappers[i];

		if (!(m->prot & PROT_WRITE))
			continue;
		text__who(t, &m->who);
		text__add(t, " has it mapped to write");
		return true;
	}
	return false;
}

static bool why_truncate(struct text *t, const struct ev_op *op)
{
	__u64 size = shmem_bytes(&op->before);

	if (op->ret == -EINVAL && (__s64)op->arg < 0) {
		text__add(t, "a length is not negative");
	} else if (op->ret == -EINVAL && !opened_for(op, END_WRITE)) {
		text__add(t, "the descriptor is not open for writing");
	} else if (op->ret == -EPERM && op->arg < size && sealed(op, F_SEAL_SHRINK)) {
		has_size(t, op, "F_SEAL_SHRINK");
		text__add(t, "shrink");
	} else if (op->ret == -EPERM && op->arg > size && sealed(op, F_SEAL_GROW)) {
		has_size(t, op, "F_SEAL_GROW");
		text__add(t, "grow");
	} else {
		return false;
	}
	return true;
}

static bool why_allocate(struct text *t, const struct ev_op *op)
{
	bool hole = op->cmd & FALLOC_FL_PUNCH_HOLE;

	if (op->ret == -EBADF && !opened_for(op, END_WRITE)) {
		text__add(t, "the descriptor is not open for writing");
	} else if (op->ret == -EPERM && hole && sealed(op, F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
		text__add(t, "%s keeps what is in it", write_seal(op));
	} else if (op->ret == -EPERM && !hole && op->arg > shmem_bytes(&op->before) &&
		   sealed(op, F_SEAL_GROW)) {
		has_size(t, op, "F_SEAL_GROW");
		text__add(t, "grow");
	} else if (op->ret == -EOPNOTSUPP &&
		   op->cmd & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) {
		text__add(t, "of a file in memory only space can be taken and holes be punched");
	} else if (op->ret == -ENOSPC) {
		text__add(t, "its file system has no room for it");
	} else {
		return false;
	}
	return true;
}

static bool why_unlink(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret != -EPERM || op->e.flags & EVF_NO_STATE)
		return false;
	text__object(t, f->obj);
	text__add(t,
		  " belongs to user %u: of a directory with the sticky bit only its owner, the "
		  "directory's or a privileged user may remove it",
		  op->before.v[SHMEM_UID]);
	return true;
}

void shmem__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	bool said;

	if (op->op != OPC_CONTROL && op->op != OPC_MAP && op->op != OPC_TRUNCATE &&
	    op->op != OPC_UNLINK)
		return;
	if (op->ret >= 0 || op->ret < -4095 || !errno_name((int)-op->ret))
		return;
	text__add(t, "%s: ", errno_name((int)-op->ret));
	if (op->nr == SYS_mprotect)
		said = why_protect(t, op);
	else if (op->op == OPC_MAP)
		said = why_map(t, op);
	else if (op->op == OPC_CONTROL)
		said = why_seal(t, f);
	else if (op->op == OPC_UNLINK)
		said = why_unlink(t, f);
	else if (op->nr == SYS_fallocate)
		said = why_allocate(t, op);
	else
		said = why_truncate(t, op);
	if (!said)
		text__add(t, not_shown);
	if (op->nr == SYS_mprotect)
		what_it_did(t, op);
}

/* A name of shared memory, which may have no object. */
void shmem__tell_object(struct text *t, const struct fact *f)
{
	const struct ev_object *ob = &f->rec->object;
	const char *error = errno_name(-ob->fd);
	bool memfd = ob->nr == SYS_memfd_create;

	if (ob->change != OBJ_REFUSED)
		return;
	text__add(t, "%s: ", error ? error : "?");
	if (ob->fd == -EMFILE) {
		text__add(t, "the process has as many descriptors as RLIMIT_NOFILE allows");
	} else if (ob->fd == -ENFILE) {
		text__add(t, "the system has as many open files as fs.file-max allows");
	} else if (memfd && ob->fd == -EFAULT) {
		text__add(t, "its name is where it may not read");
	} else if (memfd && ob->fd == -EINVAL) {
		if (ob->path[PATH_LEN - 2]) /* there may be more of it */
			text__add(t, "its name has more than 249 bytes, or ");
		text__add(t, "its flags are not known or do not go together");
	} else if (!memfd && ob->fd == -ENOENT) {
		text__add(t, "no object has that name");
		text__removed(t, &f->cause);
	} else if (!memfd && ob->fd == -EEXIST) {
		text__add(t, "an object has that name already, and O_EXCL wants a new one");
	} else if (!memfd && ob->fd == -ENAMETOOLONG) {
		text__add(t, "a name has 255 bytes at most");
	} else if (ob->fd == -EACCES && f->obj && !(ob->e.flags & EVF_NO_STATE)) {
		text__object(t, f->obj);
		text__add(t, " has mode %04o and belongs to user %u", ob->state.v[SHMEM_MODE],
			  ob->state.v[SHMEM_UID]);
	} else {
		text__add(t, not_shown);
	}
}
