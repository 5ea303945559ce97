/* SPDX-License-Identifier: GPL-2.0 */
/* Reads an instruction byte by byte, never beyond its end. */
#ifndef IPCTRACE_ARCH_X86_CURSOR_H
#define IPCTRACE_ARCH_X86_CURSOR_H

#include <stdbool.h>
#include <linux/types.h>

struct cursor {
	const __u8 *at, *end;
	bool bad; /* it would have gone beyond: what was read last is 0 */
};

static inline __u8 next(struct cursor *c)
{
	if (c->at < c->end)
		return *c->at++;
	c->bad = true;
	return 0;
}

/* Little-endian, sign extended. */
static inline __s64 next_number(struct cursor *c, unsigned int size)
{
	__u64 v = 0;

	for (unsigned int i = 0; i < size; i++)
		v |= (__u64)next(c) << 8 * i;
	return size < 8 ? (__s64)(v << (64 - 8 * size)) >> (64 - 8 * size) : (__s64)v;
}

#endif
