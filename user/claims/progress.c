// SPDX-License-Identifier: GPL-2.0
/* How far one claim has come in its patterns, and what it has seen. */
#include "claims/progress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/bearing.h"
#include "words/labels.h"

char *view__text(struct view *v, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n >= 0)
		return s;
	v->out_of_memory = true;
	return NULL;
}

static void replace(char **slot, char *s)
{
	free(*slot);
	*slot = s;
}

static const struct pattern *next_plain(const struct pattern *p)
{
	while (p && p->kind != PATTERN_PLAIN)
		p = p->next;
	return p;
}

static void enter_stretch(struct progress *pr, const struct pattern *stretch)
{
	pr->stretch = stretch;
	pr->next = next_plain(stretch);
	pr->near = DISTANCE_MAX;
	replace(&pr->miss, NULL);
	replace(&pr->miss_why, NULL);
	/* Nothing left that could change its mind. */
	if (!stretch)
		pr->decided = true;
}

int progress__init(struct progress *pr, const struct claim *claim)
{
	pr->claim = claim;
	for (const struct pattern *p = claim->patterns; p; p = p->next)
		pr->kinds |= FACT_BIT(p->fact);
	pr->vars = calloc(claim->n_variables + 1, sizeof(*pr->vars));
	pr->tallies = calloc(claim->n_patterns + 1, sizeof(*pr->tallies));
	if (!pr->vars || !pr->tallies)
		return -ENOMEM;
	enter_stretch(pr, claim->patterns);
	return 0;
}

void progress__free(struct progress *pr)
{
	unsigned int i;

	for (i = 0; pr->vars && i < pr->claim->n_variables; i++)
		free(pr->vars[i].s);
	for (i = 0; pr->tallies && i < pr->claim->n_patterns; i++)
		free(pr->tallies[i].over);
	free(pr->vars);
	free(pr->tallies);
	evidence__free(&pr->evidence);
	free(pr->miss);
	free(pr->miss_why);
	free(pr->unknown);
	free(pr->why);
	free(pr->offender);
}

void progress__decide(struct progress *pr, const struct pattern *broken, char *why, char *offender)
{
	pr->decided = true;
	pr->broken = broken;
	replace(&pr->why, why);
	replace(&pr->offender, offender);
}

static void add_evidence(struct progress *pr, struct view *v, char *line)
{
	if (!line || evidence__add(&pr->evidence, line))
		v->out_of_memory = true;
	free(line);
}

static bool wanted(const struct pattern *p, const struct view *v)
{
	return p->fact == v->fact->kind && (p->role == ROLE_ANY || p->role == v->role);
}

static struct lookup *fields_of(struct view *v)
{
	if (!v->have_fields)
		lookup__fill(&v->lookup, v->fact);
	v->have_fields = true;
	return &v->lookup;
}

static char *record(struct view *v, const struct pattern *p)
{
	char buf[EVIDENCE_TEXT];

	record_text(buf, sizeof(buf), v->fact, fields_of(v), p);
	return view__text(v, "%s", buf);
}

/* The stretch that ends now: "from 0.402 ms to 7.110 ms". */
static char *span(const struct progress *pr, struct view *v)
{
	char from[32], to[32];

	return view__text(v, "from %s to %s",
			  pr->matched ? time_text(from, sizeof(from), pr->since) : "the beginning",
			  v->fact ? time_text(to, sizeof(to), v->fact->t) : "the end");
}

static void count_evidence(struct progress *pr, struct view *v, const struct pattern *p)
{
	const struct tally *t = &pr->tallies[p->index];
	char from[32], to[32];

	if (t->n)
		add_evidence(pr, v,
			     view__text(v, "%lld x %s, %s to %s", (long long)t->n, p->what,
					time_text(from, sizeof(from), t->first),
					time_text(to, sizeof(to), t->last)));
}

void progress__judge_counts(struct progress *pr, struct view *v)
{
	const struct pattern *p;
	const struct tally *t;
	char *where, *last;

	for (p = pr->stretch; p && p->kind != PATTERN_PLAIN; p = p->next) {
		if (p->kind != PATTERN_COUNT)
			continue;
		t = &pr->tallies[p->index];
		if (comparison__holds(p->count_op, t->n, p->count)) {
			count_evidence(pr, v, p);
			continue;
		}
		where = span(pr, v);
		if (t->over)
			last = view__text(v, "%s", t->over);
		else
			last = v->fact ? record(v, pr->next) : NULL;
		progress__decide(pr, p,
				 view__text(v, "counted %lld %s, wanted %s%s %lld", (long long)t->n,
					    where ? where : "", p->count_op == CMP_EQ ? "=" : "",
					    comparison__text(p->count_op), (long long)p->count),
				 last);
		free(where);
		return;
	}
}

/* The largest count that a line allows; a count above it breaks the claim for good. */
static __s64 most(const struct pattern *p)
{
	if (p->kind == PATTERN_NEVER)
		return 0;
	if (p->count_op == CMP_EQ || p->count_op == CMP_LE)
		return p->count;
	return p->count_op == CMP_LT ? p->count - 1 : -1;
}

static void tally_one(struct progress *pr, struct view *v, const struct pattern *p)
{
	struct tally *t = &pr->tallies[p->index];
	char at[32];

	if (!t->n++)
		t->first = v->fact->t;
	t->last = v->fact->t;
	if (t->n - 1 != most(p))
		return;
	replace(&t->over, record(v, p));
	if (p->kind != PATTERN_NEVER)
		return;
	progress__decide(pr, p,
			 view__text(v, "this must never happen here, but it did at %s",
				    time_text(at, sizeof(at), v->fact->t)),
			 record(v, p));
}

static void matched(struct progress *pr, struct view *v)
{
	const struct pattern *p = pr->next;

	progress__judge_counts(pr, v);
	if (pr->decided)
		return;
	add_evidence(pr, v, record(v, p));
	if (pattern__bind(p, fields_of(v), pr->vars))
		v->out_of_memory = true;
	pr->since = v->fact->t;
	pr->matched = true;
	enter_stretch(pr, p->next);
}

static void note_miss(struct progress *pr, struct view *v)
{
	char buf[EVIDENCE_TEXT];

	/* A sleep that is not over is no wakeup, however near. */
	if (v->fact->kind == FACT_WAKE && v->fact->rec->e.flags & EVF_OPEN)
		return;
	if (!pattern__nearer(pr->next, fields_of(v), pr->vars, &pr->near))
		return;
	miss_text(buf, sizeof(buf), pr->next, fields_of(v), pr->vars);
	replace(&pr->miss, record(v, pr->next));
	replace(&pr->miss_why, view__text(v, "%s", buf));
}

/* What follows cannot be decided any more. */
static void note_unknown(struct progress *pr, struct view *v, const struct pattern *p)
{
	char what[EVIDENCE_TEXT], why[EVIDENCE_TEXT];

	if (pr->unknown)
		return;
	record_text(what, sizeof(what), v->fact, fields_of(v), p);
	miss_text(why, sizeof(why), p, fields_of(v), pr->vars);
	pr->unknown = view__text(v, "%s: %s", what, why);
}

static bool matches(struct progress *pr, struct view *v, const struct pattern *p)
{
	enum met met = wanted(p, v) ? pattern__match(p, fields_of(v), pr->vars) : MET_NO;

	if (met == MET_UNKNOWN)
		note_unknown(pr, v, p);
	return met == MET_YES;
}

void progress__feed(struct progress *pr, struct view *v)
{
	const struct pattern *p;

	if (pr->next && matches(pr, v, pr->next)) {
		matched(pr, v);
		return;
	}
	if (pr->next && wanted(pr->next, v))
		note_miss(pr, v);
	for (p = pr->stretch; p != pr->next && !pr->decided; p = p->next)
		if (matches(pr, v, p))
			tally_one(pr, v, p);
}
