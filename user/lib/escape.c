/* SPDX-License-Identifier: GPL-2.0 */
/* Makes foreign text fit for a terminal. */
#include "lib/escape.h"

#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"

size_t escape_text(char *dst, size_t size, const char *src, size_t len)
{
	size_t out = 0, at = 0, n, need;
	char piece[8];
	__u32 cp;

	if (!size)
		return 0;
	while (at < len) {
		n = utf8__decode(src + at, len - at, &cp);
		if (n && utf8__printable(cp)) {
			memcpy(piece, src + at, n);
			need = n;
		} else if (src[at] == '\n' || src[at] == '\t') {
			need = (size_t)sprintf(piece, "\\%c", src[at] == '\n' ? 'n' : 't');
			n = 1;
		} else {
			need = (size_t)sprintf(piece, "\\x%02x", (unsigned char)src[at]);
			n = 1;
		}
		if (out + need >= size)
			break;
		memcpy(dst + out, piece, need);
		out += need;
		at += n;
	}
	dst[out] = '\0';
	return out;
}
