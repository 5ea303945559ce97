/* SPDX-License-Identifier: GPL-2.0 */
/* From a file to its object: asks one mechanism after the other. */
#include "mech/epoll.bpf.h"
#include "mech/held.bpf.h"

int file_object(__u64 file, struct fd_object *o)
{
	struct file *f = (void *)file;
	__u64 magic;
	void *at;

	if (!f || !o)
		return 0;
	magic =
	    can_cast ? typed(f)->f_inode->i_sb->s_magic : BPF_CORE_READ(f, f_inode, i_sb, s_magic);
#define FD_FIND(kind, where)                                                                       \
	if (where == FS_ANY || where == magic) {                                                   \
		at = fd_find_##kind(f, &o->obj);                                                   \
		if (at)                                                                            \
			goto found;                                                                \
	}
#include "abi/mech.def"
	return 0;
found:
	o->at = (__u64)at;
	return o->obj.mech;
}
