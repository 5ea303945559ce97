// SPDX-License-Identifier: GPL-2.0
/* One pattern of an .expect file against one fact's fields. */
#include "claims/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lookup__init(struct lookup *lk, int n)
{
	lk->n = n;
	lk->found = calloc((size_t)n + 1, sizeof(*lk->found));
	lk->done = calloc((size_t)n + 1, sizeof(*lk->done));
	return lk->found && lk->done ? 0 : -ENOMEM;
}

void lookup__fill(struct lookup *lk, const struct fact *fact)
{
	fact__fields(fact, &lk->fields);
	memset(lk->done, 0, (size_t)lk->n * sizeof(*lk->done));
}

void lookup__free(struct lookup *lk)
{
	free(lk->found);
	free(lk->done);
}

const struct field *lookup__get(struct lookup *lk, int slot, const char *name)
{
	if (!lk->done[slot]) {
		lk->found[slot] = fields__get(&lk->fields, name);
		lk->done[slot] = true;
	}
	return lk->found[slot];
}

/* What a condition compares its field with. */
struct operand {
	bool known; /* false: the two cannot be compared */
	__s64 i;
	const char *s;
};

static struct operand of_field(const struct field *f, enum field_type type)
{
	struct operand none = {false, 0, NULL};

	if (!f || f->type != type || (type == FIELD_STRING && !f->s))
		return none;
	return (struct operand){true, f->i, f->s};
}

static struct operand of_word(const struct value *v, struct lookup *lk, enum field_type type)
{
	bool is_true = !strcmp(v->text, "true");

	switch (type) {
	case FIELD_STRING:
		return (struct operand){true, 0, v->text};
	case FIELD_BOOL:
		return (struct operand){is_true || !strcmp(v->text, "false"), is_true, NULL};
	case FIELD_INT:
		return of_field(lookup__get(lk, v->slot, v->text), FIELD_INT);
	}
	return (struct operand){false, 0, NULL};
}

static struct operand of_sum(const struct value *v, struct lookup *lk, const struct binding *vars)
{
	struct operand o = {false, 0, NULL};
	__s64 left, right;

	if (value__number(&v->part[0], lk, vars, &left) &&
	    value__number(&v->part[1], lk, vars, &right))
		o.known = v->less ? !__builtin_sub_overflow(left, right, &o.i)
				  : !__builtin_add_overflow(left, right, &o.i);
	return o;
}

static struct operand operand(const struct value *v, struct lookup *lk, const struct binding *vars,
			      enum field_type type)
{
	struct operand none = {false, 0, NULL};

	switch (v->kind) {
	case VALUE_NUMBER:
		return (struct operand){type != FIELD_BOOL, v->i, v->text};
	case VALUE_WORD:
		return of_word(v, lk, type);
	case VALUE_STRING:
		return (struct operand){type == FIELD_STRING, 0, v->text};
	case VALUE_VARIABLE:
		if (vars[v->var].type != type)
			return none;
		return (struct operand){true, vars[v->var].i, vars[v->var].s};
	case VALUE_FIELD:
		return of_field(lookup__get(lk, v->slot, v->text), type);
	case VALUE_SUM:
		return type == FIELD_INT ? of_sum(v, lk, vars) : none;
	case VALUE_BIND:
	case VALUE_ANY:
		break;
	}
	return none;
}

bool value__number(const struct value *v, struct lookup *lk, const struct binding *vars, __s64 *i)
{
	struct operand o = operand(v, lk, vars, FIELD_INT);

	*i = o.i;
	return o.known;
}

static bool is_unknown(const struct value *v, const struct lookup *lk)
{
	if (v->kind == VALUE_SUM)
		return is_unknown(&v->part[0], lk) || is_unknown(&v->part[1], lk);
	return (v->kind == VALUE_WORD || v->kind == VALUE_FIELD) &&
	       fields__is_unknown(&lk->fields, v->text);
}

/* lacked: how far an ordering was from being met; the largest number for everything else. */
static bool test(const struct condition *c, struct lookup *lk, const struct binding *vars,
		 __u64 *lacked)
{
	const struct field *f = lookup__get(lk, c->slot, c->field);
	bool ordered = c->op != CMP_EQ && c->op != CMP_NE;
	struct operand right;

	*lacked = ~0ULL;
	if (!f || (f->type == FIELD_STRING && !f->s))
		return false;
	if (c->value.kind == VALUE_ANY || c->value.kind == VALUE_BIND)
		return true;
	right = operand(&c->value, lk, vars, f->type);
	if (!right.known)
		return false;
	if (f->type == FIELD_INT) {
		if (ordered)
			*lacked = f->i > right.i ? (__u64)f->i - (__u64)right.i
						 : (__u64)right.i - (__u64)f->i;
		return comparison__holds(c->op, f->i, right.i);
	}
	if (ordered)
		return false;
	if (f->type == FIELD_BOOL)
		return (!f->i == !right.i) == (c->op == CMP_EQ);
	return !strcmp(f->s, right.s) == (c->op == CMP_EQ);
}

enum met condition__met(const struct condition *c, struct lookup *lk, const struct binding *vars)
{
	__u64 lacked;

	if (test(c, lk, vars, &lacked))
		return MET_YES;
	return fields__is_unknown(&lk->fields, c->field) || is_unknown(&c->value, lk) ? MET_UNKNOWN
										      : MET_NO;
}

enum met pattern__match(const struct pattern *p, struct lookup *lk, const struct binding *vars)
{
	const struct condition *c;
	enum met all = MET_YES, met;

	for (c = p->conditions; c; c = c->next) {
		met = condition__met(c, lk, vars);
		if (met == MET_NO)
			return MET_NO;
		if (met == MET_UNKNOWN)
			all = MET_UNKNOWN;
	}
	return all;
}

bool pattern__nearer(const struct pattern *p, struct lookup *lk, const struct binding *vars,
		     struct distance *best)
{
	struct distance d = {0, 0};
	const struct condition *c;
	__u64 lacked;

	for (c = p->conditions; c; c = c->next) {
		if (test(c, lk, vars, &lacked))
			continue;
		/* A read is farther from a write than any write, whatever else fits. */
		d.missed += c->word ? p->n_conditions : 1;
		if (__builtin_add_overflow(d.lacked, lacked, &d.lacked))
			d.lacked = ~0ULL;
		if (d.missed > best->missed ||
		    (d.missed == best->missed && d.lacked >= best->lacked))
			return false;
	}
	*best = d;
	return true;
}

int pattern__bind(const struct pattern *p, struct lookup *lk, struct binding *vars)
{
	const struct condition *c;
	const struct field *f;
	struct binding *b;

	for (c = p->conditions; c; c = c->next) {
		if (c->value.kind != VALUE_BIND)
			continue;
		f = lookup__get(lk, c->slot, c->field);
		b = &vars[c->value.var];
		b->type = f->type;
		b->i = f->i;
		if (f->type != FIELD_STRING)
			continue;
		free(b->s);
		b->s = strdup(f->s);
		if (!b->s)
			return -ENOMEM;
	}
	return 0;
}
