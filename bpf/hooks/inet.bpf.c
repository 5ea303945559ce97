/* SPDX-License-Identifier: GPL-2.0 */
/* Which TCP sockets are connected, or listen, as it changes. */
#include "mech/inet_seen.bpf.h"

SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(on_inet_state, const struct sock *sk, int before, int after)
{
	inet_see(arg_address(ctx, 0), after);
	return 0;
}

/* Those that are there already, of the network namespace of ipctrace. */
SEC("?iter/tcp")
int learn_inet(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;
	__u64 at;
	int state;

	if (!sk)
		return 0;
	at = address(sk);
	state = BPF_CORE_READ((struct sock_common *)at, skc_state);
	/* From here on it is connected, or one half of it (include/net/tcp_states.h); the others have no struct sock. */
	switch (state) {
	case TCP_ESTABLISHED:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		inet_see(at, TCP_ESTABLISHED);
		break;
	case TCP_LISTEN:
		inet_see(at, TCP_LISTEN);
		break;
	}
	return 0;
}
