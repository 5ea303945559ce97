/* SPDX-License-Identifier: GPL-2.0 */
/* bind, listen, accept, connect, shutdown, setsockopt: their arguments, what begins and ends them. */
#ifndef IPCTRACE_OP_SOCK_CALLS_BPF_H
#define IPCTRACE_OP_SOCK_CALLS_BPF_H

#include "mech/refs.bpf.h"
#include "op/emit.bpf.h"
#include "op/sock_option.bpf.h"

/* The body of a record that a socket has, or is to be connected to, a name. */
static __always_inline struct ev_object *name_record(struct op_flight *op, __u8 change)
{
	struct ev_object *e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);

	if (!e)
		return NULL;
	e->obj = op->t.obj;
	e->file = cookie(op->t.file);
	e->refs = file_refs(op->t.file);
	e->end = file_ends(op->t.file);
	e->fd = op->t.fd;
	e->nr = op->nr;
	e->change = change;
	return e;
}

/* The current task asks for whom the address names, before it can wait for that one. */
VERIFIED_ONCE int emit_connects(struct op_flight *op, __u64 address, __u32 size)
{
	struct ev_object *e;

	if (!op || filter.sums)
		return 0;
	e = name_record(op, OBJ_CONNECTS);
	if (!e)
		return 0;
	e->state = op->t.before;
	sock_name_asked(address, size, (struct sock_name *)e->path);
	submit(e);
	return 0;
}

VERIFIED_ONCE int emit_named(struct op_flight *op)
{
	struct ev_object *e;

	if (!op || filter.sums)
		return 0;
	e = name_record(op, OBJ_NAMED);
	if (!e)
		return 0;
	sock_state((__u64)op->t.object, op->t.obj.id, &e->state);
	sock_name_of((__u64)op->t.object, (struct sock_name *)e->path);
	submit(e);
	return 0;
}

/* The port that an address of the current task has is one that the filter means. */
static __always_inline bool port_is_meant(__u64 address)
{
	__u16 family = 0;

	bpf_probe_read_user(&family, sizeof(family), (void *)address);
	return filter_ports(port_asked(address, family));
}

/* The socket is to have the name, or port, of the filter, or to be connected to it: neither can be seen yet. */
VERIFIED_ONCE int pick_asked(const struct call *c)
{
	struct fd_object o = {};
	char all[SUN_PATH_LEN + 4];
	const char *from;
	__u32 len;
	long n;

	if (!c || !current_object(c->a[0], &o) || o.obj.mech != MECH_SOCK)
		return 0;
	if (!is_unix(o.at)) {
		if (port_is_meant(c->a[1]))
			object_mean(&o.obj, true);
		return 0;
	}
	from = (void *)c->a[1] + SUN_PATH;
	len = (__u32)c->a[2] - SUN_PATH;
	barrier_var(len); /* so that the verifier of 6.1 sees the next test on len itself */
	if (len > SUN_PATH_LEN)
		return 0;
	/* A path ends at its NUL, or with the address. */
	n = bpf_probe_read_user_str(all, len + 1, from);
	if (filter_names(MECH_SOCK, (__u64)from, n > 1 ? n - 1 : len, 1))
		object_mean(&o.obj, true);
	return 0;
}

static __always_inline bool op_begin_sock(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	struct op_flight *op = &tc->op;

	if (c->op.id == SYSOP_setsockopt && !option_asked(op, c))
		return false;
	if ((filter.by_name || filter.by_port) &&
	    (c->op.id == SYSOP_connect || c->op.id == SYSOP_bind))
		pick_asked(c);
	if (!op_target(tc, &op->t, call_fd(c)))
		return false;
	switch (c->op.id) {
	case SYSOP_listen:
		op->backlog = (__s32)c->a[1];
		break;
	case SYSOP_shutdown:
		op->cmd = c->a[1];
		break;
	case SYSOP_accept4:
		op->cmd = c->a[3];
		break;
	case SYSOP_connect:
		emit_connects(op, c->a[1], c->a[2]);
		break;
	}
	return true;
}

/* Which connection a connect has made, and whose backlog it is in, if nobody has accepted it yet. */
VERIFIED_ONCE int connection_made(struct op_flight *op)
{
	struct unix_sock *u, *end;
	struct socket *s;
	__u64 listener;

	if (!bpf_core_type_exists(struct unix_sock) || !op || !op->t.object)
		return 0;
	u = op->t.object;
	if (BPF_CORE_READ(u, sk.__sk_common.skc_family) != AF_UNIX)
		return 0;
	end = (void *)BPF_CORE_READ(u, peer);
	if (!end || BPF_CORE_READ(end, sk.sk_socket))
		return 0;
	op->connection = cookie(end);
	listener = sock_listener(end);
	s = BPF_CORE_READ((struct sock *)listener, sk_socket);
	if (s && (__u64)BPF_CORE_READ(s, sk) == listener)
		op->socket = number_of_socket(s);
	return 0;
}

/* Which connection an accept has taken; fd is its descriptor. */
VERIFIED_ONCE int connection_taken(struct op_flight *op, __s32 fd)
{
	struct fd_object o = {};

	if (!op || !current_object(fd, &o))
		return 0;
	op->connection = cookie((void *)o.at);
	op->socket = o.obj.id;
	return 0;
}

VERIFIED_ONCE int sock_end(struct op_flight *op, __s64 ret, __u32 state)
{
	if (!op)
		return 0;
	if (op->class == OPC_BIND && !ret)
		return emit_named(op);
	if (op->class == OPC_ACCEPT && ret >= 0) {
		emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_CREATED, state);
		connection_taken(op, ret);
	}
	if (op->class == OPC_CONNECT && !ret)
		connection_made(op);
	return emit_op(op, &op->t, ret, 0);
}

static __always_inline void op_end_sock(struct task_ctx *tc, struct task_struct *current,
					const struct call *c, __s64 ret)
{
	sock_end(&tc->op, ret, tc->trace);
}

#endif
