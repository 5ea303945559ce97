// SPDX-License-Identifier: GPL-2.0
/*
 * Replays recorded records through the timeline into a sink, without a kernel: the golden tests.
 *
 *   replay [--format text|json] [--columns N] [--ascii] [--raw] [--colour]
 *          [--expect FILE [--case NAME]] [--drop N] RECORDS
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
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

/* The next record into buf. False at the end of the file. */
static bool next_record(FILE *in, union any_event *buf)
{
	size_t head = sizeof(struct event);

	if (fread(buf, head, 1, in) != 1)
		return false;
	if (buf->e.size < head || buf->e.size > sizeof(*buf))
		die("record", "bad size");
	if (buf->e.size > head && fread((char *)buf + head, buf->e.size - head, 1, in) != 1)
		die("record", "cut short");
	return true;
}

/* The first record's time, or what began before it: as the tracer's start is not in the records. */
static __u64 first_time(FILE *in)
{
	union any_event rec = {0};
	__u64 first = next_record(in, &rec) ? rec.e.ts : 0;

	rewind(in);
	return first;
}

static void feed(struct replay *r, FILE *in, long drop)
{
	struct timeline_opts opts = {.start = first_time(in)};
	struct timeline *tl = timeline__new(&opts, on_fact, r);
	union any_event rec = {0};
	int err;

	if (!tl)
		die("timeline", strerror(errno));
	for (long n = 1; next_record(in, &rec); n++) {
		if (n == drop) {
			r->sum.lost[LOST_RING]++;
			r->sum.lost_total++;
			continue;
		}
		r->sum.records++;
		if (rec.e.kind == EV_LOST && rec.lost.cause < LOST_CAUSES) {
			r->sum.lost[rec.lost.cause] += rec.lost.count;
			r->sum.lost_total += rec.lost.count;
		}
		err = timeline__feed(tl, &rec.e);
		if (err)
			die("timeline__feed", strerror(-err));
		memset(&rec, 0, sizeof(rec));
	}
	timeline__finish(tl);
	timeline__free(tl);
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
	    {"case", required_argument, NULL, 'c'},
	    {"drop", required_argument, NULL, 'd'},
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
	long drop = 0;
	FILE *in;
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
		case 'c':
			info.case_name = optarg;
			break;
		case 'd':
			drop = atol(optarg);
			break;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc)
		die("usage", "replay [OPTIONS] RECORDS");
	in = fopen(argv[optind], "rb");
	if (!in)
		die(argv[optind], strerror(errno));
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
	feed(&r, in, drop);
	fclose(in);
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
