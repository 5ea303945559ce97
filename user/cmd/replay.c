/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace replay: sends a trace file through the same timeline, claims and sinks as a live run. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/expect_file.h"
#include "cmd/info.h"
#include "lib/log.h"
#include "opts/words.h"
#include "file/reader.h"
#include "show/show.h"
#include "lib/units.h"

struct replay {
	const struct opts *o;
	struct reader *reader;
	struct show *show;
	struct blob expect_text; /* of --expect */
	struct trace_run run;
	struct expect *expect; /* of the run that goes on */
	bool damaged;	       /* within it */
	__u64 last_ts;
};

static const char *known(const char *word)
{
	return word ? word : "unknown";
}

/* Whether claims are known for the run that begins. False after a message. */
static bool has_claims(const struct replay *rp)
{
	const char *name = rp->run.case_name ? rp->run.case_name : "";
	const char *file = known(rp->run.expect_file);

	if (expect__case(rp->expect, name))
		return true;
	if (*name)
		log_error("%s has no case '%s', which %s is a run of", file, name, rp->o->file);
	else
		log_error("%s has claims of cases, and %s is a run of none; leave the 'case' lines "
			  "out",
			  file, rp->o->file);
	return false;
}

/* Whether claims that cannot be read may be valid, because a newer version wrote them. */
static bool claims_of_later(const struct replay *rp)
{
	if (rp->o->expect || !reader__newer(rp->reader))
		return false;
	log_warn("%s: a newer ipctrace wrote it, and its claims are left out", rp->o->file);
	show__not_whole(rp->show);
	return true;
}

static int begin_run(struct replay *rp, const struct trace_item *item)
{
	struct blob text = rp->expect_text;

	rp->run = *item->run.about;
	rp->last_ts = 0;
	rp->damaged = false;
	if (!item->run.known) {
		show__not_whole(rp->show);
		rp->run.name = rp->run.command = "unknown: the run's begin is damaged";
	}
	if (!text.bytes)
		text = rp->run.expect;
	else
		rp->run.expect_file = rp->o->expect;
	if (text.bytes && item->run.known && !rp->o->stat) {
		rp->expect = expect_file__parse(&text, known(rp->run.expect_file));
		if (!rp->expect && !claims_of_later(rp))
			return -EPROTO;
	}
	if (rp->expect && !has_claims(rp))
		return -EPROTO;
	return show__begin(rp->show, &rp->run, rp->expect);
}

/*
 * A claim may depend on what is missing. Versions that did not say whether all was recorded kept
 * only the claims of scenarios, of which all is recorded unless an option leaves something out.
 */
static const char *doubt_of_extent(const struct replay *rp)
{
	switch (rp->run.extent) {
	case EXTENT_WHOLE:
		return NULL;
	case EXTENT_NARROWED:
		return "it was recorded with options that leave records out";
	default:
		return rp->run.scenario ? NULL
					: "whether it was recorded with options that leave records "
					  "out is not known";
	}
}

static int end_run(struct replay *rp, const struct trace_end *end)
{
	struct trace_end all = {
	    .doubt = "the trace file breaks off", .inconclusive = 1, .incomplete = 1};
	int err = show__finish(rp->show);
	char size[UNIT_LEN];

	if (end)
		all = *end;
	/* What else a damaged part held is not known. */
	if (rp->damaged && (!end || !end->doubt))
		all.doubt = "the trace file is damaged";
	if (rp->expect && !all.doubt)
		all.doubt = doubt_of_extent(rp);
	show__end(rp->show, &all);
	if (all.cut)
		log_warn("%s: the last %s of what %s printed are not in it", rp->o->file,
			 format_bytes(size, all.cut), known(rp->run.name));
	expect__free(rp->expect);
	rp->expect = NULL;
	return err;
}

static int damage(struct replay *rp, __u64 bytes, __u64 records)
{
	struct ev_lost lost = {
	    .e = {.ts = rp->last_ts, .size = sizeof(lost), .kind = EV_LOST},
	    .count = records,
	    .cause = LOST_FILE,
	};

	char damaged[COUNTED_LEN], lost_with[COUNTED_LEN];

	log_warn("%s: %s %s damaged; with %s %s %s lost", rp->o->file,
		 counted(damaged, bytes, "byte"), bytes == 1 ? "is" : "are",
		 bytes == 1 ? "it" : "them", counted(lost_with, records, "record"),
		 records == 1 ? "is" : "are");
	show__not_whole(rp->show);
	/* The file may be damaged between two runs, too; the next one begins without. */
	rp->damaged = true;
	return records ? show__record(rp->show, &lost.e) : 0;
}

/* Claims may be about what is left out. */
static int unknown(struct replay *rp, __u64 records)
{
	struct ev_lost lost = {
	    .e = {.ts = rp->last_ts, .size = sizeof(lost), .kind = EV_LOST},
	    .count = records,
	    .cause = LOST_FILE,
	};
	char told[COUNTED_LEN];

	log_warn("%s: %s of it %s what only a newer ipctrace knows, and that is left out",
		 rp->o->file, counted(told, records, "record"), records == 1 ? "tells" : "tell");
	return show__record(rp->show, &lost.e);
}

static int replay_items(struct replay *rp)
{
	struct trace_item item;
	int err;

	do {
		err = reader__next(rp->reader, &item);
		if (err)
			return err;
		switch (item.kind) {
		case TRACE_RUN:
			err = begin_run(rp, &item);
			break;
		case TRACE_RECORD:
			rp->last_ts = item.rec->ts;
			err = show__record(rp->show, item.rec);
			break;
		case TRACE_TICK:
			err = show__advance(rp->show, item.tick);
			break;
		case TRACE_RUN_END:
			err = end_run(rp, item.end);
			if (!err && show__flush(rp->show))
				return 0;
			break;
		case TRACE_DAMAGE:
			err = damage(rp, item.damage.bytes, item.damage.records);
			break;
		case TRACE_UNKNOWN:
			err = unknown(rp, item.unknown);
			break;
		case TRACE_EOF:
			if (!item.complete) {
				log_warn("%s breaks off: its recorder was killed, or it is cut "
					 "short",
					 rp->o->file);
				show__not_whole(rp->show);
			}
			break;
		}
	} while (!err && item.kind != TRACE_EOF);
	return err;
}

static int replay(struct replay *rp)
{
	const struct trace_about *about = reader__about(rp->reader);
	int err, status;

	if (rp->o->info)
		return info__print(rp->reader, rp->o->file);
	if (rp->o->expect && expect_file__read(rp->o->expect, &rp->expect_text))
		return EXIT_FAILED;
	rp->show = show__new(rp->o, known(about->backend), known(about->kernel));
	if (rp->show)
		show__watched(rp->show, about->watched);
	if (!rp->show)
		return EXIT_FAILED;
	err = replay_items(rp);
	if (err) {
		if (err != -EPROTO)
			log_error("cannot replay %s: %s", rp->o->file, reader__why(err));
		show__failed(rp->show);
		show__end(rp->show, &(struct trace_end){.not_started = 1});
	}
	expect__free(rp->expect);
	status = show__close(rp->show);
	show__free(rp->show);
	return status;
}

static const char *check(const struct opts *o)
{
	return o->file ? NULL : "replay which file? try 'ipctrace replay FILE'";
}

enum { SHOW, INFO };

static size_t form(const struct opts *o)
{
	return o->info ? INFO : SHOW;
}

static int replay_file(const struct opts *o)
{
	struct replay rp = {.o = o};
	char why[200];
	int status, fd = open(o->file, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		log_error("cannot read %s: %s", o->file, strerror(errno));
		return EXIT_FAILED;
	}
	rp.reader = reader__new(fd, why, sizeof(why));
	if (!rp.reader) {
		log_error("cannot replay %s: %s", o->file, why);
		return EXIT_FAILED;
	}
	status = replay(&rp);
	reader__free(rp.reader);
	free((char *)rp.expect_text.bytes);
	return status;
}

const struct verb verb_replay = {
    .name = "replay",
    .args = "FILE",
    .help = "show a trace file as if it ran now; needs no root",
    .forms = {[SHOW] = {"", OPTS_SHOW | OPTS_CUT | OPT(EXPECT)}, [INFO] = {" --info", OPT(INFO)}},
    .form = form,
    .take = opts__take_file,
    .check = check,
    .run = replay_file,
};
