/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The number of 8 bytes that a read or write moves, for mechanisms with a row FD_NUMBER in
 * abi/mech.def.
 */
#ifndef IPCTRACE_OP_NUMBER_BPF_H
#define IPCTRACE_OP_NUMBER_BPF_H

#include "fd/call.bpf.h"
#include "fd/object.bpf.h"

/*
 * The caller's buffer; for readv and its like the first part: the kernel takes all 8 bytes from
 * there.
 */
static __always_inline __u64 number_at(const struct call *c)
{
	struct iovec part = {};

	if (c->op.id == SYSOP_read || c->op.id == SYSOP_write)
		return c->a[1];
	bpf_probe_read_user(&part, sizeof(part), (void *)c->a[1]);
	return part.iov_len < sizeof(__u64) ? 0 : (__u64)part.iov_base;
}

static __always_inline void number_read(struct op_flight *op)
{
	if (op->user && !bpf_probe_read_user(&op->number, sizeof(op->number), (void *)op->user))
		op->bits |= NUMBERF_KNOWN;
}

/* op reads or writes one: what it writes. */
VERIFIED_ONCE int number_begins(struct op_flight *op, const struct call *c)
{
	if (!op || !c)
		return 0;
	op->user = number_at(c);
	if (op->class == OPC_WRITE && op->arg >= sizeof(__u64))
		number_read(op);
	return 0;
}

/* The call is over: what it has read. */
static __always_inline void number_ends(struct op_flight *op, __s64 ret)
{
	if (op->class == OPC_READ && ret == sizeof(__u64))
		number_read(op);
}

#endif
