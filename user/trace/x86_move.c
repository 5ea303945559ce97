/* SPDX-License-Identifier: GPL-2.0 */
/* What an x86-64 instruction that is over moved; Intel SDM volume 2, chapter 2 and appendix A. */
#include "x86_move.h"

#include <stddef.h>
#include <string.h>

enum what {
	LOADS = 1,
	STORES = 2,
	UPDATES = LOADS | STORES,
	MOVES = 4,     /* nothing but that: from or to the register */
	CHANGES = 8,   /* the register */
	COMPARES = 16, /* with ax; it stores if that is equal, else ax is what it loaded */
};

/* An instruction with a memory operand. */
struct insn {
	unsigned int what;
	__u8 rex;
	bool locked;
	bool word;	   /* 66 */
	unsigned int size; /* of the operand in memory, bytes */
	int reg;	   /* that it moves from or to; -1: the number */
	bool high;	   /* ah, ch, dh, bh */
	__u64 number;
	int base, index; /* -1: none */
	bool relative;	 /* to ip */
	unsigned int scale;
	__s64 disp;
	size_t prefixes; /* bytes of them */
	size_t lock;	 /* which of them is LOCK, from 1; 0: none, or one that changes nothing */
};

#define LOCK 0xf0

struct cursor {
	const __u8 *at, *end;
	bool bad;
};

static __u8 next(struct cursor *c)
{
	if (c->at < c->end)
		return *c->at++;
	c->bad = true;
	return 0;
}

/* Little-endian, sign extended. */
static __s64 next_number(struct cursor *c, unsigned int size)
{
	__u64 v = 0;

	for (unsigned int i = 0; i < size; i++)
		v |= (__u64)next(c) << 8 * i;
	return size < 8 ? (__s64)(v << (64 - 8 * size)) >> (64 - 8 * size) : (__s64)v;
}

/* One that any of us may have: what, operand size (0: by prefix, else bytes), bytes of a number. */
struct opcode {
	unsigned int what;
	unsigned int size;
	int number; /* -1: as the operand, but 4 at most */
};

static bool one_byte(__u8 op, __u8 ext, struct opcode *o)
{
	/* add, or, adc, sbb, and, sub, xor, cmp: to memory, from memory */
	if (op < 0x40 && (op & 7) < 4) {
		unsigned int what = op >= 0x38 ? LOADS : op & 2 ? LOADS | CHANGES : UPDATES;

		*o = (struct opcode){what, op & 1 ? 0 : 1, 0};
		return true;
	}
	switch (op) {
	case 0x63: /* movsxd */
		*o = (struct opcode){LOADS | MOVES | CHANGES, 4, 0};
		return true;
	case 0x80: /* the same with a number */
	case 0x81:
	case 0x83:
		*o = (struct opcode){ext == 7 ? LOADS : UPDATES, op == 0x80 ? 1 : 0,
				     op == 0x81 ? -1 : 1};
		return true;
	case 0x84: /* test */
	case 0x85:
		*o = (struct opcode){LOADS, op & 1 ? 0 : 1, 0};
		return true;
	case 0x86: /* xchg */
	case 0x87:
		*o = (struct opcode){UPDATES | CHANGES, op & 1 ? 0 : 1, 0};
		return true;
	case 0x88: /* mov */
	case 0x89:
		*o = (struct opcode){STORES | MOVES, op & 1 ? 0 : 1, 0};
		return true;
	case 0x8a:
	case 0x8b:
		*o = (struct opcode){LOADS | MOVES | CHANGES, op & 1 ? 0 : 1, 0};
		return true;
	case 0xc6:
	case 0xc7:
		*o = (struct opcode){STORES | MOVES, op & 1 ? 0 : 1, op & 1 ? -1 : 1};
		return ext == 0;
	case 0xf6: /* test with a number, not, neg, mul ... */
	case 0xf7:
		*o = (struct opcode){ext == 2 || ext == 3 ? UPDATES : LOADS, op & 1 ? 0 : 1,
				     ext > 1  ? 0
				     : op & 1 ? -1
					      : 1};
		return true;
	case 0xfe: /* inc, dec */
	case 0xff:
		*o = (struct opcode){UPDATES, op & 1 ? 0 : 1, 0};
		return ext < 2;
	}
	return false;
}

static bool two_byte(__u8 op, struct opcode *o)
{
	switch (op) {
	case 0xb0: /* cmpxchg */
	case 0xb1:
		*o = (struct opcode){UPDATES | COMPARES, op & 1 ? 0 : 1, 0};
		return true;
	case 0xc0: /* xadd */
	case 0xc1:
		*o = (struct opcode){UPDATES | CHANGES, op & 1 ? 0 : 1, 0};
		return true;
	case 0xb6: /* movzx, movsx */
	case 0xbe:
		*o = (struct opcode){LOADS | MOVES | CHANGES, 1, 0};
		return true;
	case 0xb7:
	case 0xbf:
		*o = (struct opcode){LOADS | MOVES | CHANGES, 2, 0};
		return true;
	}
	return false;
}

/* The operand in memory; false: it is a register. */
static bool take_operand(struct insn *in, struct cursor *c, __u8 modrm)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7;

	if (mod == 3)
		return false;
	in->base = (int)(rm | (in->rex & 1) << 3);
	in->index = -1;
	if (rm == 4) {
		__u8 sib = next(c);
		int index = (sib >> 3 & 7) | (in->rex & 2) << 2;

		in->scale = sib >> 6;
		in->index = index == 4 ? -1 : index;
		in->base = (sib & 7) | (in->rex & 1) << 3;
		if (!mod && (sib & 7) == 5) {
			in->base = -1;
			in->disp = next_number(c, 4);
		}
	} else if (!mod && rm == 5) {
		in->base = -1;
		in->relative = true;
		in->disp = next_number(c, 4);
	}
	if (mod)
		in->disp = next_number(c, mod == 1 ? 1 : 4);
	return true;
}

static void take_prefixes(struct insn *in, struct cursor *c)
{
	const __u8 *begin = c->at;

	for (; c->at < c->end && (*c->at == 0x66 || *c->at == LOCK); c->at++) {
		in->word |= *c->at == 0x66;
		if (*c->at == LOCK && !in->locked)
			in->lock = (size_t)(c->at - begin) + 1;
		in->locked |= *c->at == LOCK;
	}
	if (c->at < c->end && (*c->at & 0xf0) == 0x40)
		in->rex = *c->at++;
	in->prefixes = (size_t)(c->at - begin);
}

/* Whether these bytes, all of them, are one. */
static bool decode(struct insn *in, const __u8 *code, size_t len)
{
	struct cursor c = {code, code + len, false};
	struct opcode o = {0};
	bool known, two;
	__u8 op, modrm;

	*in = (struct insn){.reg = -1};
	take_prefixes(in, &c);
	op = next(&c);
	two = op == 0x0f;
	if (two)
		op = next(&c);
	modrm = next(&c);
	/* xchg is locked without being asked to be. */
	if (!two && (op & 0xfe) == 0x86) {
		in->locked = true;
		in->lock = 0;
	}
	known = two ? two_byte(op, &o) : one_byte(op, modrm >> 3 & 7, &o);
	if (c.bad || !known || !take_operand(in, &c, modrm))
		return false;
	in->what = o.what;
	in->size = o.size ? o.size : in->rex & 8 ? 8 : in->word ? 2 : 4;
	if (o.number)
		in->number = (__u64)next_number(&c, o.number > 0   ? (unsigned int)o.number
						    : in->size < 4 ? in->size
								   : 4);
	if (c.bad || c.at != c.end)
		return false;
	if (!o.number) {
		in->reg = (modrm >> 3 & 7) | (in->rex & 4) << 1;
		/* Without REX 4 to 7 are ah, ch, dh, bh. Of movzx and its like it is the memory
		 * that is a byte. */
		in->high = in->size == 1 && !two && !in->rex && in->reg >= 4;
	}
	return true;
}

/* Where it accessed; false: that was changed by the instruction itself. */
static bool find_address(const struct insn *in, const struct x86_after *at, __u64 *ea)
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

/* What cmpxchg did, of all these bytes. One that finds another value writes that back: no store. */
static void compare_exchange(const struct insn *in, const struct x86_after *at, struct x86_move *m,
			     __u64 stored)
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
static bool take(const struct insn *in, const struct x86_after *at, __u64 addr, __u8 len,
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

/* The end of one that is not known here: of two bytes (0f), or VEX. */
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
		struct insn in;

		/* What looks like a prefix is one: few instructions end with such a byte. */
		if (n >= shorter && shorter)
			continue;
		if (!decode(&in, at->code + X86_CODE - n, n) || !!(in.what & STORES) != stored ||
		    !take(&in, at, addr, len, &one))
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
