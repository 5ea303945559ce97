/* SPDX-License-Identifier: GPL-2.0 */
/* Shows runs: their facts, their verdicts, and the score that becomes the exit status. */
#include "show/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "timeline/fact_count.h"
#include "lib/log.h"
#include "show/narrow.h"
#include "print/output.h"
#include "sink/sink.h"
#include "stat/report.h"
#include "timeline/place.h"
#include "timeline/timeline.h"
#include "lib/units.h"

struct show {
	const struct opts *opts;
	struct output out;
	const struct sink_ops *ops;
	struct sink *sink;
	struct style style; /* of the output */
	struct run_summary sum;
	unsigned int malformed;
	bool began;  /* the sink has printed something */
	bool failed; /* a program failed, or could not be traced to its end */
	bool inconclusive;

	/* of the run that goes on */
	const struct trace_run *run;
	struct timeline *timeline; /* NULL: nothing is shown of it */
	struct tally *tally;	   /* of `stat`, in place of a timeline */
	__u64 tally_start;	   /* of its first record, as the timeline has it; 0: none yet */
	struct claims *claims;
	bool run_began;
	__u64 lost_total; /* when it began */
	struct fact_count facts;
};

static int open_sink(struct show *sh)
{
	struct sink_opts so = {
	    .out = sh->out.f,
	    .columns = output__columns(&sh->out),
	    .colour = output__colour(&sh->out, sh->opts->colour),
	    .ascii = sh->opts->ascii || !output__utf8(),
	    .raw = sh->opts->raw,
	    .evidence = sh->opts->evidence,
	};

	sh->ops = sh->opts->silent ? &sink_none : sink__find(sh->opts->format);
	if (!sh->ops) {
		log_error("no output format '%s'", sh->opts->format);
		return -EINVAL;
	}
	sh->style = (struct style){
	    .out = so.out, .columns = so.columns, .colour = so.colour, .ascii = so.ascii};
	sh->sink = (*sh->ops->new)(&so);
	if (!sh->sink)
		log_error("cannot set up the %s output: %s", sh->opts->format, strerror(errno));
	return sh->sink ? 0 : -errno;
}

struct show *show__new(const struct opts *o, const char *backend, const char *kernel)
{
	struct show *sh = calloc(1, sizeof(*sh));

	if (!sh) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	sh->opts = o;
	sh->sum.backend = backend;
	sh->sum.kernel = kernel;
	if (!output__open(&sh->out, o->output, o->force) && !open_sink(sh))
		return sh;
	output__close(&sh->out);
	free(sh);
	return NULL;
}

void show__watched(struct show *sh, const char *how)
{
	sh->sum.watched = how;
}

static void begin(struct show *sh)
{
	const struct trace_run *run = sh->run;
	struct run_info info = {
	    .scenario = run->scenario,
	    .case_name = run->case_name && *run->case_name ? run->case_name : NULL,
	    .title = run->title,
	    .command = run->command,
	    .backend = sh->sum.backend,
	    .kernel = sh->sum.kernel,
	};

	sh->began = sh->run_began = true;
	sh->ops->begin(sh->sink, &info);
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct show *sh = ctx;

	if (!sh->run_began)
		begin(sh);
	if (!sh->opts->quiet && narrow__in_range(sh->opts, fact->t) &&
	    narrow__shows(sh->opts, fact))
		sh->ops->fact(sh->sink, fact);
	if (sh->claims)
		claims__feed(sh->claims, fact);
}

int show__begin(struct show *sh, const struct trace_run *run, const struct expect *expect)
{
	struct timeline_opts to = {.start = START_AT_FIRST};

	sh->run = run;
	sh->run_began = false;
	sh->lost_total = sh->sum.lost_total;
	if (sh->opts->silent)
		return 0;
	/* It asks on the terminal, and is answered there. */
	if (sh->opts->interactive && !sh->opts->output)
		output__hold(&sh->out);
	if (sh->opts->stat) {
		sh->tally_start = 0;
		sh->tally = tally__new(&(struct tally_limits){0});
		return sh->tally ? 0 : -errno;
	}
	sh->timeline = timeline__new(&to, on_fact, sh);
	if (!sh->timeline)
		return -errno;
	if (!expect)
		return 0;
	sh->claims = claims__new(expect, run->scenario, run->case_name);
	return sh->claims ? 0 : -errno;
}

static const char *path_of(const struct show *sh, const struct event *rec)
{
	const union any_event *any = (const union any_event *)rec;

	if (rec->kind != EV_OP && rec->kind != EV_WAIT)
		return NULL;
	return tally__path(sh->tally, rec->kind == EV_OP ? &any->op.obj : &any->wait.obj);
}

/* In a live run the hooks have chosen already. */
static int sum_up(struct show *sh, const struct event *rec)
{
	__u64 at = record_place(rec);

	if (!sh->tally_start && record_starts(rec))
		sh->tally_start = rec->ts;
	at = sh->tally_start && at > sh->tally_start ? at - sh->tally_start : 0;
	if (sh->opts->file &&
	    !narrow__counts(sh->opts, rec, tally__comm(sh->tally, rec->tid), path_of(sh, rec), at))
		return tally__leave_out(sh->tally, rec);
	return tally__feed(sh->tally, rec);
}

int show__record(struct show *sh, const struct event *rec)
{
	int rc = sh->opts->silent ? 0 : fact_count__feed(&sh->facts, rec);

	if (rc)
		return rc;
	if (rec->kind == EV_LOST) {
		const struct ev_lost *lost = (const struct ev_lost *)rec;

		if (lost->cause < LOST_CAUSES) {
			sh->sum.lost[lost->cause] += lost->count;
			sh->sum.lost_total += lost->count;
		}
	}
	if (sh->tally)
		return sum_up(sh, rec);
	rc = sh->timeline ? timeline__feed(sh->timeline, rec) : 0;
	if (rc != -EPROTO)
		return rc;
	if (!sh->malformed++)
		log_warn("a record of kind %u is not well formed; it is left out", rec->kind);
	return 0;
}

int show__sum_op(void *show, const struct sum_op_key *key, const struct sum_op *sum)
{
	struct show *sh = show;

	return tally__feed_ops(sh->tally, key, sum, &sh->sum.summed);
}

int show__sum_wait(void *show, const struct sum_wait_key *key, const struct sum_wait *sum)
{
	struct show *sh = show;

	return tally__feed_waits(sh->tally, key, sum, &sh->sum.summed);
}

int show__advance(struct show *sh, __u64 ts)
{
	return sh->timeline ? timeline__advance(sh->timeline, ts) : 0;
}

int show__finish(struct show *sh)
{
	return sh->timeline ? timeline__finish(sh->timeline) : 0;
}

int show__flush(struct show *sh)
{
	return output__flush(&sh->out);
}

int show__write_error(const struct show *sh)
{
	return sh->out.error;
}

__u64 show__blocked_since(const struct show *sh)
{
	return sh->out.blocked_since;
}

void show__give_up(struct show *sh)
{
	sh->out.given_up = true;
}

const char *show__output_name(const struct show *sh)
{
	return sh->out.name;
}

static void on_verdict(void *ctx, const struct verdict *v)
{
	struct show *sh = ctx;

	sh->sum.held += v->result == CLAIM_HOLDS;
	sh->sum.failed += v->result == CLAIM_FAILS;
	sh->sum.inconclusive += v->result == CLAIM_INCONCLUSIVE;
	sh->ops->claim(sh->sink, v);
}

static void print_verdicts(struct show *sh, const struct trace_end *end)
{
	if (!sh->claims)
		return;
	if (end->doubt)
		claims__doubt(sh->claims, end->doubt);
	if (end->unwatched)
		claims__doubt_accesses(sh->claims, end->unwatched);
	if (end->broke_off)
		claims__broke_off(sh->claims, end->broke_off);
	claims__limit(sh->claims, end->limit);
	claims__finish(sh->claims, on_verdict, sh);
}

/* What `stat` has of the run. */
static int print_tally(struct show *sh, const char *doubt)
{
	__u64 n = sh->sum.lost_total - sh->lost_total;
	struct tally_rows rows;
	char lost[COUNTED_LEN];
	int rc = tally__finish(sh->tally, &rows);

	if (rc)
		return rc;
	if (n && !doubt)
		doubt = records_lost(lost, n);
	if (!strcmp(sh->opts->format, "json"))
		stat_report__json(&rows, doubt, sh->out.f);
	else
		stat_report__text(&rows, doubt, &sh->style);
	return 0;
}

/* Tells who was still asleep when the story ended, though the run went on. 0 or -ENOMEM. */
static int tell_asleep(struct show *sh)
{
	struct fact *facts;
	size_t n, shown = 0;
	int rc = timeline__asleep(sh->timeline, &facts, &n);

	for (size_t i = 0; i < n && !rc && sh->claims; i++)
		claims__asleep(sh->claims, &facts[i]);
	for (size_t i = 0; i < n && !rc; i++)
		if (narrow__shows(sh->opts, &facts[i]))
			facts[shown++] = facts[i];
	if (shown && !sh->opts->quiet)
		sh->ops->asleep(sh->sink, facts, shown);
	free(facts);
	return rc;
}

void show__end(struct show *sh, const struct trace_end *end)
{
	bool shown = sh->run && !end->not_started;

	sh->sum.records = fact_count__end(&sh->facts);
	if (shown && !sh->run_began)
		begin(sh);
	if (shown && end->output.len && !sh->opts->quiet)
		sh->ops->output(sh->sink, end->output.bytes, end->output.len);
	if (shown)
		sh->ops->end(sh->sink);
	if (shown && sh->tally && print_tally(sh, end->doubt)) {
		log_error("%s", strerror(ENOMEM));
		sh->failed = true;
	}
	if (shown && sh->timeline && end->cut_off && tell_asleep(sh)) {
		log_error("%s", strerror(ENOMEM));
		sh->failed = true;
	}
	/* On one terminal the diagnostics stand below the timeline that they are about. */
	output__let_go(&sh->out);
	output__flush(&sh->out);
	if (end->message)
		log_error("%s", end->message);
	sh->failed |= end->failed;
	/* That the time was up is what the claims are decided by. */
	sh->inconclusive |= end->inconclusive && !(end->limit && sh->claims);
	sh->sum.incomplete |= end->incomplete;
	if (shown)
		print_verdicts(sh, end);
	tally__free(sh->tally);
	sh->tally = NULL;
	claims__free(sh->claims);
	timeline__free(sh->timeline);
	sh->claims = NULL;
	sh->timeline = NULL;
	sh->run = NULL;
}

void show__failed(struct show *sh)
{
	sh->failed = true;
}

void show__not_whole(struct show *sh)
{
	sh->sum.not_whole = sh->sum.incomplete = sh->inconclusive = true;
}

static const char *note(const struct run_summary *sum)
{
	bool compat = sum->lost[LOST_COMPAT], uring = sum->lost[LOST_IO_URING];

	if (compat && uring)
		return "32-bit system calls and io_uring submissions are not seen";
	if (compat)
		return "32-bit system calls are not decoded";
	return uring ? "io_uring submissions are not seen by this backend" : NULL;
}

int show__close(struct show *sh)
{
	int status = EXIT_HELD;

	sh->sum.note = note(&sh->sum);
	if (sh->began)
		sh->ops->summary(sh->sink, &sh->sum);
	sh->ops->free(sh->sink);
	if (output__close(&sh->out))
		sh->failed = true;
	if (sh->failed || sh->sum.failed)
		status = EXIT_FAILED;
	else if (sh->inconclusive || sh->sum.inconclusive || sh->sum.lost_total)
		status = EXIT_INCONCLUSIVE;
	return status;
}

void show__free(struct show *sh)
{
	free(sh);
}
