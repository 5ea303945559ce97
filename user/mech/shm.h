/* SPDX-License-Identifier: GPL-2.0 */
/* SysV segments and files in memory: the parts of shm_ops and shmem_ops (timeline/mech_ops.h). */
#ifndef IPCTRACE_MECH_SHM_H
#define IPCTRACE_MECH_SHM_H

#include "timeline/mech_ops.h"

/* mech/shm_words.c: why a call on a segment failed */
void shm__tell_op(struct text *t, const struct fact *f);
/* mech/shmem_words.c: why one on a file in memory did, or on a name of one */
void shmem__tell_op(struct text *t, const struct fact *f);
void shmem__tell_object(struct text *t, const struct fact *f);

/* mech/shm_object.c */
bool shm__tells_attached(const struct fact *f);
void shm__tell_object(struct text *t, const struct fact *f);
/* "backend 12, and 1 of processes that are not traced": who has a segment attached */
void shm__tell_attached(struct text *t, const struct object *obj, __u32 nattch);

#endif
