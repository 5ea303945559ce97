/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that travel: SCM_RIGHTS in sendmsg and recvmsg, and pidfd_getfd. */
#ifndef IPCTRACE_OP_SCM_BPF_H
#define IPCTRACE_OP_SCM_BPF_H

#include "mech/refs.bpf.h"

#define SOL_SOCKET 1
#define SCM_RIGHTS 1

struct cmsg_head {
	__u64 len;
	__s32 level;
	__s32 type;
};

struct scm_walk {
	__u64 user;
	__s16 nr;
	__u8 change;
	__u8 state; /* enum trace_state of the current task */
};

static long emit_scm_fd(__u32 i, struct scm_walk *w)
{
	__s32 fd = -1;

	if (bpf_probe_read_user(&fd, sizeof(fd), (void *)w->user + i * sizeof(fd)))
		return 1;
	emit_ref(bpf_get_current_task(), fd, w->nr, w->change, w->state);
	return 0;
}

/* The first control message, where SCM_RIGHTS is in practice; a later one counts as lost. */
VERIFIED_ONCE int emit_scm(__u64 msghdr, __s16 nr, __u8 change, __u8 state)
{
	struct scm_walk w = {.nr = nr, .change = change, .state = state};
	struct user_msghdr m;
	struct cmsg_head h;

	if (bpf_probe_read_user(&m, sizeof(m), (void *)msghdr) || !m.msg_control ||
	    m.msg_controllen < sizeof(h) || bpf_probe_read_user(&h, sizeof(h), m.msg_control))
		return 0;
	if (h.level != SOL_SOCKET || h.type != SCM_RIGHTS || h.len <= sizeof(h)) {
		if (h.len + sizeof(h) <= m.msg_controllen)
			count_lost(LOST_WALK, 1);
		return 0;
	}
	w.user = (__u64)m.msg_control + sizeof(h);
	bpf_loop(((h.len - sizeof(h)) / 4) & 0xff, emit_scm_fd, &w, 0);
	return 0;
}

#endif
