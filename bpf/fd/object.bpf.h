/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a file to its object, for every mechanism. The rows FD and FD_FIND of abi/mech.def list
 * them; mech/held.bpf.h has the other questions about such an object. The in-line path of pipes is
 * mech/pipe.bpf.h.
 */
#ifndef IPCTRACE_FD_OBJECT_BPF_H
#define IPCTRACE_FD_OBJECT_BPF_H

#include "fd/file.bpf.h"

struct fd_object {
	struct ipc_object obj;
	__u64 at; /* the kernel object that obj names */
};

/* The object of an open file, the address of a struct file or 0. Its mechanism; 0: none of ours. */
int file_object(__u64 file, struct fd_object *o);

/* The object of a descriptor of the current task, if it is one that is held. */
int current_object(__s32 fd, struct fd_object *o);

/* Whether holders of such objects, and operations on them, are told. */
static __always_inline bool is_held(__u8 mech)
{
	switch (mech) {
#define FD(mech, kind) case MECH_##mech:
#include "abi/mech.def"
		return true;
	}
	return false;
}

/* Whether what is read from such an object, and written to it, is a number of 8 bytes. */
static __always_inline bool moves_number(__u8 mech)
{
	switch (mech) {
	case MECH_NONE:
		return false;
#define FD_NUMBER(mech) case MECH_##mech:
#include "abi/mech.def"
		return true;
	}
	return false;
}

/* As file_object(), of those that are held. */
static __always_inline bool held_object(__u64 file, struct fd_object *o)
{
	return file_object(file, o) && is_held(o->obj.mech);
}

static __always_inline bool is_pipe(const struct ipc_object *obj)
{
	return obj->mech == MECH_PIPE || obj->mech == MECH_FIFO;
}

/* Only where can_cast is true: whether a file, which is no pipe, is of a file system that has objects. */
static __always_inline bool typed_is_elsewhere(__u64 file)
{
	struct file *f = (void *)file;
	__u64 magic;

	if (!f)
		return false;
	magic = typed(f)->f_inode->i_sb->s_magic;
#define FD_FIND(kind, where)                                                                       \
	if (where != FS_ANY && where == magic)                                                     \
		return true;
#include "abi/mech.def"
	return false;
}

#endif
