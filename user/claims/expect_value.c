// SPDX-License-Identifier: GPL-2.0
/* The conditions of a pattern: fields, comparisons, values and variables. */
#include <errno.h>
#include <string.h>

#include "claims/expect_parse.h"
#include "claims/field_types.h"
#include "names/names.h"

static struct variable *find_variable(struct parser *p, struct slice name)
{
	struct variable *v;

	for (v = p->claim->variables; v; v = v->next)
		if (slice__is(name, v->name))
			return v;
	return NULL;
}

static struct variable *new_variable(struct parser *p, struct slice name, const struct pattern *pat,
				     const char *field)
{
	struct variable *v = parser__keep(p, sizeof(*v));

	if (!v)
		return NULL;
	v->name = parser__keep_text(p, name.s, name.len);
	if (!v->name)
		return NULL;
	v->index = p->claim->n_variables++;
	v->bound_by = pat;
	v->field = field;
	v->types = field_types(pat->fact, field);
	v->next = p->claim->variables;
	p->claim->variables = v;
	return v;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

/* "$name" as the value of a condition. */
int variable__parse(struct parser *p, struct slice s, const struct pattern *pat,
		    struct condition *c)
{
	struct slice name = {s.s + 1, s.len - 1};
	struct variable *v;

	if (!name.len || strspn(name.s, LOWER UPPER DIGIT "_") < name.len)
		return parser__fail(p, "bad variable \"%s\"", parser__shown(p, s));
	if (slice__is(name, "_")) {
		c->value.kind = VALUE_ANY;
		return c->op == CMP_EQ
			   ? 0
			   : parser__fail(p, "$_ matches anything: it goes with = only");
	}
	v = find_variable(p, name);
	c->value.kind = VALUE_VARIABLE;
	if (v && v->bound_by == pat) {
		c->value.kind = VALUE_FIELD;
		c->value.text = v->field;
	}
	if (!v) {
		if (pat->kind != PATTERN_PLAIN || c->op != CMP_EQ)
			return parser__fail(
			    p, "%s is not bound: a plain pattern before must have FIELD=%s",
			    parser__shown(p, s), parser__shown(p, s));
		c->value.kind = VALUE_BIND;
		v = new_variable(p, name, pat, c->field);
		if (!v)
			return -EINVAL;
	}
	c->value.var = v->index;
	c->value.types = v->types;
	return 0;
}

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
	if (strchr("+-" DIGIT, s.s[0]))
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

/* "used", "before.used" */
bool is_field_name(const char *s, size_t len)
{
	size_t part;

	for (;;) {
		part = strspn(s, LOWER DIGIT "_");
		if (!part || part > len || strchr(DIGIT, *s))
			return false;
		if (part == len)
			return true;
		if (s[part] != '.')
			return false;
		s += part + 1;
		len -= part + 1;
	}
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
