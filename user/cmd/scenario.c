/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace SCENARIO[/CASE]...: runs each case by itself and tests its claims. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/expect_file.h"
#include "lib/nearest.h"
#include "opts/find.h"
#include "opts/words.h"
#include "lib/log.h"
#include "session/session.h"

#define ARGS_MAX 64

/* One scenario of those on the command line. */
struct job {
	const struct opts *o;
	const char *name;
	const char *wanted; /* the case; NULL: all */
	struct scenario_files files;
	struct expect_file own;	  /* the scenario's */
	struct expect_file other; /* of --expect */
	const struct expect_file *tested;
};

static int load_claims(struct job *job)
{
	job->tested = &job->own;
	if (expect_file__load(&job->own, job->files.expect))
		return EXIT_FAILED;
	if (!job->o->expect)
		return 0;
	job->tested = &job->other;
	return expect_file__load(&job->other, job->o->expect) ? EXIT_FAILED : 0;
}

static int no_case(const struct job *job)
{
	const char *near, *scenario = job->name, **names;

	names = calloc(job->own.n_cases + 1, sizeof(*names));
	if (!names)
		return EXIT_FAILED;
	for (size_t i = 0; i < job->own.n_cases; i++)
		names[i] = job->own.cases[i].name;
	near = nearest_name(job->wanted, names, job->own.n_cases);
	if (near)
		log_error("%s has no case '%s'; did you mean '%s/%s'?", scenario, job->wanted,
			  scenario, near);
	else
		log_error("%s has no case '%s'; see ipctrace list", scenario, job->wanted);
	free(names);
	return EXIT_USAGE;
}

static int check_case(const struct job *job)
{
	const char *wanted = job->wanted;

	if (!wanted || (*wanted && expect__case(job->tested->expect, wanted)))
		return 0;
	if (!*wanted || !expect__case(job->own.expect, wanted))
		return no_case(job);
	log_error("%s has no case '%s', which %s has; leave --expect out, or add it there",
		  job->other.path, wanted, job->name);
	return EXIT_USAGE;
}

static bool is_wanted(const struct job *job, const struct expect_case *c)
{
	return !job->wanted || !strcmp(job->wanted, c->name);
}

/* The scenario's own file knows, whatever claims are tested. */
static bool asks(const struct job *job, const struct expect_case *c)
{
	const struct expect_case *own = expect__case(job->own.expect, c->name);

	return job->o->interactive && own && own->interactive;
}

static int check_interactive(const struct job *job)
{
	const struct opts *o = job->o;

	for (size_t i = 0; o->interactive && i < job->tested->n_cases; i++)
		if (is_wanted(job, &job->tested->cases[i]) && asks(job, &job->tested->cases[i]))
			return 0;
	if (!o->interactive)
		return 0;
	log_error("--interactive means nothing to '%s%s%s', which asks for nothing; see ipctrace "
		  "--help",
		  job->name, job->wanted ? "/" : "", job->wanted ? job->wanted : "");
	return EXIT_USAGE;
}

static int run_case(const struct job *job, struct session *s, const struct expect_case *c)
{
	struct watch_spec words[WATCH_WORDS];
	const struct opts *o = job->o;
	char *argv[ARGS_MAX], hold[16], name[256];
	struct session_run run = {
	    .argv = argv,
	    .about = {.name = name,
		      .scenario = job->name,
		      .case_name = c->name,
		      .title = c->title,
		      .expect_file = job->tested->path,
		      .expect = job->tested->text},
	    .expect = job->tested->expect,
	};
	int n = 0;

	snprintf(name, sizeof(name), "%s%s%s", job->name, *c->name ? "/" : "", c->name);
	snprintf(hold, sizeof(hold), "%u", o->hold_ms);
	argv[n++] = (char *)job->files.binary;
	if (o->hold_ms) {
		argv[n++] = "--hold";
		argv[n++] = hold;
	}
	if (strcmp(o->pace, "quick")) {
		argv[n++] = "--pace";
		argv[n++] = (char *)o->pace;
	}
	if (asks(job, c))
		argv[n++] = "--interactive";
	if (*c->name)
		argv[n++] = (char *)c->name;
	for (char **arg = o->argv; *arg && n < ARGS_MAX - 1; arg++)
		argv[n++] = *arg;
	argv[n] = NULL;
	watch_spec__join(words, &run.n_watch, c->watches, o->watch, o->n_watch);
	run.watch = words;
	return session__run(s, &run);
}

/* *most becomes no less than the words that each case which will run has to watch. */
static int check_words(const struct job *job, size_t *most)
{
	for (size_t i = 0; i < job->tested->n_cases; i++) {
		struct watch_spec words[WATCH_WORDS];
		const char *wrong;
		size_t n;

		if (!is_wanted(job, &job->tested->cases[i]))
			continue;
		wrong = watch_spec__join(words, &n, job->tested->cases[i].watches, job->o->watch,
					 job->o->n_watch);
		if (!wrong)
			wrong = watch_spec__beyond(n, watch_by__find(job->o->watch_by));
		if (wrong) {
			log_error("%s: words of its own and of --watch are more than it takes: %s",
				  job->name, wrong);
			return EXIT_USAGE;
		}
		if (n > *most)
			*most = n;
	}
	return 0;
}

/* Reads its claims, and looks whether all that is asked for is there. */
static int prepare(struct job *job, size_t *most)
{
	int status, rc = find__scenario(job->name, &job->files);

	if (rc) {
		log_error("cannot find %s: %s", job->name, strerror(-rc));
		return EXIT_FAILED;
	}
	status = load_claims(job);
	if (!status)
		status = check_case(job);
	if (!status)
		status = check_interactive(job);
	return status ? status : check_words(job, most);
}

/* Not 0: nothing more is to be run. */
static int run_cases(const struct job *job, struct session *s)
{
	for (size_t i = 0; i < job->tested->n_cases; i++)
		if (is_wanted(job, &job->tested->cases[i]))
			if (run_case(job, s, &job->tested->cases[i]))
				return 1;
	return 0;
}

static int run_jobs(struct job *jobs, const struct opts *o)
{
	struct session *s;
	size_t most = 0;
	int status = 0;

	for (size_t i = 0; !status && i < o->n_scenarios; i++) {
		jobs[i].o = o;
		jobs[i].name = o->scenarios[i].name;
		jobs[i].wanted = o->scenarios[i].case_name;
		status = prepare(&jobs[i], &most);
	}
	if (status)
		return status;
	s = session__new(o, most);
	if (!s)
		return EXIT_FAILED;
	for (size_t i = 0; i < o->n_scenarios; i++)
		if (run_cases(&jobs[i], s))
			break;
	return session__end(s);
}

static const char *check(const struct opts *o)
{
	if (o->n_scenarios < 2)
		return NULL;
	if (o->expect || o->interactive || o->argv[0])
		return "--expect, --interactive and what comes after -- are for one scenario";
	return NULL;
}

static int run_scenarios(const struct opts *o)
{
	struct job *jobs = calloc(o->n_scenarios, sizeof(*jobs));
	int status = EXIT_FAILED;

	if (jobs)
		status = run_jobs(jobs, o);
	else
		log_error("%s", strerror(ENOMEM));
	for (size_t i = 0; jobs && i < o->n_scenarios; i++) {
		expect_file__free(&jobs[i].own);
		expect_file__free(&jobs[i].other);
	}
	free(jobs);
	return status;
}

const struct verb verb_scenario = {
    .args = "[SCENARIO[/CASE]...] [-- ARGUMENT...]",
    .help = "scenarios: each of their cases, its timeline, its claims; see ipctrace list",
    .flags = VERB_COMMAND,
    .forms = {{"", OPTS_SHOW | OPTS_TRACE | OPTS_LESSON | OPTS_WATCH | OPT(RECORD)}},
    .take = opts__take_scenario,
    .check = check,
    .run = run_scenarios,
};
