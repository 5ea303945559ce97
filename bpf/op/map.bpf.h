/* SPDX-License-Identifier: GPL-2.0 */
/* Files in memory: the calls that map them and change their size. */
#ifndef IPCTRACE_OP_MAP_BPF_H
#define IPCTRACE_OP_MAP_BPF_H

#include "mech/map.bpf.h"
#include "op/emit.bpf.h"

#define MAP_FIXED     0x10
#define MAP_ANONYMOUS 0x20
#define MREMAP_FIXED  2
#define F_ADD_SEALS   1033
#define PROT_GROWS    0x03000000 /* PROT_GROWSDOWN, PROT_GROWSUP */
#define ENOMEM	      12
#define EACCES	      13

struct vma_seen {
	__u64 file;
	__u64 end;
	__u64 base; /* in the file of address 0, if that were in it */
	__u64 flags;
};

static long see_vma(struct task_struct *t, struct vm_area_struct *vma, struct vma_seen *seen)
{
	seen->file = address(vma->vm_file);
	seen->end = vma->vm_end;
	seen->base = (vma->vm_pgoff << PAGE_SHIFT) - vma->vm_start;
	seen->flags = vma->vm_flags;
	return 0;
}

/*
 * The area of memory at addr of the current task. Another thread may hold the address space's lock
 * for writing: then it is not known, and counted.
 */
static __always_inline long area_find(struct vma_seen *seen, __u64 addr)
{
	long err = bpf_find_vma(bpf_get_current_task_btf(), addr, see_vma, seen, 0);

	if (err && err != -ENOENT)
		count_lost(LOST_WALK, 1);
	return err;
}

/* The object that is mapped there, from addr on; m gets it all but its end. */
static __always_inline bool area_object(struct mapping *m, const struct vma_seen *seen, __u64 addr)
{
	if (!(seen->flags & VM_MAYSHARE) || !memory_of(seen->file, m))
		return false;
	m->start = addr;
	m->offset = seen->base + addr;
	m->prot = seen->flags & (VM_READ | VM_WRITE | VM_EXEC);
	return true;
}

static __always_inline bool mapping_find(struct mapping *m, __u64 addr, __u64 *file)
{
	struct vma_seen seen = {};

	if (area_find(&seen, addr) || !area_object(m, &seen, addr))
		return false;
	*file = seen.file;
	return true;
}

/* Whether a call that maps or unmaps can be about followed memory: most are not. */
static __always_inline bool map_wanted(const struct call *c)
{
	if (c->op.id == SYSOP_mmap && c->a[3] & MAP_SHARED_BIT)
		return true;
	return maps_of(mm_of(bpf_get_current_task()));
}

/* What may be the reason why a call on such memory is refused: KEY_*. */
static __always_inline __u32 file_key(struct file *f, const struct ipc_object *obj)
{
	struct inode *inode = BPF_CORE_READ(f, f_inode);
	struct shmem_inode_info *info =
	    (void *)inode - bpf_core_field_offset(struct shmem_inode_info, vfs_inode);
	__u32 key = KEY_KNOWN | file_ends(f);

	/* A segment may be of huge pages, whose inodes are others. */
	return obj->mech == MECH_SHMEM ? key | BPF_CORE_READ(info, seals) << KEY_SEALS : key;
}

/* mmap by a file, or mprotect of what a file has been mapped by. */
static __always_inline void emit_refused_map(struct op_flight *op, const struct call *c,
					     const struct mapping *m, struct file *f, __s64 ret)
{
	op->class = OPC_MAP;
	op->bytes = c->a[1];
	op->cmd = c->a[2];
	op->file = file_key(f, &m->obj);
	op->t.file = f;
	op->t.obj = m->obj;
	op->t.object = (void *)m->at;
	memory_state(&m->obj, m->at, &op->t.before);
	emit_op(op, &op->t, ret, 0);
}

VERIFIED_ONCE int refused_mmap(struct op_flight *op, const struct call *c, __s64 ret, __u32 trace)
{
	struct mapping m = {};
	struct file *f;

	if (!op || !c)
		return 0;
	f = current_file(c->a[4]);
	if (!(c->a[3] & MAP_SHARED_BIT) || c->a[3] & MAP_ANONYMOUS || !memory_of((__u64)f, &m) ||
	    !object_wanted(trace, &m.obj))
		return 0;
	op->t.fd = c->a[4];
	emit_refused_map(op, c, &m, f, ret);
	return 0;
}

#define PROTECT_WALK 64 /* areas of memory that one mprotect goes through */

struct protect_walk {
	__u64 at, end;
	__u64 area_end; /* of the area at at */
	__u32 prot;	/* as asked for */
	__u32 has;	/* the area's */
	__u32 over;
	__u32 err;
};

static long see_rights(struct task_struct *t, struct vm_area_struct *vma, struct protect_walk *w)
{
	w->has = vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
	w->area_end = vma->vm_end;
	return 0;
}

static long look_at_area(__u32 i, struct protect_walk *w)
{
	w->err = -bpf_find_vma(bpf_get_current_task_btf(), w->at, see_rights, w, 0);
	w->over = w->err || w->has != w->prot || w->area_end >= w->end;
	if (!w->err && w->has == w->prot)
		w->at = w->area_end < w->end ? w->area_end : w->end;
	return w->over & 1;
}

/*
 * How far an mprotect came that failed: it goes from one area to the next, and ends at the first that
 * is not there or cannot have the rights (mm/mprotect.c do_mprotect_pkey()). So all before have them,
 * and that one has not. Returns where that is; op->bits says whether it is known.
 */
VERIFIED_ONCE __u64 protect_stop(struct op_flight *op, const struct call *c, __s64 ret)
{
	struct protect_walk w = {};

	if (!op || !c)
		return 0;
	op->granted = 0;
	op->bits = PROTECTF_GRANTED;
	w.at = c->a[0];
	w.end = w.at + page_align(c->a[1]);
	w.prot = c->a[2] & (VM_READ | VM_WRITE | VM_EXEC);
	if ((ret != -ENOMEM && ret != -EACCES) || w.at & (PAGE_SIZE - 1) || w.end <= w.at)
		return w.at; /* refused before */
	bpf_loop(PROTECT_WALK, look_at_area, &w, 0);
	if (!w.over || (w.err && w.err != ENOENT) || c->a[2] & PROT_GROWS) {
		op->bits = 0;
		return c->a[0];
	}
	if (w.err)
		op->bits |= PROTECTF_HOLE;
	op->granted = w.at - c->a[0];
	return w.at;
}

/* What refused it: the object where it stopped, or that at its beginning. */
VERIFIED_ONCE int refused_mprotect(struct op_flight *op, const struct call *c, __s64 ret, __u64 at,
				   __u32 trace)
{
	struct mapping m = {};
	__u64 file;

	if (!op || !c)
		return 0;
	if (op->bits & PROTECTF_HOLE || !op->bits)
		at = c->a[0];
	if (!mapping_find(&m, at, &file) || !object_wanted(trace, &m.obj))
		return 0;
	op->t.fd = -1;
	emit_refused_map(op, c, &m, (struct file *)file, ret);
	return 0;
}

static __always_inline void protect(const struct op_flight *op, const struct call *c, __u64 to,
				    __u32 trace)
{
	map_cut(c->a[0], to, op->nr, trace,
		CUT_PROTECTED | (c->a[2] & (VM_READ | VM_WRITE | VM_EXEC)) << 8);
}

/*
 * Tells what the call did although it failed, then what refused it. Not a function, because the
 * stack of 512 bytes would not suffice.
 */
static __always_inline void end_refused_mprotect(struct op_flight *op, const struct call *c,
						 __s64 ret, __u32 trace)
{
	__u64 at = protect_stop(op, c, ret);

	if (op->granted)
		protect(op, c, at, trace);
	refused_mprotect(op, c, ret, at, trace);
}

VERIFIED_ONCE int end_mmap(struct op_flight *op, const struct call *c, __u64 addr, __u32 trace)
{
	struct map_how how = {};
	struct mapping m = {};
	__u64 file;

	if (!op || !c)
		return 0;
	if (!(c->a[3] & MAP_SHARED_BIT) || !mapping_find(&m, addr, &file))
		return 0;
	m.end = addr + page_align(c->a[1]);
	map_how(&how, op->nr, MAP_ATTACHED, trace);
	if (!(c->a[3] & MAP_ANONYMOUS))
		how.fd = c->a[4];
	return map_add(mm_of(bpf_get_current_task()), &m, &how);
}

/* mremap(old, old_len, new_len, flags, ...): moves, cuts, grows, or with old_len 0 maps again. */
static __always_inline void mremap_cuts(const struct op_flight *op, const struct call *c,
					__u64 addr, __u32 trace)
{
	__u64 old = c->a[0], old_len = page_align(c->a[1]), len = page_align(c->a[2]);

	if (addr != old)
		map_cut(addr, addr + len, op->nr, trace, CUT_GONE);
	if (addr == old && len < old_len)
		map_cut(old + len, old + old_len, op->nr, trace, CUT_GONE);
	else if (addr != old && old_len && !(c->a[3] & MREMAP_DONTUNMAP))
		map_cut(old, old + old_len, op->nr, trace, CUT_GONE);
}

/* What was mapped up to m->start of the same object is longer now: one mapping still. */
static __always_inline bool grow(__u64 mm, struct mapping *m, struct map_how *how)
{
	struct mapping *old = mapping_at(mm, m->start - 1);

	if (!old || old->end != m->start || old->obj.id != m->obj.id ||
	    old->obj.dev != m->obj.dev || old->offset + (old->end - old->start) != m->offset)
		return false;
	old->end = m->end;
	how->start = m->start;
	how->end = m->end;
	emit_map(m, how);
	return true;
}

#define MREMAP_AREAS 8 /* that one call moves */

/*
 * The next area that an mremap made, from op->user on: since 6.17 it may move several at once
 * (mm/mremap.c). Holes stay between them, and what is behind a hole is not known. Returns whether
 * there is more.
 */
VERIFIED_ONCE int end_mremap(struct op_flight *op, const struct call *c, __u64 addr, __u32 trace)
{
	__u64 known = 0, at, end;
	struct vma_seen seen = {};
	struct map_how how = {};
	struct mapping m = {};

	if (!op || !c)
		return 0;
	end = addr + page_align(c->a[2]);
	if (addr == c->a[0])
		known = page_align(c->a[1]); /* bytes at addr that are in the table */
	at = op->user ? op->user : addr + known;
	if (at >= end)
		return 0;
	if (area_find(&seen, at)) {
		if (op->user)
			count_lost(LOST_WALK, 1);
		return 0;
	}
	op->user = m.end = seen.end < end ? seen.end : end;
	if (area_object(&m, &seen, at)) {
		map_how(&how, op->nr, MAP_ATTACHED, trace);
		if (!known || !grow(mm_of(bpf_get_current_task()), &m, &how))
			map_add(mm_of(bpf_get_current_task()), &m, &how);
	}
	return op->user < end;
}

VERIFIED_ONCE int end_mremaps(struct op_flight *op, const struct call *c, __u64 addr, __u32 trace)
{
	if (!op || !c)
		return 0;
#pragma unroll
	for (int i = 0; i < MREMAP_AREAS; i++)
		if (!end_mremap(op, c, addr, trace))
			return 0;
	count_lost(LOST_WALK, 1);
	return 0;
}

/*
 * The kernel unmaps what is in the way, and what an mremap cuts off, before it knows that it can
 * map there (mm/vma.c __mmap_region(), mm/mremap.c mremap_to()).
 */
static __always_inline void unmapped_before(const struct op_flight *op, const struct call *c,
					    __s64 ret, __u32 trace)
{
	__u64 old_len = page_align(c->a[1]), len = page_align(c->a[2]);

	if (c->op.id == SYSOP_mmap && c->a[3] & MAP_FIXED) {
		map_lost(c->a[0], c->a[0] + old_len, op->nr, ret, trace);
	} else if (c->op.id == SYSOP_mremap && c->a[3] & MREMAP_FIXED) {
		map_lost(c->a[4], c->a[4] + len, op->nr, ret, trace);
		if (len < old_len)
			map_lost(c->a[0] + len, c->a[0] + old_len, op->nr, ret, trace);
	}
}

static __always_inline void end_map(struct op_flight *op, const struct call *c, __s64 ret,
				    __u32 trace)
{
	if (ret < 0 && ret >= -4095) {
		if (c->op.id == SYSOP_mmap)
			refused_mmap(op, c, ret, trace);
		else if (c->op.id == SYSOP_mprotect)
			end_refused_mprotect(op, c, ret, trace);
		unmapped_before(op, c, ret, trace);
		return;
	}
	switch (c->op.id) {
	case SYSOP_mmap:
		/* MAP_FIXED */
		map_cut(ret, ret + page_align(c->a[1]), op->nr, trace, CUT_GONE);
		end_mmap(op, c, ret, trace);
		break;
	case SYSOP_mremap:
		mremap_cuts(op, c, ret, trace);
		end_mremaps(op, c, ret, trace);
		break;
	case SYSOP_munmap:
		map_cut(c->a[0], c->a[0] + page_align(c->a[1]), op->nr, trace, CUT_GONE);
		break;
	case SYSOP_mprotect:
		protect(op, c, c->a[0] + page_align(c->a[1]), trace);
		break;
	}
}

/* A call on a descriptor: false if its file is of no interest. */
static __always_inline bool begin_memory(struct op_flight *op, const struct call *c, __u32 trace)
{
	struct mapping m = {};

	if (!memory_of((__u64)current_file(c->a[0]), &m) || !object_wanted(trace, &m.obj))
		return false;
	op->t.fd = c->a[0];
	op->t.file = current_file(c->a[0]);
	op->file = file_key(op->t.file, &m.obj);
	op->t.obj = m.obj;
	op->t.object = (void *)m.at;
	return memory_state(&m.obj, m.at, &op->t.before);
}

/* ftruncate, fallocate */
VERIFIED_ONCE int begin_truncate(struct op_flight *op, const struct call *c, __u32 trace)
{
	if (!op || !c || !begin_memory(op, c, trace))
		return 0;
	op->length = c->a[1];
	if (c->op.id == SYSOP_fallocate) {
		op->cmd = c->a[1];
		op->length = c->a[2] + c->a[3];
	}
	return 1;
}

/* fcntl(F_ADD_SEALS); all else that fcntl does is not about the memory. */
VERIFIED_ONCE int begin_seal(struct op_flight *op, const struct call *c, __u32 trace)
{
	return op && c && c->op.id == SYSOP_fcntl && (__u32)c->a[1] == F_ADD_SEALS &&
	       begin_memory(op, c, trace);
}

static __always_inline bool op_begin_map(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c)
{
	return map_wanted(c);
}

static __always_inline void op_end_map(struct task_ctx *tc, struct task_struct *current,
				       const struct call *c, __s64 ret)
{
	end_map(&tc->op, c, ret, tc->trace);
}

static __always_inline bool op_begin_truncate(struct task_ctx *tc, struct task_struct *current,
					      const struct call *c)
{
	return begin_truncate(&tc->op, c, tc->trace);
}

#endif
