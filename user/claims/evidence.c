// SPDX-License-Identifier: GPL-2.0
/* The records that prove or break a claim, as short lines. */
#include "claims/evidence.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words/labels.h"
#include "lib/escape.h"
#include "names/names.h"

int evidence__add(struct evidence *e, const char *text)
{
	char *copy = strdup(text);
	char **slot;

	if (!copy)
		return -ENOMEM;
	slot = e->n < EVIDENCE_FIRST ? &e->first[e->n]
				     : &e->last[(e->n - EVIDENCE_FIRST) % EVIDENCE_LAST];
	free(*slot);
	*slot = copy;
	e->n++;
	return 0;
}

void evidence__list(const struct evidence *e, const char *extra, struct verdict *v)
{
	size_t i = e->n > EVIDENCE_FIRST + EVIDENCE_LAST ? e->n - EVIDENCE_LAST : EVIDENCE_FIRST;
	size_t j;

	v->n_evidence = 0;
	for (j = 0; j < e->n && j < EVIDENCE_FIRST; j++)
		v->evidence[v->n_evidence++] = e->first[j];
	for (; i < e->n; i++)
		v->evidence[v->n_evidence++] = e->last[(i - EVIDENCE_FIRST) % EVIDENCE_LAST];
	if (extra)
		v->evidence[v->n_evidence++] = extra;
}

void evidence__free(struct evidence *e)
{
	size_t i;

	for (i = 0; i < EVIDENCE_FIRST; i++)
		free(e->first[i]);
	for (i = 0; i < EVIDENCE_LAST; i++)
		free(e->last[i]);
	memset(e, 0, sizeof(*e));
}

/* A record in words; it grows until its buffer is full. */
struct quote {
	char *buf;
	size_t size, used;
};

static void __attribute__((format(printf, 2, 3))) quote__add(struct quote *q, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(q->buf + q->used, q->size - q->used, fmt, ap);
	va_end(ap);
	if (n > 0)
		q->used += (size_t)n < q->size - q->used ? (size_t)n : q->size - q->used - 1;
}

static void quote__add_foreign(struct quote *q, const char *s, size_t len)
{
	char buf[EVIDENCE_TEXT];

	escape_text(buf, sizeof(buf), s, len);
	quote__add(q, "%s", buf);
}

static void quote__add_duration(struct quote *q, __s64 ns, const char *space)
{
	static const struct {
		__s64 ns;
		const char *name;
	} units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns < units[i].ns && ns > -units[i].ns)
			continue;
		if (ns % units[i].ns)
			quote__add(q, "%.3f%s%s", (double)ns / (double)units[i].ns, space,
				   units[i].name);
		else
			quote__add(q, "%lld%s%s", (long long)(ns / units[i].ns), space,
				   units[i].name);
		return;
	}
	quote__add(q, "%lld%sns", (long long)ns, space);
}

/* like: the value that the field is compared with, so that both are told in the same way. */
static void quote__add_field(struct quote *q, const struct field *f, const struct value *like,
			     const char *space)
{
	const char *name;

	switch (f->type) {
	case FIELD_STRING:
		if (f->s)
			quote__add_foreign(q, f->s, strlen(f->s));
		break;
	case FIELD_BOOL:
		quote__add(q, f->i ? "true" : "false");
		break;
	case FIELD_INT:
		name = f->i < 0 && f->i > -4096 && !strcmp(f->name, "ret") ? errno_name((int)-f->i)
									   : NULL;
		if (name)
			quote__add(q, "-%s", name);
		else if (like && like->duration)
			quote__add_duration(q, f->i, space);
		else
			quote__add(q, "%lld", (long long)f->i);
		break;
	}
}

const char *time_text(char *buf, size_t size, __u64 t)
{
	snprintf(buf, size, "%llu.%03llu ms", (unsigned long long)t / 1000000,
		 (unsigned long long)t / 1000 % 1000);
	return buf;
}

/* Each field once, by its place in fs. */
struct told {
	const struct fields *fs;
	bool yes[FIELDS_MAX];
};

static void quote__add_once(struct quote *q, struct told *told, const char *name, const char *label,
			    const struct value *like)
{
	const struct field *f = name ? fields__get(told->fs, name) : NULL;
	bool *yes;

	if (!f)
		return;
	yes = &told->yes[f - told->fs->f];
	if (*yes)
		return;
	*yes = true;
	quote__add(q, " ");
	if (*label)
		quote__add(q, "%s=", label);
	quote__add_field(q, f, like, "");
}

/* The fields that v names. */
static void add_named(struct quote *q, struct told *told, const struct value *v)
{
	if (v->kind == VALUE_WORD)
		quote__add_once(q, told, v->text, v->text, NULL);
	for (int i = 0; v->kind == VALUE_SUM && i < 2; i++)
		add_named(q, told, &v->part[i]);
}

void record_text(char *buf, size_t size, const struct fact *fact, struct lookup *lk,
		 const struct pattern *p)
{
	const struct fact_word *word = fact_word__of(fact->kind);
	const char *kind = fact_label(fact->kind);
	struct quote q = {buf, size, 0};
	struct told told = {.fs = &lk->fields};
	const struct condition *c;
	char t[32];

	buf[0] = '\0';
	quote__add(&q, "%s ", time_text(t, sizeof(t), fact->t));
	quote__add_foreign(&q, fact->who.comm, strnlen(fact->who.comm, COMM_LEN));
	quote__add(&q, " %s", kind ? kind : "?");
	if (word)
		quote__add_once(&q, &told, word->field, "", NULL);
	quote__add_once(&q, &told, "ret", "ret", NULL);
	quote__add_once(&q, &told, "object", "", NULL);
	for (c = p->conditions; c; c = c->next) {
		quote__add_once(&q, &told, c->field, c->field, &c->value);
		add_named(&q, &told, &c->value);
	}
}

static void quote__add_wanted(struct quote *q, const struct condition *c, const struct field *f,
			      struct lookup *lk, const struct binding *vars)
{
	const struct value *v = &c->value;
	const struct field *other = NULL;
	struct field bound, sum = {.name = c->field, .type = FIELD_INT};

	quote__add(q, ", wanted %s ", comparison__text(c->op));
	if (v->kind == VALUE_NUMBER && v->duration) {
		quote__add_duration(q, v->i, " ");
		return;
	}
	quote__add_foreign(q, v->written, strlen(v->written));
	if (v->kind == VALUE_FIELD || (v->kind == VALUE_WORD && f->type == FIELD_INT))
		other = lookup__get(lk, v->slot, v->text);
	if (v->kind == VALUE_VARIABLE) {
		bound = (struct field){.name = c->field,
				       .type = vars[v->var].type,
				       .i = vars[v->var].i,
				       .s = vars[v->var].s};
		other = &bound;
	}
	if (v->kind == VALUE_SUM && value__number(v, lk, vars, &sum.i))
		other = &sum;
	if (!other)
		return;
	quote__add(q, " (");
	quote__add_field(q, other, v, " ");
	quote__add(q, ")");
}

void miss_text(char *buf, size_t size, const struct pattern *p, struct lookup *lk,
	       const struct binding *vars)
{
	struct quote q = {buf, size, 0};
	const struct condition *c;
	const struct field *f;

	buf[0] = '\0';
	for (c = p->conditions; c; c = c->next) {
		if (condition__met(c, lk, vars) == MET_YES)
			continue;
		quote__add(&q, "%s", q.used ? "; " : "");
		f = lookup__get(lk, c->slot, c->field);
		if (!f) {
			quote__add(&q,
				   fields__is_unknown(&lk->fields, c->field) ? "%s is not known"
									     : "it has no %s",
				   c->field);
			continue;
		}
		quote__add(&q, "%s was ", c->field);
		quote__add_field(&q, f, &c->value, " ");
		quote__add_wanted(&q, c, f, lk, vars);
	}
}
