/* SPDX-License-Identifier: GPL-2.0 */
/* The state of an object, whatever its mechanism. */
#ifndef IPCTRACE_OP_STATE_BPF_H
#define IPCTRACE_OP_STATE_BPF_H

#include "mech/msg.bpf.h"
#include "mech/pipe.bpf.h"
#include "mech/sem.bpf.h"
#include "mech/shm.bpf.h"

/*
 * at: the kernel object that obj names, of a segment its ipc namespace; a semaphore set or message
 * queue existed a moment ago at least. Of a set st->v[SEM_NUM] says which semaphore is meant. False:
 * there is no such object any more, or it is of a mechanism without state.
 */
static __always_inline bool object_state(const struct ipc_object *obj, void *at,
					 struct ipc_state *st)
{
	switch (obj->mech) {
	case MECH_PIPE:
	case MECH_FIFO:
		quick_pipe_state((__u64)at, st);
		return true;
	case MECH_SHM:
	case MECH_SHMEM:
		return memory_state(obj, (__u64)at, st);
	case MECH_SEM:
		return sem_state((__u64)at, obj->id, st);
	case MECH_MSG:
		return msg_state((__u64)at, obj->id, st);
	}
	return false;
}

#endif
