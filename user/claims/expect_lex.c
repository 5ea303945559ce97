// SPDX-License-Identifier: GPL-2.0
/* A line of an .expect file as words, strings and numbers. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claims/expect_parse.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

static bool is_operator(char c)
{
	return c && strchr("=!<>", c);
}

/* From an opening quote to behind the closing one; NULL: there is none. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : NULL;
}

static const char *word_end(struct parser *p, const char *word)
{
	const char *s = word;

	while (*s && !is_blank(*s)) {
		if (*s != '"') {
			s++;
			continue;
		}
		if (s != word && !is_operator(s[-1])) {
			parser__fail(p, "a quote in the middle of a word");
			return NULL;
		}
		s = string_end(s);
		if (!s) {
			parser__fail(p, "unterminated string");
			return NULL;
		}
		if (*s && !is_blank(*s)) {
			parser__fail(p, "text right after a closing quote");
			return NULL;
		}
	}
	return s;
}

int lex__split(struct parser *p, struct words *out)
{
	const char *s = p->text;
	const char *end;

	out->n = 0;
	for (;;) {
		while (is_blank(*s))
			s++;
		if (!*s || *s == '#')
			return 0;
		end = word_end(p, s);
		if (!end)
			return -EINVAL;
		if (out->n == WORDS_MAX)
			return parser__fail(p, "more than %d words in a line", WORDS_MAX);
		out->w[out->n].s = s;
		out->w[out->n++].len = (size_t)(end - s);
		s = end;
	}
}

bool slice__is(struct slice s, const char *text)
{
	return strlen(text) == s.len && !memcmp(s.s, text, s.len);
}

bool slice__quoted(struct slice s)
{
	return s.len && s.s[0] == '"';
}

/* One escape behind its backslash; the number of characters used, 0: no such escape. */
static size_t unescape(const char *s, char *out)
{
	char hex[3] = {0};

	switch (*s) {
	case '"':
	case '\\':
		*out = *s;
		return 1;
	case 'n':
		*out = '\n';
		return 1;
	case 't':
		*out = '\t';
		return 1;
	case 'x':
		if (!isxdigit((unsigned char)s[1]) || !isxdigit((unsigned char)s[2]))
			return 0;
		memcpy(hex, s + 1, 2);
		*out = (char)strtol(hex, NULL, 16);
		return *out ? 3 : 0;
	default:
		return 0;
	}
}

const char *lex__text(struct parser *p, struct slice s)
{
	char buf[LINE_MAX_BYTES] = "";
	size_t i, n = 0, used;

	if (!slice__quoted(s))
		return parser__keep_text(p, s.s, s.len);
	for (i = 1; i + 1 < s.len; i++) {
		if (s.s[i] != '\\') {
			buf[n++] = s.s[i];
			continue;
		}
		used = unescape(s.s + i + 1, &buf[n++]);
		if (!used) {
			parser__fail(
			    p, "unknown escape in a string: \\\" \\\\ \\n \\t \\xNN are known");
			return NULL;
		}
		i += used;
	}
	return parser__keep_text(p, buf, n);
}

size_t lex__operator(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len && s.s[i] != '"'; i++)
		if (is_operator(s.s[i]))
			return i;
	return s.len;
}

size_t lex__comparison(struct slice s, enum comparison *op)
{
	static const enum comparison longest_first[] = {CMP_NE, CMP_LE, CMP_GE,
							CMP_LT, CMP_GT, CMP_EQ};
	size_t i, len;

	for (i = 0; i < sizeof(longest_first) / sizeof(longest_first[0]); i++) {
		len = strlen(comparison__text(longest_first[i]));
		if (len > s.len || memcmp(s.s, comparison__text(longest_first[i]), len))
			continue;
		*op = longest_first[i];
		return len;
	}
	return 0;
}

int lex__number(struct slice s, __s64 *out, bool *duration)
{
	static const struct {
		const char *suffix;
		__s64 factor;
		bool duration;
	} units[] = {
	    {"", 1, false},	{"k", 1024, false},    {"m", 1024 * 1024, false}, {"ns", 1, true},
	    {"us", 1000, true}, {"ms", 1000000, true}, {"s", 1000000000, true},
	};
	char buf[64], *end;
	const char *digits;
	bool hex;
	size_t i;

	if (s.len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, s.s, s.len);
	buf[s.len] = '\0';
	digits = buf + (buf[0] == '-');
	hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	if (hex ? !isxdigit((unsigned char)digits[2]) : !isdigit((unsigned char)digits[0]))
		return -EINVAL;
	errno = 0;
	*out = strtoll(buf, &end, hex ? 16 : 10);
	if (errno)
		return -ERANGE;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].suffix))
			continue;
		*duration = units[i].duration;
		return __builtin_mul_overflow(*out, units[i].factor, out) ? -ERANGE : 0;
	}
	return -EINVAL;
}
