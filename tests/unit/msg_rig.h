/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on a message queue and their states; for tests of the timeline. */
#ifndef IPCTRACE_MSG_RIG_H
#define IPCTRACE_MSG_RIG_H

#include <string.h>

#include "waker_rig.h"

#define LIMIT 16384

/* Both were last used by locker. */
static inline struct ipc_state queue(__u32 messages, __u32 bytes)
{
	struct ipc_state st = {{0}};

	st.v[MSG_QNUM] = messages;
	st.v[MSG_CBYTES] = bytes;
	st.v[MSG_QBYTES] = LIMIT;
	st.v[MSG_LSPID] = st.v[MSG_LRPID] = 2;
	return st;
}

static inline struct ipc_object queue_key(void)
{
	return (struct ipc_object){.id = 7, .dev = 9, .mech = MECH_MSG};
}

static inline union any_event call(__u32 tid, __u64 start, const char *name, __s64 ret, __u64 bytes,
				   __s64 type)
{
	union any_event op = rec_op(tid, start, start + 1000, name, 0, ret, bytes);

	op.op.obj = queue_key();
	op.op.fd = -1;
	op.op.before = op.op.after = queue(2, 10);
	op.op.type = type;
	op.op.key = strcmp(name, "msgsnd") ? (__u32)type : 0;
	return op;
}

static inline union any_event marked(union any_event op, __u8 sem, __u8 flags)
{
	op.op.bits = sem;
	op.e.flags = flags;
	return op;
}

#endif
