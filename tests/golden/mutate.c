// SPDX-License-Identifier: GPL-2.0
/*
 * Shows of every claim that it can fail, and of every line in it that it matters: a real
 * recording, on which the claim holds, is mutated until each line has broken it. TAP.
 *
 *   mutate FIRST SCENARIO.expect RECORDS-DIRECTORY
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "expect.h"
#include "mutation.h"
#include "recording.h"

#define CLAIMS_MAX  16
#define LINES_MAX   32
#define PARTS_MAX   256
#define NAME_MAX_   128
#define DOUBT	    "the program was killed"

struct outcome {
	enum verdict_result result;
	int line; /* that decided */
	bool told; /* fails: says why. inconclusive: says why */
};

/* A condition, and whether a claim's outcome was ever different without it. */
struct part {
	const struct claim *claim;
	struct pattern *pattern;
	struct condition **slot; /* what points to it */
	struct condition *condition;
	bool matters;
	struct claims *claims; /* of the case, as if the condition were not there */
};

struct proof {
	struct line {
		char by[NAME_MAX_]; /* the mutation that broke the claim here */
	} line[LINES_MAX];
};

struct trial {
	const struct expect *expect;
	const char *scenario;
	const struct section *section;
	__u64 start;
	struct claims *claims;
	struct outcome outcome[CLAIMS_MAX], other[CLAIMS_MAX];
	struct outcome *to;
	size_t n_told;
	struct proof proof[CLAIMS_MAX];
	struct part part[PARTS_MAX];
	size_t n_parts;
	unsigned int todo; /* lines and conditions without a proof */
};

static unsigned int test_no, failures;

static void tap(bool ok, const struct trial *t, const char *claim, const char *what)
{
	failures += !ok;
	printf("%sok %u - %s%s%s %s: %s\n", ok ? "" : "not ", test_no++, t->scenario,
	       *t->section->name ? "/" : "", t->section->name, claim, what);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "mutate: %s: %s\n", what, why);
	exit(2);
}

static void drop(struct part *p)
{
	*p->slot = p->condition->next;
	p->pattern->n_conditions--;
}

static void restore(struct part *p)
{
	*p->slot = p->condition;
	p->pattern->n_conditions++;
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct trial *t = ctx;

	claims__feed(t->claims, fact);
	for (size_t i = 0; i < t->n_parts; i++) {
		if (!t->part[i].claims)
			continue;
		drop(&t->part[i]);
		claims__feed(t->part[i].claims, fact);
		restore(&t->part[i]);
	}
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

/* Tests the case's claims on the recording, and with with_parts, once more without each condition. */
static void judge(struct trial *t, const struct recording *r, const char *doubt, bool with_parts)
{
	int err;

	t->claims = new_claims(t);
	for (size_t i = 0; i < t->n_parts; i++)
		t->part[i].claims = with_parts && !t->part[i].matters ? new_claims(t) : NULL;
	err = recording__play(r, t->start, on_fact, t);
	if (err)
		die("timeline", strerror(-err));
	decide(t, t->claims, doubt, t->outcome);
}

static const struct claim *nth_claim(const struct trial *t, size_t n)
{
	const struct claim *claim = t->section->claims;

	while (n--)
		claim = claim->next;
	return claim;
}

/* Which line broke, and which conditions would have made a difference. */
static void learn(struct trial *t, const char *mutation)
{
	for (size_t i = 0; i < t->section->n_claims; i++) {
		const struct claim *claim = nth_claim(t, i);
		const struct outcome *o = &t->outcome[i];

		for (struct pattern *p = claim->patterns; p; p = p->next) {
			char *by = t->proof[i].line[p->index].by;

			if (o->result != CLAIM_FAILS || o->line != p->line || *by || !o->told)
				continue;
			snprintf(by, NAME_MAX_, "%s", mutation);
			t->todo--;
		}
	}
	for (size_t k = 0; k < t->n_parts; k++) {
		struct part *part = &t->part[k];

		if (!part->claims)
			continue;
		drop(part);
		decide(t, part->claims, NULL, t->other);
		restore(part);
		part->claims = NULL;
		for (size_t i = 0; i < t->section->n_claims; i++)
			if (nth_claim(t, i) == part->claim)
				part->matters = t->outcome[i].result != t->other[i].result ||
						t->outcome[i].line != t->other[i].line;
		t->todo -= part->matters;
	}
}

static bool on_mutation(void *ctx, const struct recording *r, const char *name)
{
	struct trial *t = ctx;

	judge(t, r, NULL, true);
	learn(t, name);
	return t->todo > 0;
}

/* A variable's first mention binds it: without that the claim says something else. */
static bool removable(const struct condition *c)
{
	return c->value.kind != VALUE_BIND && c->value.kind != VALUE_ANY;
}

static void list_parts(struct trial *t)
{
	for (const struct claim *claim = t->section->claims; claim; claim = claim->next) {
		for (struct pattern *p = claim->patterns; p; p = p->next) {
			t->todo++;
			for (struct condition **c = &p->conditions; *c; c = &(*c)->next) {
				if (!removable(*c))
					continue;
				if (t->n_parts == PARTS_MAX)
					die(claim->name, "too many conditions");
				t->part[t->n_parts++] = (struct part){claim, p, c, *c, false, NULL};
				t->todo++;
			}
		}
	}
}

static bool all(const struct trial *t, size_t i, enum verdict_result result)
{
	return t->outcome[i].result == result && (result == CLAIM_HOLDS || t->outcome[i].told);
}

static void test_holds(struct trial *t, const struct recording *r)
{
	judge(t, r, NULL, true);
	for (size_t i = 0; i < t->section->n_claims; i++)
		tap(all(t, i, CLAIM_HOLDS), t, nth_claim(t, i)->name, "holds on the recording");
	learn(t, "none");
}

static void test_lost(struct trial *t, const struct recording *r)
{
	struct recording lossy = {0};
	union any_event rec = {.lost = {.e = {.ts = r->rec[r->n / 2].e.ts,
					      .size = sizeof(struct ev_lost),
					      .kind = EV_LOST},
					.count = 1,
					.cause = LOST_RING}};

	recording__copy(&lossy, r);
	recording__append(&lossy, &rec);
	judge(t, &lossy, NULL, false);
	recording__free(&lossy);
	for (size_t i = 0; i < t->section->n_claims; i++)
		tap(all(t, i, CLAIM_INCONCLUSIVE), t, nth_claim(t, i)->name,
		    "inconclusive when one event is lost");
}

/* Cut after each record in turn: never held, never failed. */
static void test_cut(struct trial *t, const struct recording *r)
{
	bool ok[CLAIMS_MAX];
	struct recording part = *r;

	memset(ok, true, sizeof(ok));
	for (part.n = 1; part.n < r->n; part.n += 1 + r->n / 64) {
		judge(t, &part, DOUBT, false);
		for (size_t i = 0; i < t->section->n_claims; i++)
			ok[i] &= all(t, i, CLAIM_INCONCLUSIVE);
	}
	for (size_t i = 0; i < t->section->n_claims; i++)
		tap(ok[i], t, nth_claim(t, i)->name, "inconclusive when the run breaks off");
}

static void report_claim(struct trial *t, size_t i)
{
	const struct claim *claim = nth_claim(t, i);
	bool lines = true, conditions = true, any = false;
	char what[NAME_MAX_ + 32] = "no mutation makes it fail";

	for (const struct pattern *p = claim->patterns; p; p = p->next) {
		const char *by = t->proof[i].line[p->index].by;

		if (*by && !any)
			snprintf(what, sizeof(what), "fails when %s", by);
		any |= *by != '\0';
		lines &= *by != '\0';
	}
	tap(any, t, claim->name, what);
	tap(lines, t, claim->name, "each of its lines can break it");
	for (const struct pattern *p = claim->patterns; p; p = p->next) {
		const char *by = t->proof[i].line[p->index].by;

		printf("# line %d%s%s: %s\n", p->line, *by ? ", " : "",
		       *by ? by : ", nothing breaks it", p->what);
	}
	for (size_t k = 0; k < t->n_parts; k++)
		if (t->part[k].claim == claim)
			conditions &= t->part[k].matters;
	tap(conditions, t, claim->name, "each of its conditions matters");
	for (size_t k = 0; k < t->n_parts; k++) {
		const struct part *p = &t->part[k];

		if (p->claim == claim && !p->matters)
			printf("# line %d: %s%s%s makes no difference\n", p->pattern->line,
			       p->condition->field, comparison__text(p->condition->op),
			       p->condition->value.written);
	}
}

static void test_case(struct trial *t, const char *dir)
{
	struct recording r;
	unsigned long n = 0;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/%s%s%s.gz", dir, t->scenario,
		 *t->section->name ? "." : "", t->section->name);
	err = recording__read(&r, path);
	if (err)
		die(path, strerror(-err));
	if (t->section->n_claims > CLAIMS_MAX)
		die(path, "too many claims");
	t->start = recording__start(&r);
	list_parts(t);
	test_holds(t, &r);
	if (t->todo)
		n = mutate(&r, on_mutation, t);
	for (size_t i = 0; i < t->section->n_claims; i++)
		report_claim(t, i);
	test_lost(t, &r);
	test_cut(t, &r);
	printf("# %s: %lu mutations of %zu records\n", path, n, r.n);
	fflush(stdout);
	recording__free(&r);
}

int main(int argc, char **argv)
{
	char err[512] = "", scenario[64];
	struct expect *ex;
	FILE *in;

	if (argc != 4)
		die("usage", "mutate FIRST SCENARIO.expect RECORDS-DIRECTORY");
	test_no = (unsigned int)atoi(argv[1]);
	in = fopen(argv[2], "re");
	if (!in)
		die(argv[2], strerror(errno));
	ex = expect__parse(in, argv[2], err, sizeof(err));
	fclose(in);
	if (!ex)
		die("expect", err);
	snprintf(scenario, sizeof(scenario), "%s",
		 strrchr(argv[2], '/') ? strrchr(argv[2], '/') + 1 : argv[2]);
	*strchrnul(scenario, '.') = '\0';
	for (const struct section *s = ex->sections; s; s = s->next) {
		struct trial *t = calloc(1, sizeof(*t));

		if (!t)
			die("memory", strerror(errno));
		t->expect = ex;
		t->scenario = scenario;
		t->section = s;
		test_case(t, argv[3]);
		free(t);
	}
	expect__free(ex);
	return failures ? 1 : 0;
}
