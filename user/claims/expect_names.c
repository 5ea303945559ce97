/* SPDX-License-Identifier: GPL-2.0 */
/* Names in the conditions of an .expect file: fields, and variables that a pattern binds. */
#include <errno.h>
#include <string.h>

#include "claims/expect_parse.h"
#include "claims/field_types.h"

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
