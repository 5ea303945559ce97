// SPDX-License-Identifier: GPL-2.0
/* A value of an .expect file that is a sum or difference of two numbers: "1000-value", "$n+1". */
#include <errno.h>
#include <string.h>

#include "claims/expect_parse.h"

size_t sum__sign(struct slice s)
{
	size_t i;

	/* A word may have a dash in it, an error begins with one. */
	if (!s.len || !strchr("$0123456789", s.s[0]))
		return 0;
	for (i = 1; i < s.len; i++)
		if (s.s[i] == '-' || s.s[i] == '+')
			return i;
	return 0;
}

static int parse_part(struct parser *p, struct slice s, const struct pattern *pat, struct value *v)
{
	/* Not =: no name is bound by a part of a sum. */
	struct condition c = {.op = CMP_NE};

	v->text = v->written = parser__keep_text(p, s.s, s.len);
	if (!v->text)
		return -EINVAL;
	if (s.len && s.s[0] == '$') {
		c.value = *v;
		if (variable__parse(p, s, pat, &c))
			return -EINVAL;
		*v = c.value;
		return 0;
	}
	v->kind = VALUE_WORD;
	if (is_field_name(s.s, s.len))
		return 0;
	v->kind = VALUE_NUMBER;
	return lex__number(s, &v->i, &v->duration)
		   ? parser__fail(p, "\"%s\" is no number, field or $name to add or subtract",
				  parser__shown(p, s))
		   : 0;
}

int sum__parse(struct parser *p, struct slice s, const struct pattern *pat, struct value *v)
{
	size_t sign = sum__sign(s);
	struct slice left = {s.s, sign}, right = {s.s + sign + 1, s.len - sign - 1};

	v->kind = VALUE_SUM;
	v->less = s.s[sign] == '-';
	v->part = parser__keep(p, 2 * sizeof(*v->part));
	if (!v->part || parse_part(p, left, pat, &v->part[0]) ||
	    parse_part(p, right, pat, &v->part[1]))
		return -EINVAL;
	v->duration = v->part[0].duration || v->part[1].duration;
	return 0;
}
