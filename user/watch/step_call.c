/* SPDX-License-Identifier: GPL-2.0 */
/* Which memory of its caller a system call reads and writes. */
#include "watch/step_call.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static void add(struct step_call *c, __u64 addr, __u64 len, bool stores, bool by_ret)
{
	if (c->n < STEP_SPANS && len)
		c->spans[c->n++] = (struct step_span){addr, len, stores, by_ret};
}

/* Parts beyond those that are kept are not told; what they store is found by the value. */
static void add_parts(struct step_call *c, pid_t tid, bool stores)
{
	struct iovec parts[STEP_SPANS];
	__u64 n = c->args[2] < STEP_SPANS ? c->args[2] : STEP_SPANS;
	struct iovec here = {parts, n * sizeof(*parts)}, there = {(void *)c->args[1], here.iov_len};
	ssize_t got = process_vm_readv(tid, &here, 1, &there, 1, 0);

	for (size_t i = 0; got > 0 && i < (size_t)got / sizeof(*parts); i++)
		add(c, (__u64)parts[i].iov_base, parts[i].iov_len, stores, true);
}

static void add_futex(struct step_call *c)
{
	switch (c->args[1] & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_CMP_REQUEUE_PI:
		add(c, c->args[0], 4, false, false);
		break;
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_TRYLOCK_PI:
	case FUTEX_UNLOCK_PI:
		add(c, c->args[0], 4, true, false);
		break;
	case FUTEX_WAKE_OP:
		add(c, c->args[4], 4, true, false);
		break;
	}
}

void step_call__spans(struct step_call *c, pid_t tid)
{
	c->n = 0;
	switch (c->nr) {
	case SYS_read:
	case SYS_pread64:
	case SYS_recvfrom:
		add(c, c->args[1], c->args[2], true, true);
		break;
	case SYS_write:
	case SYS_pwrite64:
	case SYS_sendto:
		add(c, c->args[1], c->args[2], false, true);
		break;
	case SYS_getrandom:
		add(c, c->args[0], c->args[1], true, true);
		break;
	case SYS_readv:
	case SYS_preadv:
	case SYS_preadv2:
		add_parts(c, tid, true);
		break;
	case SYS_writev:
	case SYS_pwritev:
	case SYS_pwritev2:
		add_parts(c, tid, false);
		break;
	case SYS_futex:
		add_futex(c);
		break;
	}
}

bool step_call__covers(const struct step_call *c, __u64 addr, __u8 len, long ret,
		       const struct step_span **span)
{
	__u64 left = ret > 0 ? (__u64)ret : 0;

	*span = NULL;
	for (unsigned int i = 0; i < c->n; i++) {
		const struct step_span *s = &c->spans[i];
		__u64 size = s->by_ret && left < s->len ? left : s->len;

		if (s->by_ret)
			left -= size;
		if (addr < s->addr + size && s->addr < addr + len && (!*span || s->stores))
			*span = s;
	}
	return *span;
}

bool step_call__found(const struct step_call *c, long ret, __u32 *value)
{
	int op = (int)(c->args[1] & FUTEX_CMD_MASK);

	if (c->nr != SYS_futex || ret == -EAGAIN || ret == -EFAULT || ret == -EINVAL ||
	    ret == -ENOSYS)
		return false;
	if (op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET)
		return false;
	*value = (__u32)c->args[2];
	return true;
}
