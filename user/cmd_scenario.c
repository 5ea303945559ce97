/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace SCENARIO[/CASE]: runs each case by itself and tests its claims. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "expect_file.h"
#include "nearest.h"
#include "find.h"
#include "log.h"
#include "session.h"

#define ARGS_MAX 64

struct job {
	const struct opts *o;
	struct scenario_files files;
	const char *expect_file;
	struct blob text;
	struct expect *expect;
	const struct expect_case *cases;
	size_t n_cases;
};

static int load_expect(struct job *job)
{
	job->expect_file = job->o->expect ? job->o->expect : job->files.expect;
	if (expect_file__read(job->expect_file, &job->text))
		return EXIT_FAILED;
	job->expect = expect_file__parse(&job->text, job->expect_file);
	if (!job->expect)
		return EXIT_FAILED;
	job->n_cases = expect__cases(job->expect, &job->cases);
	return 0;
}

static int check_case(const struct job *job)
{
	const char *wanted = job->o->case_name, *near, **names;

	if (!wanted)
		return 0;
	names = calloc(job->n_cases + 1, sizeof(*names));
	if (!names)
		return EXIT_FAILED;
	for (size_t i = 0; i < job->n_cases; i++) {
		names[i] = job->cases[i].name;
		if (*wanted && !strcmp(names[i], wanted)) {
			free(names);
			return 0;
		}
	}
	near = nearest_name(wanted, names, job->n_cases);
	if (near)
		log_error("%s has no case '%s'; did you mean '%s/%s'?", job->o->scenario, wanted,
			  job->o->scenario, near);
	else
		log_error("%s has no case '%s'; see ipctrace list", job->o->scenario, wanted);
	free(names);
	return EXIT_USAGE;
}

/* The words of the case, and those of the command line. What is wrong with them, or NULL. */
static const char *words_of(const struct job *job, const struct expect_case *c,
			    struct watch_spec words[WATCH_WORDS], size_t *n)
{
	const char *wrong = NULL;

	*n = 0;
	for (size_t i = 0; c->watches[i] && !wrong; i++)
		wrong = watch_spec__add(words, n, c->watches[i]);
	for (size_t i = 0; i < job->o->n_watch && !wrong; i++)
		wrong = watch_spec__add(words, n, job->o->watch[i].text);
	return wrong;
}

static int run_case(const struct job *job, struct session *s, const struct expect_case *c)
{
	struct watch_spec words[WATCH_WORDS];
	const struct opts *o = job->o;
	char *argv[ARGS_MAX], hold[16], name[256];
	struct session_run run = {
	    .argv = argv,
	    .about = {.name = name,
		      .scenario = o->scenario,
		      .case_name = c->name,
		      .title = c->title,
		      .expect_file = job->expect_file,
		      .expect = job->text},
	    .expect = job->expect,
	};
	int n = 0;

	snprintf(name, sizeof(name), "%s%s%s", o->scenario, *c->name ? "/" : "", c->name);
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
	if (o->interactive)
		argv[n++] = "--interactive";
	if (*c->name)
		argv[n++] = (char *)c->name;
	for (char **arg = o->argv; *arg && n < ARGS_MAX - 1; arg++)
		argv[n++] = *arg;
	argv[n] = NULL;
	words_of(job, c, words, &run.n_watch);
	run.watch = words;
	return session__run(s, &run);
}

static bool is_wanted(const struct job *job, const struct expect_case *c)
{
	return !job->o->case_name || !strcmp(job->o->case_name, c->name);
}

/* Whether any case that will run has words to watch, into *watch. False after a message. */
static bool check_words(const struct job *job, bool *watch)
{
	*watch = false;
	for (size_t i = 0; i < job->n_cases; i++) {
		struct watch_spec words[WATCH_WORDS];
		const char *wrong;
		size_t n;

		if (!is_wanted(job, &job->cases[i]))
			continue;
		wrong = words_of(job, &job->cases[i], words, &n);
		if (wrong) {
			log_error("%s: words of its own and of --watch are more than it takes: %s",
				  job->o->scenario, wrong);
			return false;
		}
		*watch |= n;
	}
	return true;
}

static int run_cases(struct job *job)
{
	struct session *s;
	bool watch;

	if (!check_words(job, &watch))
		return EXIT_USAGE;
	s = session__new(job->o, watch);
	if (!s)
		return EXIT_FAILED;
	for (size_t i = 0; i < job->n_cases; i++)
		if (is_wanted(job, &job->cases[i]))
			if (run_case(job, s, &job->cases[i]))
				break;
	return session__end(s);
}

int cmd_scenario(const struct opts *o)
{
	struct job job = {.o = o};
	int status, rc = find__scenario(o->scenario, &job.files);

	if (rc) {
		log_error("cannot find %s: %s", o->scenario, strerror(-rc));
		return EXIT_FAILED;
	}
	status = load_expect(&job);
	if (!status)
		status = check_case(&job);
	if (!status)
		status = run_cases(&job);
	expect__free(job.expect);
	free((char *)job.text.bytes);
	return status;
}
