/* SPDX-License-Identifier: GPL-2.0 */
/* The system call that a task is in, and the descriptors that it names. */
#ifndef IPCTRACE_FD_CALL_BPF_H
#define IPCTRACE_FD_CALL_BPF_H

#include "fd/file.bpf.h"

struct call {
	__u64 a[5];
	__s16 nr;
	struct sysop op;
};

/* The row of a call; all zero for a call that is no operation. */
static __always_inline struct sysop sysop_of(long nr)
{
	struct sysop none = {.fd = -1};

	if (nr < 0 || nr >= SYSOPS)
		return none;
	/* One load, whatever the compiler would make of a volatile struct. */
	*(__u32 *)&none = *(const volatile __u32 *)&sysops[nr];
	return none;
}

/* The mechanism of the calls of this class; MECH_NONE: that of the descriptor's object. */
static __always_inline __u8 mech_of_class(__u8 class)
{
	switch (class) {
#define SYSOP_CLASS(id, name, mech, ...)                                                           \
	case OPC_##name:                                                                           \
		return MECH_##mech;
#include "abi/sysop.def"
	}
	return MECH_NONE;
}

static __always_inline bool is_transfer(__u8 class)
{
	return class == OPC_READ || class == OPC_WRITE;
}

/*
 * The user registers at entry; the kernel keeps them until the call returns. t is a typed pointer.
 */
static __always_inline struct pt_regs *user_regs(struct task_struct *t)
{
	return (struct pt_regs *)bpf_task_pt_regs(t);
}

/* The call that the task is in; -1: in none, or in one of another table. */
static __always_inline __s16 call_nr(struct task_struct *t)
{
	long nr = regs_nr(user_regs(t));

	return nr < 0 || in_compat_call(t, nr) ? -1 : nr;
}

/* regs are what user_regs() or a tracepoint gives; row is that of nr. */
static __always_inline void call_read_as(struct call *c, struct pt_regs *regs, long nr,
					 struct sysop row)
{
	c->nr = nr;
	c->op = row;
	c->a[0] = PT_REGS_PARM1_SYSCALL(regs);
	c->a[1] = PT_REGS_PARM2_SYSCALL(regs);
	c->a[2] = PT_REGS_PARM3_SYSCALL(regs);
	c->a[3] = PT_REGS_PARM4_SYSCALL(regs);
	c->a[4] = PT_REGS_PARM5_SYSCALL(regs);
}

static __always_inline void call_read(struct call *c, struct pt_regs *regs, long nr)
{
	call_read_as(c, regs, nr, sysop_of(nr));
}

/* The same if regs are only an address to the verifier. */
static __always_inline void call_read_at(struct call *c, __u64 regs, long nr)
{
	struct pt_regs *r = (void *)regs;

	c->nr = nr;
	c->op = sysop_of(nr);
	c->a[0] = PT_REGS_PARM1_CORE_SYSCALL(r);
	c->a[1] = PT_REGS_PARM2_CORE_SYSCALL(r);
	c->a[2] = PT_REGS_PARM3_CORE_SYSCALL(r);
	c->a[3] = PT_REGS_PARM4_CORE_SYSCALL(r);
	c->a[4] = PT_REGS_PARM5_CORE_SYSCALL(r);
}

/* The first descriptor that the call works on; -1 none. */
static __always_inline __s32 call_fd(const struct call *c)
{
	switch (c->op.fd) {
	case 0:
		return c->a[0];
	case 2:
		return c->a[2];
	}
	return -1;
}

/* The second one: the output of splice and tee, the input of sendfile, the target of dup2. */
static __always_inline __s32 call_fd2(const struct call *c)
{
	switch (c->op.fd2) {
	case 1:
		return c->a[1];
	case 2:
		return c->a[2];
	}
	return -1;
}

#endif
