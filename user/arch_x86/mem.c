/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which memory an x86-64 instruction is about to access. Intel SDM volume 2, chapter 2, appendix A.
 */
#include "arch_x86/mem.h"

#include <string.h>

#include "arch_x86/cursor.h"

enum { AX, CX, DX, BX, SP, BP, SI, DI };

static bool take_prefix(struct x86_parts *p, __u8 byte)
{
	switch (byte) {
	case 0x66:
		p->word = true;
		if (!p->mandatory)
			p->mandatory = byte;
		return true;
	case 0x67:
		p->address32 = true;
		return true;
	case 0xf2:
	case 0xf3:
		p->rep = true;
		p->mandatory = byte;
		return true;
	case 0xf0:
		p->locked = true;
		return true;
	case 0x64:
		p->segment = 'f';
		return true;
	case 0x65:
		p->segment = 'g';
		return true;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
		return true;
	}
	return false;
}

static void take_prefixes(struct x86_parts *p, struct cursor *c)
{
	while (c->at < c->end && take_prefix(p, *c->at))
		c->at++;
	if (c->at < c->end && (*c->at & 0xf0) == 0x40)
		p->rex = *c->at++;
}

static const __u8 mandatory[] = {0, 0x66, 0xf3, 0xf2};

static enum x86_map map_of(unsigned int bits)
{
	return bits >= 1 && bits <= 3 ? (enum x86_map)bits : MAP_OTHER;
}

/* C5, C4: VEX. */
static void take_vex(struct x86_parts *p, struct cursor *c, bool three)
{
	__u8 first = next(c), last = three ? next(c) : first;

	p->coding = CODED_VEX;
	p->map = three ? map_of(first & 0x1f) : MAP_0F;
	p->rex = first & 0x80 ? 0 : 4;
	if (three)
		p->rex |= (first & 0x40 ? 0 : 2) | (first & 0x20 ? 0 : 1) | (last & 0x80 ? 8 : 0);
	p->mandatory = mandatory[last & 3];
	p->vector = last & 4 ? 32 : 16;
}

static void take_evex(struct x86_parts *p, struct cursor *c)
{
	__u8 p0 = next(c), p1 = next(c), p2 = next(c);

	p->coding = CODED_EVEX;
	p->map = map_of(p0 & 7);
	p->rex =
	    (p0 & 0x80 ? 0 : 4) | (p0 & 0x40 ? 0 : 2) | (p0 & 0x20 ? 0 : 1) | (p1 & 0x80 ? 8 : 0);
	p->mandatory = mandatory[p1 & 3];
	p->vector = 16U << (p2 >> 5 & 3);
	p->masked = p2 & 7;
	p->broadcast = p2 & 0x10;
}

static void take_opcode(struct x86_parts *p, struct cursor *c)
{
	p->map = MAP_1;
	p->vector = 16;
	p->op = next(c);
	if (p->op == 0xc5 || p->op == 0xc4 || p->op == 0x62) {
		if (p->op == 0x62)
			take_evex(p, c);
		else
			take_vex(p, c, p->op == 0xc4);
		p->op = next(c);
		return;
	}
	if (p->op != 0x0f)
		return;
	p->map = MAP_0F;
	p->op = next(c);
	if (p->op == 0x38 || p->op == 0x3a) {
		p->map = p->op == 0x38 ? MAP_0F38 : MAP_0F3A;
		p->op = next(c);
	}
}

/* Bytes of a general operand. */
static unsigned int operand(const struct x86_parts *p)
{
	return p->rex & 8 ? 8 : p->word ? 2 : 4;
}

static struct x86_does group_does(const struct x86_parts *p)
{
	unsigned int size = p->op & 1 ? operand(p) : 1;

	if (p->op <= 0x83)
		return (struct x86_does){.size = size, .loads = true, .stores = p->ext != 7};
	if (p->op <= 0xf7)
		return (struct x86_does){
		    .size = size, .loads = true, .stores = p->ext == 2 || p->ext == 3};
	/* inc, dec, call, far call, jmp, far jmp, push */
	if (p->ext < 2)
		return (struct x86_does){.size = size, .loads = true, .stores = true};
	if (p->op == 0xfe || p->ext == 7)
		return (struct x86_does){0};
	return (struct x86_does){.size = p->ext == 3 || p->ext == 5 ? 10
					 : p->ext == 6 && p->word   ? 2
								    : 8,
				 .loads = true};
}

static struct x86_does x87_does(const struct x86_parts *p)
{
	/* Bytes; below zero: it stores. By opcode from d8 on, and ModRM.reg. */
	static const signed char size[8][8] = {
	    {4, 4, 4, 4, 4, 4, 4, 4}, {4, 0, -4, -4, 28, 2, -28, -2},
	    {4, 4, 4, 4, 4, 4, 4, 4}, {4, -4, -4, -4, 0, 10, 0, -10},
	    {8, 8, 8, 8, 8, 8, 8, 8}, {8, -8, -8, -8, 108, 0, -108, -2},
	    {2, 2, 2, 2, 2, 2, 2, 2}, {2, -2, -2, -2, 10, 8, -10, -8},
	};
	int n = size[p->op - 0xd8][p->ext];

	return (struct x86_does){
	    .size = (unsigned int)(n < 0 ? -n : n), .loads = n > 0, .stores = n < 0};
}

/* The operand that ModRM names, of opcodes of one byte. */
static struct x86_does one_does(const struct x86_parts *p)
{
	unsigned int size = p->op & 1 ? operand(p) : 1;
	__u8 op = p->op;

	/* add, or, adc, sbb, and, sub, xor, cmp: to memory, from memory */
	if (op < 0x40)
		return (struct x86_does){
		    .size = size, .loads = true, .stores = op < 0x38 && !(op & 2)};
	switch (op) {
	case 0x63: /* movsxd */
		return (struct x86_does){.size = 4, .loads = true, .moves = true};
	case 0x69: /* imul */
	case 0x6b:
		return (struct x86_does){.size = operand(p), .loads = true};
	case 0x84: /* test */
	case 0x85:
		return (struct x86_does){.size = size, .loads = true};
	case 0x86: /* xchg */
	case 0x87:
		return (struct x86_does){.size = size, .loads = true, .stores = true};
	case 0x88: /* mov */
	case 0x89:
	case 0xc6:
	case 0xc7:
		return (struct x86_does){.size = size, .stores = true, .moves = true};
	case 0x8a:
	case 0x8b:
		return (struct x86_does){.size = size, .loads = true, .moves = true};
	case 0x8c: /* mov from and to a segment register */
		return (struct x86_does){.size = 2, .stores = true};
	case 0x8e:
		return (struct x86_does){.size = 2, .loads = true};
	case 0x8d: /* lea */
		return (struct x86_does){0};
	case 0x8f: /* pop */
		return (struct x86_does){.size = p->word ? 2 : 8, .stores = true};
	case 0xc0: /* rotate, shift */
	case 0xc1:
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		return (struct x86_does){.size = size, .loads = true, .stores = true};
	}
	if (op >= 0xd8 && op <= 0xdf)
		return x87_does(p);
	return group_does(p);
}

static bool one_has_modrm(__u8 op)
{
	return (op < 0x40 && (op & 7) < 4) || op == 0x63 || op == 0x69 || op == 0x6b ||
	       (op >= 0x80 && op <= 0x8f) || op == 0xc0 || op == 0xc1 || op == 0xc6 || op == 0xc7 ||
	       (op >= 0xd0 && op <= 0xd3) || (op >= 0xd8 && op <= 0xdf) || op == 0xf6 ||
	       op == 0xf7 || op == 0xfe || op == 0xff;
}

static bool has_modrm(const struct x86_parts *p)
{
	__u8 op = p->op;

	if (p->map == MAP_1)
		return one_has_modrm(op);
	if (p->map != MAP_0F || p->coding != CODED_LEGACY)
		return op != 0x77 || p->map != MAP_0F; /* vzeroupper */
	return !((op >= 0x04 && op <= 0x0c) || (op >= 0x30 && op <= 0x37) || op == 0x0e ||
		 op == 0x77 || (op >= 0x80 && op <= 0x8f) || (op >= 0xa0 && op <= 0xa2) ||
		 (op >= 0xa8 && op <= 0xaa) || (op >= 0xc8 && op <= 0xcf));
}

static __u64 segment(const struct x86_parts *p, const struct x86_before *at, __u64 ea)
{
	if (p->address32)
		ea = (__u32)ea;
	return ea + (p->segment == 'f' ? at->fs : p->segment == 'g' ? at->gs : 0);
}

static unsigned int number_size(const struct x86_parts *p)
{
	if (p->map == MAP_0F3A)
		return 1;
	if (p->map == MAP_0F)
		return (p->op >= 0x70 && p->op <= 0x73) || p->op == 0xa4 || p->op == 0xac ||
		       p->op == 0xba || p->op == 0xc2 || (p->op >= 0xc4 && p->op <= 0xc6);
	if (p->map != MAP_1)
		return 0;
	switch (p->op) {
	case 0x6b:
	case 0x80:
	case 0x83:
	case 0xc0:
	case 0xc1:
	case 0xc6:
		return 1;
	case 0x69:
	case 0x81:
	case 0xc7:
		return p->word && !(p->rex & 8) ? 2 : 4;
	case 0xf6:
		return p->ext < 2;
	case 0xf7:
		return p->ext > 1 ? 0 : p->word && !(p->rex & 8) ? 2 : 4;
	}
	return 0;
}

/* The address that ModRM names; disp8 counts in units of EVEX. */
static __u64 take_address(const struct x86_parts *p, struct cursor *c, __u8 modrm,
			  const struct x86_before *at, const __u8 *begin, unsigned int unit)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7;
	__u64 ea = 0;
	bool relative = false;

	if (rm == 4) {
		__u8 sib = next(c);
		unsigned int index = (sib >> 3 & 7) | (p->rex & 2) << 2;

		if (index != 4)
			ea += at->regs[index] << (sib >> 6);
		if (!mod && (sib & 7) == 5)
			ea += (__u64)next_number(c, 4);
		else
			ea += at->regs[(sib & 7) | (p->rex & 1) << 3];
	} else if (!mod && rm == 5) {
		ea = (__u64)next_number(c, 4);
		relative = true;
	} else {
		ea = at->regs[rm | (p->rex & 1) << 3];
	}
	if (mod == 1)
		ea += (__u64)(next_number(c, 1) * (__s64)unit);
	else if (mod == 2)
		ea += (__u64)next_number(c, 4);
	if (relative)
		ea += at->ip + (__u64)(c->at - begin) + number_size(p);
	return segment(p, at, ea);
}

static void add(struct x86_mem *m, __u64 addr, unsigned int size, bool loads, bool stores)
{
	if (m->n < X86_REFS && size)
		m->refs[m->n++] = (struct x86_ref){addr, size, loads, stores};
}

/* bt and its like with a register: the register says which bit, and so which bytes. */
static __u64 bit_address(const struct x86_parts *p, __u64 ea, __u8 modrm,
			 const struct x86_before *at)
{
	unsigned int size = operand(p);
	__u64 v = at->regs[(modrm >> 3 & 7) | (p->rex & 4) << 1];
	__s64 bit = (__s64)(v << (64 - 8 * size)) >> (64 - 8 * size);
	unsigned int shift = size == 8 ? 6 : size == 4 ? 5 : 4;

	return ea + (__u64)((bit >> shift) * (__s64)size);
}

static void take_operand(struct x86_mem *m, struct x86_parts *p, struct cursor *c,
			 const struct x86_before *at, const __u8 *begin)
{
	__u8 modrm = next(c);
	struct x86_does d;
	__u64 ea;

	p->ext = modrm >> 3 & 7;
	if (modrm >> 6 == 3)
		return;
	d = p->map == MAP_1 ? one_does(p) : x86_vector_does(p);
	if (p->broadcast && d.loads && !d.stores)
		d.size = p->rex & 8 ? 8 : 4;
	ea = take_address(p, c, modrm, at, begin, p->coding == CODED_EVEX && d.size ? d.size : 1);
	if (d.bits)
		ea = bit_address(p, ea, modrm, at);
	m->moves = d.moves;
	m->compares = d.compares;
	m->unsure = d.unsure || p->masked;
	m->anywhere = d.anywhere;
	m->number = p->map == MAP_1 && (p->op == 0xc6 || p->op == 0xc7);
	m->atomic = p->locked || (p->map == MAP_1 && (p->op == 0x86 || p->op == 0x87));
	if (!d.anywhere)
		add(m, ea, d.size, d.loads, d.stores);
}

/* movs, cmps, stos, lods, scas, ins, outs: one round of it. False: none of them. */
static bool take_string(struct x86_mem *m, const struct x86_parts *p, const struct x86_before *at)
{
	unsigned int size = p->op & 1 ? operand(p) : 1;
	__u64 from = segment(p, at, at->regs[SI]);
	__u64 to = p->address32 ? (__u32)at->regs[DI] : at->regs[DI];
	__u64 left = p->address32 ? (__u32)at->regs[CX] : at->regs[CX];

	if (!((p->op >= 0x6c && p->op <= 0x6f) || (p->op >= 0xa4 && p->op <= 0xa7) ||
	      (p->op >= 0xaa && p->op <= 0xaf)))
		return false;
	if (p->op < 0x70 && size == 8)
		size = 4;
	if (p->rep && !left)
		return true;
	switch (p->op & 0xfe) {
	case 0x6c: /* ins */
	case 0xaa: /* stos */
		add(m, to, size, false, true);
		break;
	case 0x6e: /* outs */
	case 0xac: /* lods */
		add(m, from, size, true, false);
		break;
	case 0xa4:
		add(m, from, size, true, false);
		add(m, to, size, false, true);
		break;
	case 0xa6:
		add(m, from, size, true, false);
		add(m, to, size, true, false);
		break;
	case 0xae: /* scas */
		add(m, to, size, true, false);
		break;
	}
	return true;
}

/* What is accessed by the stack pointer. */
static void take_stack(struct x86_mem *m, const struct x86_parts *p, const struct x86_before *at)
{
	unsigned int size = p->word ? 2 : 8;
	__u64 sp = at->regs[SP];
	__u8 op = p->op;

	if (p->map == MAP_0F) {
		if (p->coding == CODED_LEGACY && (op == 0xa0 || op == 0xa8))
			add(m, sp - size, size, false, true);
		if (p->coding == CODED_LEGACY && (op == 0xa1 || op == 0xa9))
			add(m, sp, size, true, false);
		return;
	}
	if (p->map != MAP_1)
		return;
	if ((op & 0xf8) == 0x50 || op == 0x68 || op == 0x6a || op == 0x9c || op == 0xc8 ||
	    (op == 0xff && p->ext == 6))
		add(m, sp - size, size, false, true);
	else if ((op & 0xf8) == 0x58 || op == 0x8f || op == 0x9d)
		add(m, sp, size, true, false);
	else if (op == 0xe8 || (op == 0xff && p->ext == 2))
		add(m, sp - 8, 8, false, true);
	else if (op == 0xc2 || op == 0xc3)
		add(m, sp, 8, true, false);
	else if (op == 0xc9)
		add(m, at->regs[BP], size, true, false);
}

/* mov with an address of eight bytes, xlat. */
static void take_rest(struct x86_mem *m, const struct x86_parts *p, struct cursor *c,
		      const struct x86_before *at)
{
	if (p->op >= 0xa0 && p->op <= 0xa3) {
		__u64 ea = (__u64)next_number(c, p->address32 ? 4 : 8);

		m->moves = true;
		add(m, segment(p, at, ea), p->op & 1 ? operand(p) : 1, p->op < 0xa2, p->op >= 0xa2);
	} else if (p->op == 0xd7) {
		add(m, segment(p, at, at->regs[BX] + (at->regs[AX] & 0xff)), 1, true, false);
	}
}

static enum x86_special special(const struct x86_parts *p, const struct cursor *c)
{
	if (p->map == MAP_0F && p->coding == CODED_LEGACY && (p->op == 0x05 || p->op == 0x34))
		return X86_SYSCALL;
	if (p->map == MAP_1 && p->op == 0xcd && c->at < c->end && *c->at == 0x80)
		return X86_SYSCALL;
	return p->map == MAP_1 && p->op == 0x9c ? X86_PUSHF : X86_PLAIN;
}

bool x86_mem(struct x86_mem *m, const __u8 *code, size_t len, const struct x86_before *at)
{
	struct cursor c = {code, code + len, false};
	struct x86_parts p = {0};

	memset(m, 0, sizeof(*m));
	take_prefixes(&p, &c);
	take_opcode(&p, &c);
	m->special = special(&p, &c);
	if (p.map == MAP_1 && take_string(m, &p, at))
		return !c.bad;
	if (has_modrm(&p))
		take_operand(m, &p, &c, at, code);
	else if (p.map == MAP_1)
		take_rest(m, &p, &c, at);
	take_stack(m, &p, at);
	/* maskmovq, maskmovdqu */
	if (p.map == MAP_0F && p.op == 0xf7 && p.coding != CODED_EVEX) {
		add(m, segment(&p, at, at->regs[DI]), p.mandatory ? 16 : 8, false, true);
		m->unsure = true;
	}
	return !c.bad;
}
