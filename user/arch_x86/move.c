/* SPDX-License-Identifier: GPL-2.0 */
/* What a finished x86-64 instruction moved from or to memory. */
#include "arch_x86/move.h"

#include <stddef.h>
#include <string.h>

#include "arch_x86/insn.h"

/* Where it accessed; false: that was changed by the instruction itself. */
static bool find_address(const struct x86_insn *in, const struct x86_after *at, __u64 *ea)
{
	if (in->what & CHANGES && (in->reg == in->base || in->reg == in->index))
		return false;
	if (in->what & COMPARES && (in->base == 0 || in->index == 0))
		return false;
	*ea = (__u64)in->disp;
	if (in->relative)
		*ea += at->ip;
	if (in->base >= 0)
		*ea += at->regs[in->base];
	if (in->index >= 0)
		*ea += at->regs[in->index] << in->scale;
	return true;
}

#define ZERO_FLAG 0x40

/*
 * What cmpxchg did with these bytes. If it finds another value, it writes that back, which is no
 * store.
 */
static void compare_exchange(const struct x86_insn *in, const struct x86_after *at,
			     struct x86_move *m, __u64 stored)
{
	m->stores = at->flags & ZERO_FLAG;
	m->known = true;
	m->value = m->stores ? stored : at->regs[0];
}

static __u64 low_bytes(__u64 v, __u8 len)
{
	return len < 8 ? v & ((1ULL << 8 * len) - 1) : v;
}

/* False: it did not reach these bytes. */
static bool take(const struct x86_insn *in, const struct x86_after *at, __u64 addr, __u8 len,
		 struct x86_move *m)
{
	__u64 ea, v = in->reg < 0 ? in->number : at->regs[in->high ? in->reg - 4 : in->reg];
	bool whole;

	if (in->high)
		v >>= 8;
	if (find_address(in, at, &ea)) {
		if (ea >= addr + len || addr >= ea + in->size)
			return false;
		whole = ea <= addr && addr + len <= ea + in->size;
		if (whole)
			v >>= 8 * (addr - ea);
	} else {
		whole = in->size == len;
	}
	*m = (struct x86_move){
	    .stores = in->what & STORES, .loads = in->what & LOADS, .atomic = in->locked};
	if (whole && in->what & MOVES) {
		m->value = v;
		m->known = true;
		m->number = in->reg < 0;
	}
	if (in->what & COMPARES && in->size == len && whole)
		compare_exchange(in, at, m, v);
	m->value = low_bytes(m->value, len);
	return true;
}

/* The end of an instruction that is not known here: of two bytes (0f), or VEX. */
static bool may_be_longer(const __u8 *code, size_t before)
{
	return (before > 0 && code[-1] == 0x0f) || (before > 1 && code[-2] == 0xc5) ||
	       (before > 2 && code[-3] == 0xc4);
}

/*
 * Whether the byte at `end`, before which as many are known, can be an instruction's last: its
 * displacement, or its number, of one byte. Longer ones that end so are beyond what programs have.
 */
static bool may_end(const __u8 *end, size_t before)
{
	__u8 one = before > 0 ? end[-1] : 0, two = before > 1 ? end[-2] : 0;

	if ((one & 0xc0) == 0x40 && (one & 7) != 4) /* ModRM */
		return true;
	if ((two & 0xc0) == 0x40 && (two & 7) == 4) /* ModRM, SIB */
		return true;
	if (two == 0x80 || two == 0x83 || two == 0x6b || (two & 0xfe) == 0xc0) /* of a register */
		return one >= 0xc0;
	return one == 0x6a || one == 0xa8 || (one < 0x40 && (one & 7) == 4) ||
	       (one & 0xf8) == 0xb0 || one == 0xeb;
}

static bool agree(const struct x86_move *a, const struct x86_move *b)
{
	return a->stores == b->stores && a->loads == b->loads && a->atomic == b->atomic &&
	       a->number == b->number && a->unsure == b->unsure && a->known == b->known &&
	       (!a->known || a->value == b->value);
}

/* How those that can have been it answer. */
enum answer { NONE, ONE, AT_ODDS };

static enum answer ask(const struct x86_after *at, __u64 addr, __u8 len, bool stored,
		       struct x86_move *m)
{
	bool found = false;
	size_t shorter = 0; /* such lengths are the last one found without its prefixes */

	for (size_t n = X86_CODE - 1; n >= 2; n--) {
		struct x86_move one;
		struct x86_insn in;

		/*
		 * A byte that looks like a prefix is taken for one: few instructions end with such
		 * a byte.
		 */
		if (n >= shorter && shorter)
			continue;
		if (!x86_insn__decode(&in, at->code + X86_CODE - n, n) ||
		    !!(in.what & STORES) != stored || !take(&in, at, addr, len, &one))
			continue;
		if (in.lock &&
		    may_end(at->code + X86_CODE - n + in.lock - 1, X86_CODE - n + in.lock - 1)) {
			one.atomic = false;
			one.unsure = true;
		}
		if (!found && may_be_longer(at->code + X86_CODE - n, X86_CODE - n))
			return AT_ODDS;
		shorter = n - in.prefixes;
		if (found && !agree(&one, m))
			return AT_ODDS;
		*m = one;
		found = true;
	}
	return found ? ONE : NONE;
}

bool x86_move(const struct x86_after *at, __u64 addr, __u8 len, bool stored, struct x86_move *m)
{
	return ask(at, addr, len, stored, m) == ONE;
}

bool x86_move_any(const struct x86_after *at, __u64 addr, __u8 len, struct x86_move *m)
{
	struct x86_move store = {0}, load = {0};
	enum answer stored = ask(at, addr, len, true, &store);
	enum answer loaded = ask(at, addr, len, false, &load);

	if (stored + loaded != ONE)
		return false;
	*m = stored ? store : load;
	return true;
}
