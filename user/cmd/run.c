/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace run: traces any command and everything it starts. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/expect_file.h"
#include "lib/log.h"
#include "session/session.h"
#include "lib/shell_words.h"

/* Claims about a command, and the words that they speak of besides those of --watch. */
static int add_claims(struct session_run *run, const struct expect_file *f, const struct opts *o,
		      struct watch_spec words[WATCH_WORDS])
{
	const struct expect_case *c = expect__case(f->expect, "");
	const char *wrong;

	if (!c) {
		log_error("%s has claims of cases, and a command has none; leave the 'case' lines "
			  "out",
			  f->path);
		return EXIT_USAGE;
	}
	wrong = watch_spec__join(words, &run->n_watch, c->watches, o->watch, o->n_watch);
	if (!wrong)
		wrong = watch_spec__beyond(run->n_watch, watch_by__find(o->watch_by));
	if (wrong) {
		log_error("%s: words of its own and of --watch are more than it takes: %s", f->path,
			  wrong);
		return EXIT_USAGE;
	}
	run->watch = words;
	run->expect = f->expect;
	run->about.title = *c->title ? c->title : NULL;
	run->about.expect_file = f->path;
	run->about.expect = f->text;
	return 0;
}

static int run_it(const struct opts *o, const struct session_run *run)
{
	struct session *s = session__new(o, run->n_watch);

	if (!s)
		return EXIT_FAILED;
	session__run(s, run);
	return session__end(s);
}

static const char *check(const struct opts *o)
{
	return o->argv[0] ? NULL : "run what? try 'ipctrace run -- CMD ARGS...'";
}

static int run_command(const struct opts *o)
{
	struct watch_spec watched[WATCH_WORDS];
	struct session_run run = {
	    .argv = o->argv, .about.name = o->argv[0], .watch = o->watch, .n_watch = o->n_watch};
	struct expect_file claims = {0};
	char *words = shell_words(o->argv), *command = NULL;
	int status = 0;

	/* As it could be typed: record and stat run it likewise. */
	if (words && asprintf(&command, "run -- %s", words) < 0)
		command = NULL;
	free(words);
	run.about.command = command;
	if (o->expect)
		status = expect_file__load(&claims, o->expect)
			     ? EXIT_FAILED
			     : add_claims(&run, &claims, o, watched);
	if (!status)
		status = run_it(o, &run);
	expect_file__free(&claims);
	free(command);
	return status;
}

const struct verb verb_run = {
    .name = "run",
    .args = "[--] CMD [ARG...]",
    .help = "trace a command and everything it starts",
    .flags = VERB_COMMAND | VERB_REST,
    .forms = {{"", OPTS_SHOW | OPTS_TRACE | OPTS_START | OPTS_PICK | OPTS_WATCH | OPT(EXPECT) |
		       OPT(RECORD)}},
    .check = check,
    .run = run_command,
};
