/* SPDX-License-Identifier: GPL-2.0 */
/* Files in memory: what the stages call, calls on them and mappings as fields and in a lane. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "lib/units.h"
#include "mech/mechs.h"
#include "mech/shm.h"
#include "names/ipc_names.h"
#include "names/mech.h"
#include "names/names.h"
#include "words/field_call.h"
#include "words/field_memory.h"
#include "words/labels.h"

/* As /proc/PID/maps has them: mm/memfd.c, mm/shmem.c shmem_zero_setup(). */
#define MEMFD_PATH    "/memfd:"
#define NAMELESS_PATH "/dev/zero"

/* Any file may be opened. */
static bool is_name(const struct ev_object *ev)
{
	size_t dir = strlen(SHM_DIR "/");

	return ev->nr == SYS_memfd_create || (!strncmp(ev->path, SHM_DIR "/", dir) &&
					      ev->path[dir] && !strchr(ev->path + dir, '/'));
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	if (op->op == OPC_MAP || op->op == OPC_TRUNCATE)
		fields__file(fs, op);
	else if (op->op != OPC_UNLINK)
		fields__control(fs, fact);
}

static void lane_allocate(const struct ev_op *op, char *buf, size_t size)
{
	char flags[IPC_FLAGS_LEN] = "";

	if (op->cmd)
		fallocate_flags(flags, sizeof(flags), op->cmd);
	snprintf(buf, size, "fallocate%s%s to %llu", flags[0] ? " " : "", flags,
		 (unsigned long long)op->arg);
}

static void lane_seals(const struct ev_op *op, char *buf, size_t size)
{
	char seals[IPC_FLAGS_LEN];

	seal_flags(seals, sizeof(seals), (int)op->arg);
	snprintf(buf, size, "fcntl F_ADD_SEALS %s", seals);
}

static bool lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *call = syscall_name(op->nr);
	char bytes[COUNTED_LEN];

	if (op->e.flags & EVF_IO_URING || !call)
		return false;
	if (op->op == OPC_MAP && op->file & KEY_KNOWN)
		snprintf(buf, size, "%s %s %s", call, counted(bytes, op->bytes, "byte"),
			 prot_label((unsigned int)op->cmd));
	else if (op->op == OPC_CONTROL && op->file & KEY_KNOWN)
		lane_seals(op, buf, size);
	else if (op->nr == SYS_fallocate)
		lane_allocate(op, buf, size);
	else if (op->op == OPC_TRUNCATE)
		snprintf(buf, size, "%s %lld", call, (long long)op->length);
	else
		return false;
	return true;
}

static bool begins(const struct map_path *m, const char *with)
{
	return !strncmp(m->path, with, strlen(with));
}

static bool mapped_name(const struct map_path *m, char *buf, size_t size)
{
	struct ipc_object nameless = {.id = m->inode, .mech = MECH_SHMEM};
	size_t memfd = strlen(MEMFD_PATH);

	if (begins(m, MEMFD_PATH))
		mech__memory_name(buf, size, m->path + memfd, m->len - memfd, true);
	else if (begins(m, SHM_DIR "/"))
		mech__memory_name(buf, size, m->path, m->len, false);
	else if (!m->len || begins(m, NAMELESS_PATH))
		mech__object_name(buf, size, &nameless);
	else
		return false;
	return true;
}

const struct mech_ops shmem_ops = {
    .classes = CLASS(MAP) | CLASS(TRUNCATE) | CLASS(UNLINK),
    .is_name = is_name,
    .mapped_name = mapped_name,
    .tell_op = shmem__tell_op,
    .tell_object = shmem__tell_object,
    .call_fields = call_fields,
    .lane_call = lane_call,
};
