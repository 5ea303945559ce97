/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the command line that are no options: the verb, and what it is about. */
#include "opts/words.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opts/find.h"
#include "lib/log.h"
#include "opts/filter.h"
#include "opts/table.h"
#include "opts/value.h"

static bool is_verb(const char *word)
{
#define VERB(name, args, help)                                                                     \
	if (!strcmp(word, #name))                                                                  \
		return true;
#include "opts/verbs.def"
	return false;
}

bool opts__verb_is(const struct opts *o, const char *verb)
{
	return o->verb && !strcmp(o->verb, verb);
}

static void set_scenario(struct opts *o, char *word)
{
	char *slash = strchr(word, '/');

	o->scenario = word;
	if (slash) {
		*slash = '\0';
		o->case_name = slash + 1;
	}
}

/* A number is a process id; anything else the name of processes. */
static int take_process(struct opts *o, const char *word)
{
	unsigned int pid;

	if (o->n_pids == OPTS_PIDS || o->n_names == OPTS_PIDS) {
		log_error("why takes %d process ids or names at most", OPTS_PIDS);
		return EXIT_USAGE;
	}
	if (word[strspn(word, "0123456789")]) {
		o->names[o->n_names++] = word;
		return -1;
	}
	if (opts__pid(word, &pid)) {
		log_error("why takes process ids or names, not '%s'", word);
		return EXIT_USAGE;
	}
	o->pids[o->n_pids++] = (pid_t)pid;
	return -1;
}

/* One scenario, and no other word; where the first is none, that is what is wrong. */
static int after_scenario(const struct opts *o, const char *word)
{
	struct scenario_files files;
	bool known = !find__scenario(o->scenario, &files), another = !find__scenario(word, &files);

	if (!known && !another)
		return -1; /* main() says so */
	if (!known)
		log_error("no verb '%s'; did you mean 'ipctrace %s'?", o->scenario, word);
	else if (another)
		log_error("one scenario at a time: '%s' comes after '%s'", word, o->scenario);
	else
		log_error("'%s' after the scenario: one case is %s/%s, arguments come after --",
			  word, o->scenario, word);
	return EXIT_USAGE;
}

static bool is_executable(const char *dir, size_t len, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%.*s%s%s", (int)len, dir, len ? "/" : "", name);
	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* What a shell would run. */
static bool is_command(const char *word)
{
	const char *path = getenv("PATH");

	if (strchr(word, '/'))
		return is_executable("", 0, word);
	for (const char *end; path && *path; path = end + !!*end) {
		end = strchrnul(path, ':');
		if (is_executable(path, end - path, word))
			return true;
	}
	return false;
}

static bool is_scenario(const char *word)
{
	struct scenario_files files;
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "/"), word);
	return !find__scenario(name, &files);
}

int opts__refuse_command(const char *word, const char *next)
{
	if (is_verb(word) || is_scenario(word) || (next && is_scenario(next)) || !is_command(word))
		return -1;
	log_error("no verb or scenario '%s'; to trace the command, say 'ipctrace run -- %s%s'",
		  word, word, next ? " ..." : "");
	return EXIT_USAGE;
}

/* help VERB */
static void take_topic(struct opts *o, char *word)
{
	o->help = true;
	o->verb = word;
	if (!is_verb(word))
		set_scenario(o, word);
}

int opts__take_word(struct opts *o, char *word)
{
	if (opts__verb_is(o, "help") && !o->help) {
		take_topic(o, word);
	} else if (!o->verb) {
		o->verb = word;
		if (!is_verb(word))
			set_scenario(o, word);
	} else if (opts__verb_is(o, "record") && !o->scenario) {
		set_scenario(o, word);
	} else if ((opts__verb_is(o, "replay") || opts__verb_is(o, "stat")) && !o->file) {
		o->file = word;
	} else if (opts__verb_is(o, "diff") && !o->other_file) {
		*(o->file ? &o->other_file : &o->file) = word;
	} else if (opts__verb_is(o, "why")) {
		return take_process(o, word);
	} else if (opts__verb_is(o, "attach")) {
		const char *must = opts__narrow(o, "pid", word);

		if (!must)
			return -1;
		log_error("attach takes %s, not '%s'", must, word);
		return EXIT_USAGE;
	} else if (o->scenario) {
		return after_scenario(o, word);
	} else {
		log_error("'%s' takes no argument '%s'", o->verb, word);
		return EXIT_USAGE;
	}
	return -1;
}

int opts__check_words(struct opts *o)
{
	const char *need = NULL;

	if (opts__verb_is(o, "run") && !o->argv[0])
		need = "run what? try 'ipctrace run -- CMD ARGS...'";
	else if (opts__verb_is(o, "attach") && !o->n_pids == !o->all)
		need = o->all ? "attach to some or to all? try 'ipctrace attach PID'"
			      : "attach to what? try 'ipctrace attach PID', or --all";
	else if (opts__verb_is(o, "record") &&
		 !!o->scenario + !!o->argv[0] * !o->scenario + !!o->n_pids + o->all != 1)
		need = "record what? one of a scenario, -- CMD ARGS..., -p PID and --all";
	else if (opts__verb_is(o, "record") && !o->output)
		need = "record needs -o FILE; --record FILE with another verb records and shows";
	else if (opts__verb_is(o, "replay") && !o->file)
		need = "replay which file? try 'ipctrace replay FILE'";
	else if (opts__verb_is(o, "diff") && !o->other_file)
		need = "diff of what? it takes two trace files: try 'ipctrace diff FILE FILE'";
	else if (opts__verb_is(o, "stat") &&
		 !!o->file + !!o->argv[0] + (o->n_pids && !o->file) + o->all != 1)
		need = "stat of what? one of a trace file, -- CMD ARGS..., -p PID and --all";
	else if (opts__verb_is(o, "why") && !(o->n_pids + o->n_names) == !o->all)
		need = o->all ? "why some or all? try 'ipctrace why PID' or 'ipctrace why --all'"
			      : "why who? try 'ipctrace why PID', NAME, or --all";
	if (need) {
		log_error("%s", need);
		return EXIT_USAGE;
	}
	if (opts__verb_is(o, "record")) {
		o->record = o->output;
		o->output = NULL;
		o->silent = true;
	}
	o->stat = opts__verb_is(o, "stat");
	/* Of a file it narrows. */
	o->attach = !o->file && !opts__verb_is(o, "why") && (o->n_pids || o->all);
	if (o->for_ms && !o->attach) {
		log_error(
		    "--for is for -p PID and --all; a command ends by itself, or by --timeout");
		return EXIT_USAGE;
	}
	if (o->attach)
		o->filter.flags |= o->all	    ? FILTER_ALL
				   : o->no_children ? FILTER_PARTNERS
						    : FILTER_PARTNERS | FILTER_CHILDREN;
	return -1;
}

static struct opts_form record_form(const struct opts *o)
{
	if (o->attach)
		return (struct opts_form){FOR_RECORD_ATTACH, FOR_RECORD, o->all ? " --all" : " -p"};
	if (o->scenario)
		return (struct opts_form){FOR_RECORD_SCENARIO, FOR_RECORD, " SCENARIO"};
	return (struct opts_form){FOR_RECORD_RUN, FOR_RECORD, " -- CMD"};
}

static struct opts_form stat_form(const struct opts *o)
{
	const unsigned int verb = FOR_STAT | FOR_STAT_FILE;

	if (o->file)
		return (struct opts_form){FOR_STAT_FILE, verb, " FILE"};
	if (o->attach)
		return (struct opts_form){FOR_STAT_ATTACH, verb, o->all ? " --all" : " -p"};
	return (struct opts_form){FOR_STAT_RUN, verb, " -- CMD"};
}

struct opts_form opts__form(const struct opts *o)
{
	static const struct {
		const char *verb;
		unsigned int bit;
	} bits[] = {
	    {"run", FOR_RUN},
	    {"list", FOR_LIST},
	    {"doctor", FOR_DOCTOR},
	    {"attach", FOR_ATTACH},
	    {"why", FOR_WHY},
	    {"diff", FOR_DIFF},
	    {"--json-schema", FOR_SCHEMA},
	};

	if (opts__verb_is(o, "replay") && o->info)
		return (struct opts_form){FOR_INFO, FOR_REPLAY | FOR_INFO, " --info"};
	if (opts__verb_is(o, "record"))
		return record_form(o);
	if (opts__verb_is(o, "stat"))
		return stat_form(o);
	if (opts__verb_is(o, "replay"))
		return (struct opts_form){FOR_REPLAY, FOR_REPLAY | FOR_INFO, ""};
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (opts__verb_is(o, bits[i].verb))
			return (struct opts_form){bits[i].bit, bits[i].bit, ""};
	return (struct opts_form){FOR_SCENARIO, FOR_SCENARIO, ""};
}
