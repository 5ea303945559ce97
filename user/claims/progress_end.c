// SPDX-License-Identifier: GPL-2.0
/* Decides the open claims at the end of a run, and says why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words/labels.h"
#include "lib/escape.h"
#include "claims/progress.h"

static const struct sleeper *sleeper_of(const struct view *v, const struct pattern *p)
{
	const struct sleeper *s = &v->asleep[p->role == ROLE_ANY ? v->n_roles : p->role];

	return v->limit && s->there ? s : NULL;
}

/* Before what it says, that the time was up, and in which sleep: "not within 5 s: it sleeps in ...". */
static char *in_time(struct view *v, const struct pattern *p, char *why)
{
	const struct sleeper *s = sleeper_of(v, p);
	unsigned long long ms = v->limit / 1000000;
	char limit[32], who[4 * COMM_LEN + 1] = "it";
	char *both;

	if (!v->limit)
		return why;
	snprintf(limit, sizeof(limit), ms % 1000 ? "%llu ms" : "%llu s",
		 ms % 1000 ? ms : ms / 1000);
	if (s && p->role == ROLE_ANY)
		escape_text(who, sizeof(who), s->who.comm, strnlen(s->who.comm, COMM_LEN));
	both = s ? view__text(v, "not within %s: %s %s%s%s", limit, who, s->what, why ? "; " : "",
			      why ? why : "")
		 : view__text(v, "not within %s: %s", limit, why ? why : "");
	free(why);
	return both;
}

/* Nothing matched pr->next: says what there was instead. */
static char *missing_why(const struct progress *pr, struct view *v)
{
	const struct pattern *p = pr->next;
	const char *fact = fact_label(p->fact);
	char after[40] = "", t[32];

	if (p->role != ROLE_ANY && !v->seen[p->role])
		return view__text(v, "no process named %s was seen", p->comm);
	/* What it sleeps for says more than that the record is missing. */
	if (sleeper_of(v, p))
		return pr->miss ? view__text(v, "nearest: %s (%s)", pr->miss,
					     pr->miss_why ? pr->miss_why : "")
				: NULL;
	if (pr->matched)
		snprintf(after, sizeof(after), " after %s", time_text(t, sizeof(t), pr->since));
	if (!pr->miss)
		return view__text(v, "%s%s has no %s record%s", p->comm ? "" : "the case",
				  p->comm ? p->comm : "", fact, after);
	return view__text(v, "no such record%s; nearest: %s (%s)", after, pr->miss,
			  pr->miss_why ? pr->miss_why : "");
}

/* A count above its limit breaks the claim, wherever its stretch would have ended. */
static bool over_counted(const struct progress *pr)
{
	const struct pattern *p;

	for (p = pr->stretch; p != pr->next; p = p->next)
		if (pr->tallies[p->index].over)
			return true;
	return false;
}

static bool too_few(const struct pattern *p, const struct progress *pr)
{
	return p->kind == PATTERN_COUNT && !pr->tallies[p->index].over;
}

void progress__finish(struct progress *pr, struct view *v)
{
	if (pr->decided)
		return;
	if (over_counted(pr) || (!pr->next && !v->broke_off))
		progress__judge_counts(pr, v);
	if (pr->decided && too_few(pr->broken, pr))
		pr->why = in_time(v, pr->broken, pr->why);
	if (!pr->decided && v->broke_off)
		pr->unknown = pr->unknown ? pr->unknown : view__text(v, "%s", v->broke_off);
	else if (!pr->decided && pr->next)
		progress__decide(pr, pr->next, in_time(v, pr->next, missing_why(pr, v)),
				 pr->miss ? view__text(v, "%s", pr->miss) : NULL);
}
