/* SPDX-License-Identifier: GPL-2.0 */
/* Comparisons in .expect files: how they are written, and whether they hold. */
#include "claims/expect.h"

const char *comparison__text(enum comparison op)
{
	static const char *const text[] = {
	    [CMP_EQ] = "=",  [CMP_NE] = "!=", [CMP_LT] = "<",
	    [CMP_LE] = "<=", [CMP_GT] = ">",  [CMP_GE] = ">=",
	};

	return text[op];
}

bool comparison__holds(enum comparison op, __s64 a, __s64 b)
{
	switch (op) {
	case CMP_EQ:
		return a == b;
	case CMP_NE:
		return a != b;
	case CMP_LT:
		return a < b;
	case CMP_LE:
		return a <= b;
	case CMP_GT:
		return a > b;
	case CMP_GE:
		return a >= b;
	}
	return false;
}
