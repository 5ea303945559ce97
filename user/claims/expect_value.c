// SPDX-License-Identifier: GPL-2.0
/* The conditions of a pattern: fields, comparisons and values. */
#include <errno.h>
#include <string.h>

#include "claims/expect_parse.h"
#include "names/names.h"

static int parse_number(struct parser *p, struct slice s, struct value *v)
{
	int err;

	v->kind = VALUE_NUMBER;
	if (s.len > 1 && s.s[0] == '-' && s.s[1] == 'E') {
		err = errno_number(v->text + 1);
		if (err < 0)
			return parser__fail(p, "unknown error \"%s\"", parser__shown(p, s));
		v->i = -err;
		return 0;
	}
	err = lex__number(s, &v->i, &v->duration);
	if (err == -ERANGE)
		return parser__fail(p, "number \"%s\" is too large", parser__shown(p, s));
	return err ? parser__fail(p, "bad number \"%s\"; quote it if it is text",
				  parser__shown(p, s))
		   : 0;
}

static bool orders(enum comparison op)
{
	return op != CMP_EQ && op != CMP_NE;
}

static int parse_value(struct parser *p, struct slice s, const struct pattern *pat,
		       struct condition *c)
{
	struct value *v = &c->value;

	if (!s.len)
		return parser__fail(p, "no value after \"%s%s\"", c->field,
				    comparison__text(c->op));
	v->text = lex__text(p, s);
	v->written = parser__keep_text(p, s.s, s.len);
	if (!v->text || !v->written)
		return -EINVAL;
	if (sum__sign(s))
		return sum__parse(p, s, pat, v);
	if (s.s[0] == '$')
		return variable__parse(p, s, pat, c);
	if (strchr("+-0123456789", s.s[0]))
		return parse_number(p, s, v);
	v->kind = slice__quoted(s) ? VALUE_STRING : VALUE_WORD;
	if (lex__operator(s) < s.len && !slice__quoted(s))
		return parser__fail(p, "bad value \"%s\"; quote it if it is text",
				    parser__shown(p, s));
	if (orders(c->op) &&
	    (v->kind == VALUE_STRING || slice__is(s, "true") || slice__is(s, "false")))
		return parser__fail(p, "%s compares numbers, \"%s\" is none",
				    comparison__text(c->op), parser__shown(p, s));
	return 0;
}

static int parse_condition(struct parser *p, struct slice s, const struct pattern *pat,
			   struct condition *c)
{
	size_t name = lex__operator(s);
	struct slice value = {s.s + name, s.len - name};
	size_t op = lex__comparison(value, &c->op);

	if (!op)
		return parser__fail(p, "\"%s\" is no condition: FIELD=VALUE without blanks",
				    parser__shown(p, s));
	if (!is_field_name(s.s, name))
		return parser__fail(p, "bad field name in \"%s\"", parser__shown(p, s));
	c->field = parser__keep_text(p, s.s, name);
	if (!c->field)
		return -EINVAL;
	value.s += op;
	value.len -= op;
	return parse_value(p, value, pat, c);
}

/* WORD: short for a condition on the fact's main field. */
static int parse_word(struct parser *p, struct slice s, const struct fact_word *fact,
		      struct condition *c)
{
	if (!fact->field)
		return parser__fail(p, "\"%s\" is no condition, and \"%s\" is short for nothing",
				    parser__shown(p, s), fact->word);
	c->word = true;
	c->field = fact->field;
	c->value.kind = VALUE_STRING;
	c->value.text = c->value.written = lex__text(p, s);
	return c->value.text ? 0 : -EINVAL;
}

/* Gives the fields that a value names their slots. */
static int intern_value(struct parser *p, struct value *v)
{
	if (v->kind == VALUE_SUM)
		return intern_value(p, &v->part[0]) || intern_value(p, &v->part[1]) ? -EINVAL : 0;
	if (v->kind == VALUE_WORD || v->kind == VALUE_FIELD)
		v->slot = parser__intern(p, &p->ex->fields, v->text);
	return v->slot < 0 ? -EINVAL : 0;
}

int conditions__parse(struct parser *p, const struct words *words, size_t i, struct pattern *pat)
{
	const struct fact_word *fact = fact_word__of(pat->fact);
	struct condition **tail = &pat->conditions;
	struct condition *c;
	bool first = true;
	int err;

	for (; i < words->n; i++, first = false) {
		c = parser__keep(p, sizeof(*c));
		if (!c)
			return -EINVAL;
		if (first && lex__operator(words->w[i]) == words->w[i].len)
			err = parse_word(p, words->w[i], fact, c);
		else
			err = parse_condition(p, words->w[i], pat, c);
		if (err || condition__check(p, pat->fact, c))
			return -EINVAL;
		c->slot = parser__intern(p, &p->ex->fields, c->field);
		if (c->slot < 0 || intern_value(p, &c->value))
			return -EINVAL;
		*tail = c;
		tail = &c->next;
		pat->n_conditions++;
	}
	return 0;
}
