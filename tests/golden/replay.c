// SPDX-License-Identifier: GPL-2.0
/*
 * Replays recorded records through the timeline into a sink, without a kernel: the golden tests.
 *
 *   replay [--format text|json] [--columns N] [--ascii] [--raw] [--colour]
 *          [--scenario NAME] [--expect FILE [--case NAME]] RECORDS
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "recording.h"
#include "sink.h"
#include "timeline.h"

struct replay {
	const struct sink_ops *ops;
	struct sink *sink;
	struct claims *claims;
	struct run_summary sum;
};

static void on_fact(void *ctx, const struct fact *fact)
{
	struct replay *r = ctx;

	r->ops->fact(r->sink, fact);
	if (r->claims)
		claims__feed(r->claims, fact);
}

static void on_verdict(void *ctx, const struct verdict *v)
{
	struct replay *r = ctx;

	if (v->result == CLAIM_HOLDS)
		r->sum.held++;
	else if (v->result == CLAIM_FAILS)
		r->sum.failed++;
	else
		r->sum.inconclusive++;
	r->ops->claim(r->sink, v);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "replay: %s: %s\n", what, why);
	exit(2);
}

static void play(struct replay *r, const char *path)
{
	struct recording rec;
	int err = recording__read(&rec, path);

	if (err)
		die(path, strerror(-err));
	r->sum.records = rec.n;
	for (size_t i = 0; i < rec.n; i++) {
		const struct ev_lost *lost = &rec.rec[i].lost;

		if (lost->e.kind == EV_LOST && lost->cause < LOST_CAUSES) {
			r->sum.lost[lost->cause] += lost->count;
			r->sum.lost_total += lost->count;
		}
	}
	err = recording__play(&rec, on_fact, r);
	if (err)
		die("timeline", strerror(-err));
	recording__free(&rec);
}

static struct expect *read_expect(const char *file)
{
	FILE *in = fopen(file, "r");
	char err[512] = "";
	struct expect *ex;

	if (!in)
		die(file, strerror(errno));
	ex = expect__parse(in, file, err, sizeof(err));
	fclose(in);
	if (!ex)
		die("expect", err);
	return ex;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
	    {"format", required_argument, NULL, 'f'},
	    {"columns", required_argument, NULL, 'w'},
	    {"ascii", no_argument, NULL, 'a'},
	    {"raw", no_argument, NULL, 'r'},
	    {"colour", no_argument, NULL, 'C'},
	    {"expect", required_argument, NULL, 'e'},
	    {"scenario", required_argument, NULL, 's'},
	    {"case", required_argument, NULL, 'c'},
	    {0},
	};
	struct replay r = {.ops = &sink_text, .sum = {.backend = "replay", .kernel = "none"}};
	struct sink_opts opts = {.out = stdout, .columns = 120};
	struct run_info info = {.scenario = "golden",
				.title = "recorded records",
				.backend = "replay",
				.kernel = "none"};
	const char *expect = NULL;
	struct expect *ex = NULL;
	int c;

	setlocale(LC_ALL, "C.UTF-8");
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			r.ops = sink__find(optarg);
			if (!r.ops)
				die(optarg, "no such format");
			break;
		case 'w':
			opts.columns = atoi(optarg);
			break;
		case 'a':
			opts.ascii = true;
			break;
		case 'r':
			opts.raw = true;
			break;
		case 'C':
			opts.colour = true;
			break;
		case 'e':
			expect = optarg;
			break;
		case 's':
			info.scenario = optarg;
			break;
		case 'c':
			info.case_name = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc)
		die("usage", "replay [OPTIONS] RECORDS");
	if (expect) {
		ex = read_expect(expect);
		r.claims = claims__new(ex, info.scenario, info.case_name ? info.case_name : "");
		if (!r.claims)
			die("claims", strerror(errno));
	}
	r.sink = r.ops->new (&opts);
	if (!r.sink)
		die("sink", strerror(errno));
	r.ops->begin(r.sink, &info);
	play(&r, argv[optind]);
	r.ops->end(r.sink);
	if (r.claims) {
		if (r.sum.lost_total)
			claims__doubt(r.claims, "records were lost");
		claims__finish(r.claims, on_verdict, &r);
		claims__free(r.claims);
		expect__free(ex);
	}
	r.ops->summary(r.sink, &r.sum);
	r.ops->free(r.sink);
	return r.sum.failed ? 1 : r.sum.inconclusive ? 3 : 0;
}
