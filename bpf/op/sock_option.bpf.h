/* SPDX-License-Identifier: GPL-2.0 */
/* setsockopt: the options that say how long a call on a socket waits, and for how much. */
#ifndef IPCTRACE_OP_SOCK_OPTION_BPF_H
#define IPCTRACE_OP_SOCK_OPTION_BPF_H

#include "fd/call.bpf.h"

#define SOL_SOCKET	1 /* include/uapi/asm-generic/socket.h, and the next */
#define SO_SNDBUF	7
#define SO_RCVBUF	8
#define SO_LINGER	13
#define SO_RCVLOWAT	18
#define SO_RCVTIMEO_OLD 20
#define SO_SNDTIMEO_OLD 21
#define SO_SNDBUFFORCE	32
#define SO_RCVBUFFORCE	33
#define SO_RCVTIMEO_NEW 66
#define SO_SNDTIMEO_NEW 67

#define NS_A_SECOND 1000000000LL
#define SECONDS_MAX (0x7fffffffffffffffLL / NS_A_SECOND - 1)

/* struct timeval, and where a long has 64 bits struct __kernel_sock_timeval as well */
struct user_timeval {
	__s64 sec, usec;
};

struct user_linger {
	__s32 on, seconds;
};

static __always_inline void asks_bytes(struct op_flight *op, const struct call *c)
{
	__s32 bytes = 0;

	if ((__s32)c->a[4] < (__s32)sizeof(bytes) ||
	    bpf_probe_read_user(&bytes, sizeof(bytes), (void *)c->a[3]))
		op->bits = OPF_NO_ARG;
	else
		op->value = bytes;
}

static __always_inline void asks_time(struct op_flight *op, const struct call *c)
{
	struct user_timeval tv = {};

	if ((__s32)c->a[4] < (__s32)sizeof(tv) ||
	    bpf_probe_read_user(&tv, sizeof(tv), (void *)c->a[3]) || tv.sec > SECONDS_MAX ||
	    tv.sec < -SECONDS_MAX || tv.usec < 0 || tv.usec >= NS_A_SECOND / 1000)
		op->bits = OPF_NO_ARG;
	else
		op->value = tv.sec * NS_A_SECOND + tv.usec * 1000;
}

static __always_inline void asks_linger(struct op_flight *op, const struct call *c)
{
	struct user_linger l = {};

	if ((__s32)c->a[4] < (__s32)sizeof(l) ||
	    bpf_probe_read_user(&l, sizeof(l), (void *)c->a[3]))
		op->bits = OPF_NO_ARG;
	else
		op->value = l.on ? (__u32)l.seconds * NS_A_SECOND : SOCKOPT_NO_LINGER;
}

/* False: the option is another one, which is not told. */
VERIFIED_ONCE int option_asked(struct op_flight *op, const struct call *c)
{
	if (!op || !c || (__s32)c->a[1] != SOL_SOCKET)
		return false;
	op->cmd = c->a[2];
	switch (op->cmd) {
	case SO_SNDBUF:
	case SO_RCVBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
	case SO_RCVLOWAT:
		asks_bytes(op, c);
		return true;
	case SO_RCVTIMEO_OLD:
	case SO_SNDTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
	case SO_SNDTIMEO_NEW:
		asks_time(op, c);
		return true;
	case SO_LINGER:
		asks_linger(op, c);
		return true;
	}
	return false;
}

#endif
