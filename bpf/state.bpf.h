/* SPDX-License-Identifier: GPL-2.0 */
/* The state of an object, whatever its mechanism. */
#ifndef IPCTRACE_STATE_BPF_H
#define IPCTRACE_STATE_BPF_H

#include "read.bpf.h"

/* at: the kernel object that obj names; it exists. False: a mechanism without state. */
static __always_inline bool object_state(const struct ipc_object *obj, void *at,
					 struct ipc_state *st)
{
	switch (obj->mech) {
	case MECH_PIPE:
	case MECH_FIFO:
		pipe_state((__u64)at, st);
		return true;
	}
	return false;
}

#endif
