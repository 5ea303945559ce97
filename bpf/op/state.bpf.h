/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the state of an object of any mechanism. */
#ifndef IPCTRACE_OP_STATE_BPF_H
#define IPCTRACE_OP_STATE_BPF_H

#include "mech/held.bpf.h"
#include "mech/msg.bpf.h"
#include "mech/sem.bpf.h"
#include "mech/shm.bpf.h"

/*
 * at: the kernel object that obj names, for a segment its ipc namespace. A semaphore set or message
 * queue must have existed a moment ago. st->v[SEM_NUM] says which semaphore of a set is meant.
 * False: there is no such object any more, or it is of a mechanism without state.
 */
static __always_inline bool object_state(const struct ipc_object *obj, void *at,
					 struct ipc_state *st)
{
	switch (obj->mech) {
#define STATE(mech, reader)                                                                        \
	case MECH_##mech:                                                                          \
		goto state_##reader;
#include "abi/mech.def"
	}
	return false;
#define STATE_READER(reader) state_##reader : return read_state_##reader(obj, at, st);
#include "abi/mech.def"
}

#endif
