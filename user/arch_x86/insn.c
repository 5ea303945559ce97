/* SPDX-License-Identifier: GPL-2.0 */
/* Intel SDM volume 2, chapter 2 and appendix A. */
#include "arch_x86/insn.h"

#include "arch_x86/cursor.h"

#define LOCK 0xf0

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
static bool take_operand(struct x86_insn *in, struct cursor *c, __u8 modrm)
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

static void take_prefixes(struct x86_insn *in, struct cursor *c)
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

bool x86_insn__decode(struct x86_insn *in, const __u8 *code, size_t len)
{
	struct cursor c = {code, code + len, false};
	struct opcode o = {0};
	bool known, two;
	__u8 op, modrm;

	*in = (struct x86_insn){.reg = -1};
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
		/* Without REX 4 to 7 are ah, ch, dh, bh. movzx and its like have a byte in
		 * memory only. */
		in->high = in->size == 1 && !two && !in->rex && in->reg >= 4;
	}
	return true;
}
