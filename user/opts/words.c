/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the command line that are no options: the verb and its arguments. */
#include "opts/words.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opts/find.h"
#include "lib/log.h"
#include "lib/nearest.h"
#include "opts/verb.h"

/* The scenario's where the word is no verb. */
static const struct verb *find_verb(const struct verbs *verbs, const char *word)
{
	for (const struct verb *const *v = verbs->rows; *v; v++)
		if (!strcmp((*v)->name, word))
			return *v;
	return verbs->scenario;
}

static void add_scenario(struct opts *o, char *word)
{
	struct scenario_word *s = &o->scenarios[o->n_scenarios++];
	char *slash = strchr(word, '/');

	s->name = word;
	if (slash) {
		*slash = '\0';
		s->case_name = slash + 1;
	}
}

void opts__set_verb(struct opts *o, char *word)
{
	o->entry = find_verb(o->verbs, word);
	o->verb = word;
	if (o->entry == o->verbs->scenario)
		add_scenario(o, word);
}

/* "pipe-cases", "pipe-cases/4", whatever its cases are. */
static bool is_scenario(const char *word)
{
	struct scenario_files files;
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "/"), word);
	return !find__scenario(name, &files);
}

/* A word after a scenario is none itself: is it misspelt, or a case? */
static void refuse_scenario(const struct opts *o, const char *word)
{
	const char *near, *last = o->scenarios[o->n_scenarios - 1].name;
	char **names;
	size_t n;

	find__names(&names, &n); /* it fails: none is near */
	near = nearest_name(word, (const char *const *)names, n);
	if (near)
		log_error("no scenario '%s'; did you mean '%s'?", word, near);
	else
		log_error("'%s' after the scenario: one case is %s/%s, arguments come after --",
			  word, last, word);
	find__free_names(names, n);
}

int opts__take_scenario(struct opts *o, char *word)
{
	bool known = !o->n_scenarios || is_scenario(o->scenarios[0].name);

	if (!known && !is_scenario(word))
		return -1;
	if (!known) {
		log_error("no verb '%s'; did you mean 'ipctrace %s'?", o->scenarios[0].name, word);
	} else if (o->n_scenarios && !is_scenario(word)) {
		refuse_scenario(o, word);
	} else if (o->n_scenarios == OPTS_SCENARIOS) {
		log_error("at most %d scenarios at a time", OPTS_SCENARIOS);
	} else {
		add_scenario(o, word);
		return -1;
	}
	return EXIT_USAGE;
}

int opts__refuse_word(const struct opts *o, const char *word)
{
	log_error("'%s' takes no argument '%s'", o->verb, word);
	return EXIT_USAGE;
}

int opts__take_file(struct opts *o, char *word)
{
	if (o->file)
		return opts__refuse_word(o, word);
	o->file = word;
	return -1;
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

int opts__refuse_command(const struct opts *o, const char *word, const char *next)
{
	if (find_verb(o->verbs, word) != o->verbs->scenario || is_scenario(word) ||
	    (next && is_scenario(next)) || !is_command(word))
		return -1;
	log_error("no verb or scenario '%s'; to trace the command, say 'ipctrace run -- %s%s'",
		  word, word, next ? " ..." : "");
	return EXIT_USAGE;
}

int opts__take_word(struct opts *o, char *word)
{
	if (!o->entry)
		opts__set_verb(o, word);
	else if (o->entry->take)
		return o->entry->take(o, word);
	else
		return opts__refuse_word(o, word);
	return -1;
}

int opts__check_words(struct opts *o)
{
	const struct verb *v = o->entry;
	const char *wrong = v->check ? v->check(o) : NULL;

	if (wrong) {
		log_error("%s", wrong);
		return EXIT_USAGE;
	}
	/* A trace file is narrowed, not attached to. */
	o->attach = !o->file && (o->n_pids || o->all);
	if (v->settle)
		v->settle(o);
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

const struct verb_form *opts__form(const struct opts *o)
{
	return &o->entry->forms[o->entry->form ? o->entry->form(o) : 0];
}
