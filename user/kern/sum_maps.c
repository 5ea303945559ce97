/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the sums that the hooks make instead of records. */
#include "kern/sum_maps.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

int sum_maps__turn(struct sum_maps *m)
{
	unsigned int next = !m->turn;
	__u32 zero = 0;

	/* The kernel returns from this when no program uses the old map (kernel/bpf/syscall.c
	 * maybe_wait_bpf_programs()). */
	if (bpf_map_update_elem(m->outer, &zero, &m->inner[next], BPF_ANY))
		return -errno;
	m->turn = next;
	return 0;
}

int sum_maps__take(const struct sum_maps *m, void **keys, void **values, size_t *n)
{
	__u32 batch, count = (__u32)m->rows;
	int err = 0;

	*keys = calloc(m->rows, m->key_size);
	*values = calloc(m->rows, m->value_size);
	*n = 0;
	if (!*keys || !*values)
		err = -ENOMEM;
	else if (bpf_map_lookup_and_delete_batch(m->inner[!m->turn], NULL, &batch, *keys, *values,
						 &count, NULL) &&
		 errno != ENOENT) /* that was the end of the map */
		err = -errno;
	else
		*n = count;
	if (!err)
		return 0;
	free(*keys);
	free(*values);
	*keys = *values = NULL;
	return err;
}
