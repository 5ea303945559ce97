/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace stat: sums up what the other verbs trace or replay. */
#include "cmd/cmd.h"
#include "opts/words.h"

/* The options for what runs, not for a trace file. */
#define OPTS_LIVE (OPTS_PRINT | OPTS_TRACE | OPTS_PICK | OPT(RECORD))

enum { READ, COMMAND, PIDS, ALL };

static const char *check(const struct opts *o)
{
	/* With a file, -p narrows it. */
	if (!!o->file + !!o->argv[0] + (o->n_pids && !o->file) + o->all != 1)
		return "stat of what? one of a trace file, -- CMD ARGS..., -p PID and --all";
	return NULL;
}

static void settle(struct opts *o)
{
	o->stat = true;
}

static size_t form(const struct opts *o)
{
	if (o->file)
		return READ;
	if (o->attach)
		return o->all ? ALL : PIDS;
	return COMMAND;
}

static int sum_up(const struct opts *o)
{
	if (o->file)
		return verb_replay.run(o);
	return o->attach ? verb_attach.run(o) : verb_run.run(o);
}

const struct verb verb_stat = {
    .name = "stat",
    .args = "FILE | -- CMD...",
    .help = "sums: who waits for whom, on what, how long",
    .flags = VERB_COMMAND,
    .forms = {[READ] = {" FILE", OPTS_PRINT | OPTS_CUT},
	      [COMMAND] = {" -- CMD", OPTS_LIVE | OPTS_START},
	      [PIDS] = {" -p", OPTS_LIVE | OPTS_ADOPT},
	      [ALL] = {" --all", OPTS_LIVE | OPTS_ADOPT}},
    .form = form,
    .take = opts__take_file,
    .check = check,
    .settle = settle,
    .run = sum_up,
};
