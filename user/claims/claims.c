// SPDX-License-Identifier: GPL-2.0
/* Claims: follows the facts of a case through the patterns of each claim, and decides. */
#include "claims/claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/bearing.h"
#include "words/explain.h"
#include "words/labels.h"
#include "claims/progress.h"
#include "lib/units.h"

struct claims {
	const struct expect *ex;
	const struct section *section;
	char *scenario;
	const char **comms; /* by role */
	struct progress *progress;
	struct view view;
	char broke_off[256];
	char doubt[256], doubt_accesses[256]; /* "": none */
	__u64 lost[LOST_CAUSES];	      /* records, as FACT_LOST has told */
};

static int claims__init(struct claims *cl)
{
	const struct claim *claim;
	const struct name *role;
	size_t i = 0;

	cl->progress = calloc(cl->section->n_claims, sizeof(*cl->progress));
	cl->view.seen = calloc((size_t)cl->ex->roles.n + 1, sizeof(*cl->view.seen));
	cl->view.asleep = calloc((size_t)cl->ex->roles.n + 1, sizeof(*cl->view.asleep));
	cl->view.n_roles = cl->ex->roles.n;
	cl->comms = calloc((size_t)cl->ex->roles.n + 1, sizeof(*cl->comms));
	if (!cl->progress || !cl->view.seen || !cl->view.asleep || !cl->comms || !cl->scenario ||
	    lookup__init(&cl->view.lookup, cl->ex->fields.n))
		return -ENOMEM;
	for (role = cl->ex->roles.first; role; role = role->next)
		cl->comms[role->index] = role->text;
	for (claim = cl->section->claims; claim; claim = claim->next)
		if (progress__init(&cl->progress[i++], claim))
			return -ENOMEM;
	return 0;
}

struct claims *claims__new(const struct expect *ex, const char *scenario, const char *case_name)
{
	const struct section *section = expect__section(ex, case_name ? case_name : "");
	struct claims *cl;

	if (!section) {
		errno = ENOENT;
		return NULL;
	}
	cl = calloc(1, sizeof(*cl));
	if (!cl)
		return NULL;
	cl->ex = ex;
	cl->section = section;
	cl->scenario = strdup(scenario ? scenario : "");
	if (!claims__init(cl))
		return cl;
	claims__free(cl);
	errno = ENOMEM;
	return NULL;
}

void claims__doubt(struct claims *cl, const char *why)
{
	if (!*cl->doubt)
		snprintf(cl->doubt, sizeof(cl->doubt), "%s", *why ? why : "in doubt");
}

void claims__doubt_accesses(struct claims *cl, const char *why)
{
	if (!*cl->doubt_accesses)
		snprintf(cl->doubt_accesses, sizeof(cl->doubt_accesses), "%s", why);
}

/* Losses come in parts; their sum is told at the end, unless the caller has a better reason. */
static void note_lost(struct claims *cl, const struct fact *fact)
{
	if (fact->rec->lost.cause < LOST_CAUSES)
		cl->lost[fact->rec->lost.cause] += fact->rec->lost.count;
}

/* The losses that can matter to the claim, in words. "": none. Returns buf. */
static const char *lost_text(const struct claims *cl, const struct progress *pr, char *buf,
			     size_t size)
{
	char records[COUNTED_LEN];
	__u64 n = 0;

	for (unsigned int i = 0; i < LOST_CAUSES; i++)
		n += bearing__of(i) & pr->kinds ? cl->lost[i] : 0;
	buf[0] = '\0';
	if (n && n == cl->lost[LOST_WATCH])
		snprintf(buf, size, "not every access to the watched words was seen");
	else if (n)
		snprintf(buf, size, "%s%s", records_lost(records, n),
			 cl->lost[LOST_RING] ? " (ring buffer full: try --buffer)" : "");
	return buf;
}

/* Why the claim cannot be decided; NULL when it can. */
static const char *doubt_of(const struct claims *cl, const struct progress *pr, char *buf,
			    size_t size)
{
	if (*cl->doubt)
		return cl->doubt;
	if (cl->view.out_of_memory)
		return "out of memory";
	if (*cl->doubt_accesses && pr->kinds & FACT_BIT(FACT_ACCESS))
		return cl->doubt_accesses;
	if (*lost_text(cl, pr, buf, size))
		return buf;
	return pr->unknown;
}

void claims__limit(struct claims *cl, __u64 ns)
{
	cl->view.limit = ns;
}

void claims__broke_off(struct claims *cl, const char *why)
{
	snprintf(cl->broke_off, sizeof(cl->broke_off), "%s", why);
	cl->view.broke_off = cl->broke_off;
}

/* A task that waits for a known object says more; of two, the one that has slept longer. */
static void note_sleeper(struct sleeper *s, const struct fact *fact)
{
	bool reason = fact->rec->wait.reason != WAIT_UNKNOWN;

	if (s->there && (s->reason || !reason))
		return;
	s->there = true;
	s->reason = reason;
	s->who = fact->who;
	explain_asleep(fact, s->what, sizeof(s->what));
}

static int role_of(struct claims *cl, const char *comm)
{
	int i;

	for (i = 0; i < cl->ex->roles.n; i++) {
		if (strncmp(cl->comms[i], comm, COMM_LEN))
			continue;
		cl->view.seen[i] = true;
		return i;
	}
	return ROLE_OTHER;
}

void claims__feed(struct claims *cl, const struct fact *fact)
{
	struct view *v = &cl->view;
	size_t i;

	if (fact->kind == FACT_LOST) {
		note_lost(cl, fact);
		return;
	}
	v->fact = fact;
	v->have_fields = false;
	v->role = role_of(cl, fact->who.comm);
	for (i = 0; i < cl->section->n_claims; i++)
		if (!cl->progress[i].decided)
			progress__feed(&cl->progress[i], v);
}

void claims__asleep(struct claims *cl, const struct fact *fact)
{
	int role = role_of(cl, fact->who.comm);

	if (role >= 0)
		note_sleeper(&cl->view.asleep[role], fact);
	note_sleeper(&cl->view.asleep[cl->view.n_roles], fact);
}

static void tell(struct claims *cl, const struct progress *pr,
		 void (*fn)(void *ctx, const struct verdict *v), void *ctx)
{
	const struct claim *claim = pr->claim;
	char lost[96];
	struct verdict v = {
	    .scenario = *cl->scenario ? cl->scenario : NULL,
	    .case_name = *cl->section->name ? cl->section->name : NULL,
	    .claim = claim->name,
	    .title = claim->title,
	    .lesson = claim->lesson,
	    .quote = claim->quote,
	    .gloss = claim->gloss,
	    .differs = claim->differs,
	    .file = cl->ex->file,
	    .line = claim->line,
	    .pattern = claim->text,
	};

	v.why = doubt_of(cl, pr, lost, sizeof(lost));
	if (v.why) {
		v.result = CLAIM_INCONCLUSIVE;
	} else if (pr->broken) {
		v.result = CLAIM_FAILS;
		v.why = pr->why;
		v.line = pr->broken->line;
		v.pattern = pr->broken->text;
	}
	evidence__list(&pr->evidence, pr->offender, &v);
	fn(ctx, &v);
}

void claims__finish(struct claims *cl, void (*fn)(void *ctx, const struct verdict *v), void *ctx)
{
	size_t i;

	cl->view.fact = NULL;
	/* All first: running out of memory on the last one concerns every verdict. */
	for (i = 0; i < cl->section->n_claims; i++)
		progress__finish(&cl->progress[i], &cl->view);
	for (i = 0; i < cl->section->n_claims; i++)
		tell(cl, &cl->progress[i], fn, ctx);
}

void claims__free(struct claims *cl)
{
	size_t i;

	if (!cl)
		return;
	for (i = 0; cl->progress && i < cl->section->n_claims; i++)
		if (cl->progress[i].claim)
			progress__free(&cl->progress[i]);
	free(cl->progress);
	free(cl->view.seen);
	free(cl->view.asleep);
	free(cl->comms);
	lookup__free(&cl->view.lookup);
	free(cl->scenario);
	free(cl);
}
