/* SPDX-License-Identifier: GPL-2.0 */
/* From an offset in a file in memory to the physical page there. */
#ifndef IPCTRACE_MECH_PAGE_BPF_H
#define IPCTRACE_MECH_PAGE_BPF_H

#include "mech/shm.bpf.h"

#define PAGE_LEVELS 6 /* of the page cache's tree: 2^36 pages, 256 TB */

/* Where the kernel's array of struct page begins; 0: not known. The loader finds it. */
extern __u64 page_array;

/* A large folio fills several slots; all but its first point back to that (lib/xarray.c). */
static __always_inline bool xa_is_sibling(__u64 entry)
{
	return (entry & 3) == 2 && entry < XA_SLOTS << 2;
}

static __always_inline __u64 xa_slot(struct xa_node *node, __u64 slot)
{
	__u64 entry = 0;

	bpf_probe_read_kernel(&entry, sizeof(entry),
			      (void *)node + bpf_core_field_offset(struct xa_node, slots) +
				  (slot & (XA_SLOTS - 1)) * sizeof(void *));
	return entry;
}

/* The folio of page number index of a file; 0: it is not in memory. */
static __always_inline __u64 folio_at(__u64 inode, __u64 index)
{
	struct address_space *mapping = BPF_CORE_READ((struct inode *)inode, i_mapping);
	__u64 entry = (__u64)BPF_CORE_READ(mapping, i_pages.xa_head);

	for (int i = 0; i < PAGE_LEVELS && xa_is_node(entry); i++) {
		struct xa_node *node = (void *)(entry - 2);

		entry = xa_slot(node, index >> (BPF_CORE_READ(node, shift) & 63));
		if (xa_is_sibling(entry))
			entry = xa_slot(node, entry >> 2);
	}
	return entry & 3 ? 0 : entry;
}

/*
 * The number of the physical page at a byte offset of a file in memory, which is still file ino;
 * 0: not known. The page cache of hugetlbfs counts in other units.
 */
VERIFIED_ONCE __u64 page_number(__u64 inode, __u64 ino, __u64 offset)
{
	struct inode *i = (void *)inode;
	__u64 index = offset >> PAGE_SHIFT, folio;

	if (!page_array || !inode || BPF_CORE_READ(i, i_ino) != ino ||
	    BPF_CORE_READ(i, i_sb, s_magic) == HUGETLBFS_MAGIC)
		return 0;
	folio = folio_at(inode, index);
	if (!folio)
		return 0;
	return (folio - page_array) / bpf_core_type_size(struct page) +
	       (index - BPF_CORE_READ((struct folio *)folio, index));
}

#endif
