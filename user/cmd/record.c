/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace record: traces as the other verbs do, into a trace file, and shows nothing meanwhile. */
#include "cmd/cmd.h"
#include "opts/words.h"

#define OPTS_ANY (OPTS_FILE | OPTS_TRACE | OPTS_PICK | OPTS_WATCH | OPT(QUIET))

enum { SCENARIO, COMMAND, PIDS, ALL };

static const char *check(const struct opts *o)
{
	/* What comes after a scenario's -- is for it. */
	if (!!o->n_scenarios + (o->argv[0] && !o->n_scenarios) + !!o->n_pids + o->all != 1)
		return "record what? one of scenarios, -- CMD ARGS..., -p PID and --all";
	if (!o->output)
		return "record needs -o FILE; --record FILE with another verb records and shows";
	return verb_scenario.check(o);
}

static void settle(struct opts *o)
{
	o->record = o->output;
	o->output = NULL;
	o->silent = true;
}

static size_t form(const struct opts *o)
{
	if (o->attach)
		return o->all ? ALL : PIDS;
	return o->n_scenarios ? SCENARIO : COMMAND;
}

static int record(const struct opts *o)
{
	if (o->attach)
		return verb_attach.run(o);
	return o->n_scenarios ? verb_scenario.run(o) : verb_run.run(o);
}

const struct verb verb_record = {
    .name = "record",
    .args = "-o FILE WHAT",
    .help = "keep a scenario, -- CMD, -p PID or --all in a file",
    .flags = VERB_COMMAND,
    .forms = {[SCENARIO] = {" SCENARIO", OPTS_ANY | OPTS_LESSON},
	      [COMMAND] = {" -- CMD", OPTS_ANY | OPTS_START | OPT(EXPECT)},
	      [PIDS] = {" -p", OPTS_ANY | OPTS_ADOPT},
	      [ALL] = {" --all", OPTS_ANY | OPTS_ADOPT}},
    .form = form,
    .take = opts__take_scenario,
    .check = check,
    .settle = settle,
    .run = record,
};
