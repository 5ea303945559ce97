// SPDX-License-Identifier: GPL-2.0
/*
 * Shows that every claim can fail, and that every line in it matters: a real recording, on which
 * the claim holds, is mutated until each line has broken it. TAP.
 *
 *   mutate SCENARIO.expect RECORDS-DIRECTORY
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims/claims.h"
#include "claims/expect.h"
#include "mutation.h"
#include "recording.h"

#define CLAIMS_MAX 16
#define LINES_MAX  64
#define NAME_SIZE  160

struct outcome {
	enum verdict_result result;
	int line;  /* that decided */
	bool told; /* it says why */
};

/* A line of a claim, and the mutation that breaks the claim there. */
struct line {
	const struct claim *claim;
	size_t nth; /* of those that are tested */
	struct pattern *pattern;
	/*
	 * When it finds nothing, a never line of the stretch that it ends may break first. Then the
	 * claim is tested once more without the stretch: the line alone must break it.
	 */
	bool hidden;
	struct pattern **slot, *stretch; /* what points to the stretch, and its first line */
	struct claims *alone;
	char by[NAME_SIZE]; /* "": none yet */
};

struct trial {
	const struct expect *expect;
	const char *scenario;
	struct section *section;
	struct claim *claim[CLAIMS_MAX]; /* all of the case; section has those that are tested */
	size_t n_claims;
	struct claims *claims;
	struct outcome outcome[CLAIMS_MAX], alone[CLAIMS_MAX];
	struct outcome *to;
	size_t n_told;
	struct line line[LINES_MAX];
	size_t n_lines, proven;
};

static unsigned int failures;

static void tap(bool ok, const struct trial *t, const char *claim, const char *what)
{
	failures += !ok;
	printf("%sok - %s%s%s %s: %s\n", ok ? "" : "not ", t->scenario,
	       *t->section->name ? "/" : "", t->section->name, claim, what);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "mutate: %s: %s\n", what, why);
	exit(2);
}

static void feed_alone(struct line *l, const struct fact *fact)
{
	*l->slot = l->pattern;
	claims__feed(l->alone, fact);
	*l->slot = l->stretch;
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct trial *t = ctx;

	claims__feed(t->claims, fact);
	for (size_t i = 0; i < t->n_lines; i++)
		if (t->line[i].alone)
			feed_alone(&t->line[i], fact);
}

static void on_verdict(void *ctx, const struct verdict *v)
{
	struct trial *t = ctx;

	t->to[t->n_told++] = (struct outcome){v->result, v->line, v->why && *v->why};
}

static struct claims *new_claims(const struct trial *t)
{
	struct claims *cl = claims__new(t->expect, t->scenario, t->section->name);

	if (!cl)
		die("claims", strerror(errno));
	return cl;
}

static void decide(struct trial *t, struct claims *cl, const char *doubt, struct outcome *to)
{
	t->to = to;
	t->n_told = 0;
	if (doubt)
		claims__doubt(cl, doubt);
	claims__finish(cl, on_verdict, t);
	claims__free(cl);
	if (t->n_told != t->section->n_claims)
		die(t->section->name, "not as many verdicts as claims");
}

/* Tests the case's claims on the recording. */
static void judge(struct trial *t, const struct recording *r, const char *doubt)
{
	int err;

	t->claims = new_claims(t);
	err = recording__play(r, on_fact, t);
	if (err)
		die("timeline", strerror(-err));
	decide(t, t->claims, doubt, t->outcome);
}

static bool broken_at(const struct outcome *o, const struct line *l)
{
	return o->result == CLAIM_FAILS && o->told && o->line == l->pattern->line;
}

static void learn(struct trial *t, struct line *l, const char *mutation)
{
	bool broken;

	if (*l->by)
		return;
	broken = broken_at(&t->outcome[l->nth], l);
	if (l->alone) {
		*l->slot = l->pattern;
		decide(t, l->alone, NULL, t->alone);
		*l->slot = l->stretch;
		l->alone = NULL;
		broken =
		    t->outcome[l->nth].result == CLAIM_FAILS && broken_at(&t->alone[l->nth], l);
	}
	if (!broken)
		return;
	snprintf(l->by, sizeof(l->by), "%s", mutation);
	t->proven++;
}

/* From now on the claims are tested that have a line which nothing has broken; all: each claim of the case. */
static void take_claims(struct trial *t, bool all)
{
	struct claim **slot = &t->section->claims;
	size_t n = 0;

	for (size_t c = 0; c < t->n_claims; c++) {
		bool wanted = all;

		for (size_t i = 0; i < t->n_lines; i++)
			wanted |= t->line[i].claim == t->claim[c] && !*t->line[i].by;
		if (!wanted)
			continue;
		for (size_t i = 0; i < t->n_lines; i++)
			if (t->line[i].claim == t->claim[c])
				t->line[i].nth = n;
		*slot = t->claim[c];
		slot = &(*slot)->next;
		n++;
	}
	*slot = NULL;
	t->section->n_claims = n;
}

static bool on_mutation(void *ctx, const struct recording *r, const char *name)
{
	struct trial *t = ctx;
	size_t proven = t->proven;

	for (size_t i = 0; i < t->n_lines; i++) {
		struct line *l = &t->line[i];

		if (!l->hidden || *l->by)
			continue;
		*l->slot = l->pattern;
		l->alone = new_claims(t);
		*l->slot = l->stretch;
	}
	judge(t, r, NULL);
	for (size_t i = 0; i < t->n_lines; i++)
		learn(t, &t->line[i], name);
	if (t->proven > proven)
		take_claims(t, false);
	return t->proven < t->n_lines;
}

static void list_claim(struct trial *t, struct claim *claim, size_t nth)
{
	struct pattern **slot = &claim->patterns;
	bool never = false;

	for (struct pattern *p = claim->patterns; p; p = p->next) {
		if (t->n_lines == LINES_MAX)
			die(claim->name, "too many lines");
		t->line[t->n_lines++] = (struct line){.claim = claim,
						      .nth = nth,
						      .pattern = p,
						      .hidden = never && p->kind == PATTERN_PLAIN,
						      .slot = slot,
						      .stretch = *slot};
		never |= p->kind == PATTERN_NEVER;
		if (p->kind == PATTERN_PLAIN) {
			slot = &p->next;
			never = false;
		}
	}
}

static void list_lines(struct trial *t)
{
	for (struct claim *claim = t->section->claims; claim; claim = claim->next) {
		t->claim[t->n_claims] = claim;
		list_claim(t, claim, t->n_claims++);
	}
}

static bool all(const struct trial *t, size_t i, enum verdict_result result)
{
	return t->outcome[i].result == result && (result == CLAIM_HOLDS || t->outcome[i].told);
}

static void test_holds(struct trial *t, const struct recording *r)
{
	judge(t, r, NULL);
	for (size_t i = 0; i < t->section->n_claims; i++)
		tap(all(t, i, CLAIM_HOLDS), t, t->claim[i]->name, "holds on the recording");
}

static void test_lost(struct trial *t, const struct recording *r)
{
	struct recording lossy = {0};
	union any_event rec = {
	    .lost = {
		.e = {.ts = r->rec[r->n / 2].e.ts, .size = sizeof(struct ev_lost), .kind = EV_LOST},
		.count = 1,
		.cause = LOST_RING}};

	recording__copy(&lossy, r);
	recording__append(&lossy, &rec);
	judge(t, &lossy, NULL);
	recording__free(&lossy);
	for (size_t i = 0; i < t->section->n_claims; i++)
		tap(all(t, i, CLAIM_INCONCLUSIVE), t, t->claim[i]->name,
		    "inconclusive when one event is lost");
}

/* Cut after each record in turn: never held, never failed. */
static void test_cut(struct trial *t, const struct recording *r)
{
	bool ok[CLAIMS_MAX];
	struct recording part = *r;

	memset(ok, true, sizeof(ok));
	for (part.n = 1; part.n < r->n; part.n += 1 + r->n / 64) {
		judge(t, &part, "the program was killed");
		for (size_t i = 0; i < t->section->n_claims; i++)
			ok[i] &= all(t, i, CLAIM_INCONCLUSIVE);
	}
	for (size_t i = 0; i < t->section->n_claims; i++)
		tap(ok[i], t, t->claim[i]->name, "inconclusive when the run breaks off");
}

static void test_lines(struct trial *t, const struct claim *claim)
{
	const char *by = NULL;
	char what[NAME_SIZE + 16];
	bool lines = true;

	for (size_t i = 0; i < t->n_lines; i++) {
		const struct line *l = &t->line[i];

		if (l->claim != claim)
			continue;
		if (*l->by && !by)
			by = l->by;
		lines &= *l->by != '\0';
	}
	snprintf(what, sizeof(what), "fails when %s", by ? by : "... no mutation makes it fail");
	tap(by, t, claim->name, what);
	tap(lines, t, claim->name, "each of its lines breaks it under some mutation");
	for (size_t i = 0; i < t->n_lines; i++) {
		const struct line *l = &t->line[i];

		if (l->claim == claim)
			printf("# line %d (%s): %s\n", l->pattern->line, l->pattern->text,
			       *l->by ? l->by : "nothing breaks it");
	}
}

static void test_case(struct trial *t, const char *dir)
{
	struct recording r;
	unsigned long n = 0;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/%s%s%s.trace", dir, t->scenario,
		 *t->section->name ? "." : "", t->section->name);
	err = recording__read(&r, path);
	if (err)
		die(path, strerror(-err));
	if (t->section->n_claims > CLAIMS_MAX)
		die(path, "too many claims");
	list_lines(t);
	test_holds(t, &r);
	n = mutate(&r, on_mutation, t);
	take_claims(t, true);
	for (size_t i = 0; i < t->section->n_claims; i++)
		test_lines(t, t->claim[i]);
	test_lost(t, &r);
	test_cut(t, &r);
	printf("# %s/%s: %lu mutations of %zu records\n", t->scenario, t->section->name, n, r.n);
	fflush(stdout);
	recording__free(&r);
}

int main(int argc, char **argv)
{
	char err[512] = "", scenario[64];
	struct expect *ex;
	FILE *in;

	if (argc != 3)
		die("usage", "mutate SCENARIO.expect RECORDS-DIRECTORY");
	in = fopen(argv[1], "re");
	if (!in)
		die(argv[1], strerror(errno));
	ex = expect__parse(in, argv[1], err, sizeof(err));
	fclose(in);
	if (!ex)
		die("expect", err);
	snprintf(scenario, sizeof(scenario), "%s",
		 strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1]);
	*strchrnul(scenario, '.') = '\0';
	for (struct section *s = ex->sections; s; s = s->next) {
		struct trial *t = calloc(1, sizeof(*t));

		if (!t)
			die("memory", strerror(errno));
		t->expect = ex;
		t->scenario = scenario;
		t->section = s;
		test_case(t, argv[2]);
		free(t);
	}
	expect__free(ex);
	return failures ? 1 : 0;
}
