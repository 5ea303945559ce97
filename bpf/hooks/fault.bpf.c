/* SPDX-License-Identifier: GPL-2.0 */
/*
 * First touch: which page of shared memory a process touches first, and the physical page there.
 *
 * The hook runs when the page fault begins, and there is no page yet. So a touch is recorded at the
 * next moment at which its task is past the fault: at another fault, a switch, or the tick.
 */
#include "fd/call.bpf.h"
#include "core/filter.bpf.h"
#include "mech/read.bpf.h"
#include "mech/touch.bpf.h"

/* A calibration: the loader's own file, and the number of the page that is its first. */
__s32 own_file = -1;
__u64 own_page = 0;
__u64 page_array = 0;

struct touch_key {
	__u64 mm;
	__u64 page;
	__u64 since; /* when it was mapped: another mapping's pages are new again */
};

/* The pages that were told of. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1 << 16);
	__type(key, struct touch_key);
	__type(value, __u8);
} touched SEC(".maps");

struct vma_rights {
	__u64 flags;
};

static long see_rights(struct task_struct *t, struct vm_area_struct *vma, struct vma_rights *r)
{
	r->flags = vma->vm_flags;
	return 0;
}

/* The table does not have the rights of a part after mprotect. */
static __always_inline bool is_denied(__u64 addr, bool write)
{
	struct vma_rights r = {};

	return !bpf_find_vma(bpf_get_current_task_btf(), addr, see_rights, &r, 0) &&
	       fault_denies(r.flags, write);
}

/* As shmem_fault() and hugetlb_fault() decide; the mapping is still there. */
static __always_inline bool is_beyond(const struct mapping *m, __u64 offset)
{
	struct inode *inode = (void *)m->inode;

	return inode && offset >= (__u64)BPF_CORE_READ(inode, i_size);
}

/* True when it is the first: notes it. */
static __always_inline bool touch_new(__u64 mm, const struct mapping *m, __u64 addr)
{
	struct touch_key key = {.mm = mm, .page = addr >> PAGE_SHIFT, .since = m->since};
	__u8 one = 1;

	return !bpf_map_update_elem(&touched, &key, &one, BPF_NOEXIST);
}

static __always_inline void touch(__u64 addr, __u64 error, __u64 ip, bool user)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct task_ctx *tc = party(t);
	struct touch_flight *f;
	struct mapping *m;
	__u64 mm;

	if (!tc)
		return;
	f = &tc->touch;
	if (f->ts)
		touch_over(bpf_get_current_task(), f, true);
	/* A read that fails instead of faulting: a hook's own, or a futex's first try. */
	if (!user && t->pagefault_disabled)
		return;
	mm = address(loosely(t)->mm);
	m = mapping_at(mm, addr);
	if (!m || !object_wanted(tc->trace, &m->obj))
		return;
	f->offset = (m->offset + (addr - m->start)) & ~(PAGE_SIZE - 1);
	f->denied = is_denied(addr, fault_is_write(error));
	f->beyond = !f->denied && is_beyond(m, f->offset);
	if (!f->denied && !f->beyond && !touch_new(mm, m, addr))
		return;
	f->addr = addr;
	f->ip = ip;
	f->nr = user ? -1 : call_nr(t);
	f->write = fault_is_write(error);
	f->obj = m->obj;
	f->inode = m->inode;
	f->ts = bpf_ktime_get_ns();
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(on_fault_user, unsigned long addr, struct pt_regs *regs, unsigned long error)
{
	touch(addr, error, regs_ip(regs), true);
	return 0;
}

SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(on_fault_kernel, unsigned long addr, struct pt_regs *regs, unsigned long error)
{
	struct pt_regs *user = user_regs(bpf_get_current_task_btf());

	touch(addr, error, regs_ip(user), false);
	return 0;
}

/* Runs on a tick, for tasks that run without a switch, and once to find where struct page is. */
SEC("?iter/task")
int touch_tick(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct task_ctx *tc;
	struct file *file;

	if (own_file >= 0) {
		file = current_file(own_file);
		own_file = -1;
		if (file)
			page_array = folio_at((__u64)BPF_CORE_READ(file, f_inode), 0) -
				     own_page * bpf_core_type_size(struct page);
	}
	if (!t)
		return 0;
	tc = party(t);
	if (tc && tc->touch.ts)
		touch_over(address(t), &tc->touch, false);
	return 0;
}
