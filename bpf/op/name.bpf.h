/* SPDX-License-Identifier: GPL-2.0 */
/* Files in memory: the calls that open and unlink them by name, and those that are refused. */
#ifndef IPCTRACE_OP_NAME_BPF_H
#define IPCTRACE_OP_NAME_BPF_H

#include "op/emit.bpf.h"
#include "mech/shm.bpf.h"

struct path_key {
	char path[PATH_LEN];
};

struct named_file {
	struct ipc_object obj;
	__u64 inode; /* it may be gone, and its memory be another's: ask it for its number */
};

/* The files in memory that followed tasks have opened by a path: unlink names them by it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct path_key);
	__type(value, struct named_file);
} named_files SEC(".maps") __weak;

static __always_inline bool read_path(struct path_key *key, __u64 user)
{
	long n = bpf_probe_read_user_str(key->path, sizeof(key->path), (void *)user);

	return n > 0 && n < (long)sizeof(key->path);
}

/* In which a path is what it is. */
static __always_inline __u32 mounts_here(void)
{
	struct task_struct *t = (void *)bpf_get_current_task();

	return BPF_CORE_READ(t, nsproxy, mnt_ns, ns.inum);
}

static __always_inline bool still_is(const struct ipc_object *obj, __u64 at)
{
	struct inode *inode = (void *)at;

	return BPF_CORE_READ(inode, i_ino) == obj->id &&
	       BPF_CORE_READ(inode, i_sb, s_dev) == obj->dev;
}

/*
 * A call on a name failed, of an object that is not known to have it, or could not be opened. A
 * name in /dev/shm is one of POSIX shared memory; of memfd_create any.
 */
VERIFIED_ONCE int emit_refused(struct op_flight *op, __s64 ret, bool memfd, __u32 trace)
{
	struct ipc_object obj = {.mech = MECH_SHMEM};
	struct path_key key = {};
	struct named_file *f;
	struct ev_object *e;
	long n;

	if (!op || ret <= -512 /* ERESTARTSYS */)
		return 0;
	n = bpf_probe_read_user_str(key.path, sizeof(key.path), (void *)op->user);
	if (!memfd && (n <= 0 || !in_dev_shm(key.path)))
		return 0;
	f = memfd ? NULL : bpf_map_lookup_elem(&named_files, &key);
	if (f && !still_is(&f->obj, f->inode))
		f = NULL;
	if (!object_wanted(trace, f ? &f->obj : &obj))
		return 0;
	e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	if (f) {
		e->obj = f->obj;
		memory_state(&f->obj, f->inode, &e->state);
	} else {
		e->e.flags = EVF_NO_STATE;
	}
	e->fd = ret;
	e->refs = mounts_here();
	e->nr = op->nr;
	e->change = OBJ_REFUSED;
	__builtin_memcpy(e->path, key.path, sizeof(e->path));
	submit(e);
	return 0;
}

VERIFIED_ONCE int begin_unlink(struct op_flight *op, const struct call *c, __u32 trace)
{
	struct path_key key = {};
	struct named_file *f;

	if (!op || !c)
		return 0;
	op->user = c->op.id == SYSOP_unlinkat ? c->a[1] : c->a[0];
	op->t.fd = -1;
	if (!read_path(&key, op->user))
		return 0;
	f = bpf_map_lookup_elem(&named_files, &key);
	if (!f || !still_is(&f->obj, f->inode))
		return in_dev_shm(key.path); /* if it fails it is told */
	if (!object_wanted(trace, &f->obj))
		return 0;
	op->t.obj = f->obj;
	op->t.object = (void *)f->inode;
	return memory_state(&f->obj, f->inode, &op->t.before);
}

VERIFIED_ONCE int end_unlink(struct op_flight *op, __s64 ret, __u32 trace)
{
	struct path_key key = {};

	if (!op)
		return 0;
	if (!op->t.obj.mech)
		return ret ? emit_refused(op, ret, false, trace) : 0;
	if (!ret && read_path(&key, op->user))
		bpf_map_delete_elem(&named_files, &key);
	/* If no task has it open or mapped any more, it is gone with its state. */
	if (!still_is(&op->t.obj, (__u64)op->t.object))
		op->t.object = NULL;
	op->mounts = mounts_here();
	emit_op(op, &op->t, ret, 0);
	return 0;
}

/* A descriptor that is no pipe's was opened, or made by memfd_create. */
VERIFIED_ONCE int open_memory(struct op_flight *op, __s32 fd, bool made, __u32 trace)
{
	struct mapping m = {};
	struct path_key key = {};
	struct named_file f;
	struct ev_object *e;
	struct file *file;

	if (!op || fd < 0)
		return 0;
	file = current_file(fd);
	if (!memory_of((__u64)file, &m) || !object_wanted(trace, &m.obj))
		return 0;
	if (read_path(&key, op->user) && !made) {
		f.obj = m.obj;
		f.inode = m.inode;
		bpf_map_update_elem(&named_files, &key, &f, 0);
	}
	e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	e->obj = m.obj;
	memory_state(&m.obj, m.at, &e->state);
	e->file = cookie(file);
	e->refs = file_refs(file);
	e->fd = fd;
	e->nr = op->nr;
	e->change = made ? OBJ_CREATED : OBJ_OPENED;
	e->end = file_ends(file);
	__builtin_memcpy(e->path, key.path, sizeof(e->path));
	submit(e);
	return 1;
}

static __always_inline bool op_begin_unlink(struct task_ctx *tc, struct task_struct *current,
					    const struct call *c)
{
	return begin_unlink(&tc->op, c, tc->trace);
}

static __always_inline void op_end_unlink(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c, __s64 ret)
{
	end_unlink(&tc->op, ret, tc->trace);
}

#endif
