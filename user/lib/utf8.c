// SPDX-License-Identifier: GPL-2.0
/* UTF-8: what is valid, what may be shown on a terminal, and how wide it is there. */
#include "lib/utf8.h"

#include <string.h>
#include <wchar.h>

size_t utf8__decode(const char *s, size_t len, __u32 *cp)
{
	static const __u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)s;
	size_t n, i;
	__u32 c;

	if (!len)
		return 0;
	if (u[0] < 0x80) {
		*cp = u[0];
		return 1;
	}
	if (u[0] >= 0xc2 && u[0] <= 0xdf) {
		n = 2;
		c = u[0] & 0x1f;
	} else if (u[0] >= 0xe0 && u[0] <= 0xef) {
		n = 3;
		c = u[0] & 0x0f;
	} else if (u[0] >= 0xf0 && u[0] <= 0xf4) {
		n = 4;
		c = u[0] & 0x07;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return n;
}

bool utf8__printable(__u32 cp)
{
	static const struct {
		__u32 from, to;
	} hidden[] = {
	    {0x00, 0x1f},	 /* C0 */
	    {0x7f, 0x9f},	 /* DEL, C1 */
	    {0xad, 0xad},	 /* soft hyphen */
	    {0x61c, 0x61c},	 /* bidi */
	    {0x180e, 0x180e},	 /* no width */
	    {0x200b, 0x200f},	 /* no width, bidi */
	    {0x2028, 0x202e},	 /* line and paragraph separators, bidi */
	    {0x2060, 0x206f},	 /* no width, bidi */
	    {0xd800, 0xf8ff},	 /* surrogates, private use */
	    {0xfe00, 0xfe0f},	 /* variation selectors change a width */
	    {0xfeff, 0xfeff},	 /* byte order mark */
	    {0xfff0, 0xfffb},	 /* specials */
	    {0xfffe, 0xffff},	 /* no characters */
	    {0xe0000, 0x10ffff}, /* tags, private use */
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (cp >= hidden[i].from && cp <= hidden[i].to)
			return false;
	return true;
}

/* One column for a character that the locale does not know: it is shown as a replacement. */
static int char_width(__u32 cp)
{
	int w = wcwidth((wchar_t)cp);

	return w < 0 ? 1 : w;
}

int utf8__width(const char *s)
{
	size_t len = strlen(s), n;
	int width = 0;
	__u32 cp;

	while (len) {
		n = utf8__decode(s, len, &cp);
		width += n ? char_width(cp) : 1;
		n = n ? n : 1;
		s += n;
		len -= n;
	}
	return width;
}

size_t utf8__fit(const char *s, int width)
{
	size_t len = strlen(s), at = 0, n;
	__u32 cp;

	while (at < len) {
		n = utf8__decode(s + at, len - at, &cp);
		width -= n ? char_width(cp) : 1;
		if (width < 0)
			break;
		at += n ? n : 1;
	}
	return at;
}

size_t utf8__break(const char *s, int width)
{
	size_t fit = utf8__fit(s, width), at = 0, best = 0, n;
	bool wide = false;
	__u32 cp;

	if (!s[fit])
		return fit;
	while (at <= fit) {
		bool was_wide = wide;

		n = utf8__decode(s + at, strlen(s + at), &cp);
		wide = n && char_width(cp) == 2;
		if (at && (s[at] == ' ' || wide || was_wide))
			best = at;
		at += n ? n : 1;
	}
	return best;
}

size_t utf8__break_word(const char *s, int width)
{
	size_t fit = utf8__fit(s, width), at = fit;

	while (at && s[at - 1] != '|')
		at--;
	return at ? at : fit;
}
