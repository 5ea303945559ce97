/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the instructions with the opcode prefix 0f do with their memory operand: SSE, AVX, and a few
 * others.
 */
#include "arch_x86/mem.h"

static struct x86_does load(unsigned int size)
{
	return (struct x86_does){.size = size, .loads = true};
}

static struct x86_does move_from(unsigned int size)
{
	return (struct x86_does){.size = size, .loads = true, .moves = true};
}

static struct x86_does move_to(unsigned int size)
{
	return (struct x86_does){.size = size, .stores = true, .moves = true};
}

static struct x86_does update(unsigned int size)
{
	return (struct x86_does){.size = size, .loads = true, .stores = true};
}

/* At most so many bytes, loaded, or stored, or neither. */
static struct x86_does perhaps(unsigned int size)
{
	return (struct x86_does){.size = size, .loads = true, .stores = true, .unsure = true};
}

static const struct x86_does nothing;

static unsigned int general(const struct x86_parts *p)
{
	return p->rex & 8 ? 8 : p->word && p->coding == CODED_LEGACY ? 2 : 4;
}

static unsigned int four_or_eight(const struct x86_parts *p)
{
	return p->rex & 8 ? 8 : 4;
}

/* The operand is one number or a vector of them: the prefix says which. */
static unsigned int scalar_or_all(const struct x86_parts *p)
{
	return p->mandatory == 0xf3 ? 4 : p->mandatory == 0xf2 ? 8 : p->vector;
}

/* Without a prefix, these are MMX. */
static unsigned int whole(const struct x86_parts *p)
{
	return p->coding == CODED_LEGACY && !p->mandatory ? 8 : p->vector;
}

/* sldt, sgdt, fxsave, cmpxchg16b and their groups. */
static struct x86_does system_group(const struct x86_parts *p)
{
	switch (p->op) {
	case 0x00:
		return p->ext < 2 ? move_to(2) : load(2);
	case 0x01:
		return p->ext < 2    ? move_to(10)
		       : p->ext == 4 ? move_to(2)
		       : p->ext == 7 ? nothing
				     : load(10);
	case 0xae:
		if (p->ext == 2)
			return load(4);
		if (p->ext == 3)
			return move_to(4);
		return p->ext == 7 || p->mandatory ? nothing : perhaps(p->ext < 2 ? 512 : 8192);
	}
	if (p->ext == 1) {
		struct x86_does d = update(p->rex & 8 ? 16 : 8);

		d.compares = true;
		return d;
	}
	return p->ext >= 3 && p->ext <= 5 ? perhaps(8192) : nothing;
}

/* Those of general registers. */
static bool general_does(const struct x86_parts *p, struct x86_does *d)
{
	switch (p->op) {
	case 0x00:
	case 0x01:
	case 0xae:
	case 0xc7:
		*d = system_group(p);
		return true;
	case 0x0d: /* prefetchw, nop */
	case 0x18 ... 0x1f:
		*d = nothing;
		return true;
	case 0x02:
	case 0x03:
		*d = load(2);
		return true;
	case 0x40 ... 0x4f: /* cmov; with VEX, of mask registers */
	case 0xaf:
	case 0xb8:
	case 0xbc:
	case 0xbd:
		*d = load(general(p));
		return true;
	case 0x90 ... 0x9f: /* setcc */
		*d = move_to(1);
		return true;
	case 0xa3: /* bt, bts, btr, btc */
	case 0xab:
	case 0xb3:
	case 0xbb:
		*d = p->op == 0xa3 ? load(general(p)) : update(general(p));
		d->bits = true;
		return true;
	case 0xba:
		*d = p->ext == 4 ? load(general(p)) : update(general(p));
		return true;
	case 0xa4: /* shld, shrd */
	case 0xa5:
	case 0xac:
	case 0xad:
		*d = update(general(p));
		return true;
	case 0xb0: /* cmpxchg */
	case 0xb1:
		*d = update(p->op & 1 ? general(p) : 1);
		d->compares = true;
		return true;
	case 0xc0: /* xadd */
	case 0xc1:
		*d = update(p->op & 1 ? general(p) : 1);
		return true;
	case 0xb2: /* lss, lfs, lgs */
	case 0xb4:
	case 0xb5:
		*d = load(10);
		return true;
	case 0xb6: /* movzx, movsx */
	case 0xbe:
		*d = move_from(1);
		return true;
	case 0xb7:
	case 0xbf:
		*d = move_from(2);
		return true;
	case 0xc3: /* movnti */
		*d = move_to(four_or_eight(p));
		return true;
	}
	return false;
}

static struct x86_does two_does(const struct x86_parts *p)
{
	struct x86_does d;

	switch (p->op) {
	case 0x10:
		return move_from(scalar_or_all(p));
	case 0x11:
		return move_to(scalar_or_all(p));
	case 0x12:
	case 0x16: /* movlps, movhps, movddup, movs[lh]dup */
		return move_from(p->mandatory == 0xf3			  ? p->vector
				 : p->mandatory == 0xf2 && p->vector > 16 ? p->vector
									  : 8);
	case 0x13:
	case 0x17:
		return move_to(8);
	case 0x28:
	case 0x6f:
		return move_from(p->op == 0x6f ? whole(p) : p->vector);
	case 0x29:
	case 0x2b:
		return move_to(p->vector);
	case 0x2a:
		return load(p->mandatory == 0xf3 || p->mandatory == 0xf2 ? four_or_eight(p) : 8);
	case 0x2c:
	case 0x2d:
	case 0x2e:
	case 0x2f:
		return load(p->mandatory == 0xf3   ? 4
			    : p->mandatory == 0xf2 ? 8
			    : p->op < 0x2e	   ? p->mandatory ? 16 : 8
			    : p->mandatory	   ? 8
						   : 4);
	case 0x5a: /* cvtps2pd takes half of it */
		return load(p->mandatory ? scalar_or_all(p) : p->vector / 2);
	case 0x6e:
		return move_from(four_or_eight(p));
	case 0x7e:
		return p->mandatory == 0xf3 ? move_from(8) : move_to(four_or_eight(p));
	case 0x7f:
	case 0xe7:
		return move_to(whole(p));
	case 0xc2:
		return load(scalar_or_all(p));
	case 0xc4:
		return load(2);
	case 0xd6:
		return move_to(8);
	case 0xe6: /* cvtdq2pd takes half of it */
		return load(p->mandatory == 0xf3 ? p->vector / 2 : p->vector);
	case 0xf0: /* lddqu */
		return move_from(p->vector);
	}
	if (p->coding != CODED_LEGACY && p->op >= 0x90 && p->op <= 0x93) /* kmov */
		return p->op & 1 ? move_to(8) : move_from(8);
	if (p->coding == CODED_LEGACY && general_does(p, &d))
		return d;
	if (p->op == 0xae)
		return p->ext == 3 ? move_to(4) : load(4);
	if (p->op >= 0x51 && p->op <= 0x5f)
		return load(scalar_or_all(p));
	if (p->op >= 0xd1 && p->op <= 0xfe)
		return load(whole(p));
	if (p->op >= 0x60 && p->op <= 0x76)
		return load(whole(p));
	if (p->op == 0x14 || p->op == 0x15 || p->op == 0x50 || p->op == 0xc6 || p->op == 0xd0)
		return load(p->vector);
	return perhaps(p->vector);
}

static struct x86_does three_does(const struct x86_parts *p)
{
	__u8 op = p->op;

	switch (op) {
	case 0x13:
	case 0x20:
	case 0x23:
	case 0x25:
	case 0x30:
	case 0x33:
	case 0x35:
		return p->mandatory == 0xf3 ? perhaps(p->vector) : load(p->vector / 2);
	case 0x21:
	case 0x24:
	case 0x31:
	case 0x34:
		return p->mandatory == 0xf3 ? perhaps(p->vector) : load(p->vector / 4);
	case 0x22:
	case 0x32:
		return p->mandatory == 0xf3 ? perhaps(p->vector) : load(p->vector / 8);
	case 0x18: /* broadcasts */
	case 0x58:
		return move_from(4);
	case 0x19:
	case 0x59:
		return move_from(8);
	case 0x1a:
	case 0x5a:
		return move_from(16);
	case 0x1b:
	case 0x5b:
		return move_from(32);
	case 0x78:
		return move_from(1);
	case 0x79:
		return move_from(2);
	case 0x2a:
		return move_from(p->vector);
	case 0x2c ... 0x2f: /* masked moves */
	case 0x62:
	case 0x63:
	case 0x88 ... 0x8b:
	case 0x8c:
	case 0x8e:
		return p->coding == CODED_LEGACY ? load(p->vector) : perhaps(p->vector);
	case 0x90 ... 0x93: /* gathers, scatters */
	case 0xa0 ... 0xa3:
	case 0xc6:
	case 0xc7:
		return (struct x86_does){.size = p->vector, .anywhere = true};
	case 0xf0:
	case 0xf1:
		if (p->mandatory == 0xf2) /* crc32 */
			return load(op & 1 ? general(p) : 1);
		return op & 1 ? move_to(general(p)) : move_from(general(p));
	case 0xf2: /* andn, bzhi, adcx, mulx, bextr, and the group of blsr */
	case 0xf3:
	case 0xf5:
	case 0xf6:
	case 0xf7:
		return load(four_or_eight(p));
	case 0xf9:
		return move_to(four_or_eight(p));
	}
	/* fused multiply and add: the odd ones of one number */
	if (op >= 0x96 && op <= 0xbf && (op & 0xf) >= 6)
		return load((op & 0xf) >= 9 && op & 1 ? four_or_eight(p) : p->vector);
	if (p->coding == CODED_LEGACY)
		return op < 0x20				 ? load(whole(p))
		       : op < 0x42 || (op >= 0xc8 && op <= 0xdf) ? load(16)
								 : perhaps(64);
	return p->coding == CODED_VEX ? load(p->vector) : perhaps(p->vector);
}

static struct x86_does number_does(const struct x86_parts *p)
{
	switch (p->op) {
	case 0x0a:
		return load(4);
	case 0x0b:
		return load(8);
	case 0x14:
		return move_to(1);
	case 0x15:
		return move_to(2);
	case 0x16:
		return move_to(four_or_eight(p));
	case 0x17:
		return move_to(4);
	case 0x18:
	case 0x38:
		return load(16);
	case 0x19:
	case 0x39:
		return move_to(16);
	case 0x1a:
	case 0x3a:
		return load(32);
	case 0x1b:
	case 0x3b:
		return move_to(32);
	case 0x1d: /* vcvtps2ph */
		return move_to(p->vector / 2);
	case 0x20:
		return load(1);
	case 0x21:
		return load(4);
	case 0x22:
	case 0xf0:
		return load(four_or_eight(p));
	}
	return p->coding == CODED_EVEX ? perhaps(p->vector) : load(p->vector);
}

struct x86_does x86_vector_does(const struct x86_parts *p)
{
	if (p->map == MAP_0F)
		return two_does(p);
	if (p->map == MAP_0F38)
		return three_does(p);
	if (p->map == MAP_0F3A)
		return number_does(p);
	return perhaps(64);
}
