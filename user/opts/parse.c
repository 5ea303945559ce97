/* SPDX-License-Identifier: GPL-2.0 */
/* Parses and checks the command line by the table of options. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/nearest.h"
#include "opts/opts.h"
#include "opts/filter.h"
#include "opts/table.h"
#include "opts/value.h"
#include "opts/verb.h"
#include "opts/words.h"

static int usage_name(const char *what, const char *word, const char *const *names, size_t n)
{
	const char *near = nearest_name(word, names, n);

	if (near)
		log_error("no %s '%s'; did you mean '%s'?", what, word, near);
	else
		log_error("no %s '%s'; see ipctrace --help", what, word);
	return EXIT_USAGE;
}

/* What options of other tools are here. */
static const struct {
	const char *name, *hint;
} hints[] = {
    {"--width", "lines are as long as the terminal is wide, or as COLUMNS=100 says"},
    {"--columns", "lines are as long as the terminal is wide, or as COLUMNS=100 says"},
    {"--case", "a case is part of the scenario's name: pipe-cases/4"},
    {"--json", "it is -f json"},
    {"--no-color", "it is --color never"},
    {"--duration", "attach, record and stat take --for 10s; what is started takes --timeout"},
};

static int unknown_option(const char *word, size_t len)
{
	const char *names[OPTION_ROWS];
	char text[128], dashed[OPTION_ROWS][24];

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (strlen(hints[i].name) != len || strncmp(hints[i].name, word, len))
			continue;
		log_error("no option '%s'; %s", hints[i].name, hints[i].hint);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < OPTION_ROWS; i++) {
		snprintf(dashed[i], sizeof(dashed[i]), "--%s", option_rows[i].name);
		names[i] = dashed[i];
	}
	snprintf(text, sizeof(text), "%.*s", (int)len, word);
	return usage_name("option", text, names, OPTION_ROWS);
}

static int apply(struct opts *o, const struct option_row *row, const char *arg)
{
	char *at = (char *)o + row->at;
	const char *must = NULL;
	char choices[CHOICES_LEN];

	switch (row->value) {
	case FLAG:
		*(bool *)at = true;
		return -1;
	case STRING:
		*(const char **)at = arg;
		must = *arg ? NULL : "a file name";
		break;
	case CHOICE:
		*(const char **)at = arg;
		must = opts__in_choices(arg, row->choices)
			   ? NULL
			   : opts__choices_text(choices, row->choices);
		break;
	case BACKEND:
		must = backend_parse(arg, (enum backend *)at)
			   ? opts__choices_text(choices, row->choices)
			   : NULL;
		break;
	case DURATION:
		must = opts__duration(arg, (unsigned int *)at) ? "a time like 500ms, 1.5s or 2m"
							       : NULL;
		break;
	case HOLD:
		must = opts__hold(arg, (unsigned int *)at) ? "200 to 600000 milliseconds" : NULL;
		break;
	case SIZE:
		must = opts__size(arg, (size_t *)at) ? "a power of two from 4k to 1G" : NULL;
		break;
	case TIME:
		must = opts__time(arg, (__u64 *)at) ? "a time like 1.5s, 20ms or 7us" : NULL;
		break;
	case BYTES:
		must = opts__bytes(arg, (__u64 *)at) ? "a size like 64M, at least 256k" : NULL;
		break;
	case NARROW:
		must = opts__narrow(o, row->name, arg);
		break;
	case WATCH:
		must = watch_spec__add(o->watch, &o->n_watch, arg);
		break;
	case HELP:
		o->help = true;
		return -1;
	case VERSION_TEXT:
		printf("ipctrace %s\n", VERSION);
		return 0;
	case SCHEMA:
		o->entry = o->verbs->schema;
		o->verb = o->entry->name;
		return -1;
	}
	if (!must)
		return -1;
	log_error("--%s '%s' is wrong: it takes %s", row->name, arg, must);
	return EXIT_USAGE;
}

struct parser {
	int argc, at;
	char **argv;
	__u64 given; /* bit i: option_rows[i] was given */
};

static int apply_row(struct opts *o, struct parser *p, const struct option_row *row,
		     const char *attached)
{
	const char *arg = attached;

	if (row->arg && !arg) {
		if (p->at >= p->argc) {
			log_error("--%s needs %s after it", row->name, row->arg);
			return EXIT_USAGE;
		}
		arg = p->argv[p->at++];
	}
	p->given |= 1ULL << (row - option_rows);
	return apply(o, row, arg);
}

static int long_option(struct opts *o, struct parser *p, const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < OPTION_ROWS; i++) {
		if (strlen(option_rows[i].name) != len - 2 ||
		    strncmp(option_rows[i].name, word + 2, len - 2))
			continue;
		if (word[len] && !option_rows[i].arg) {
			log_error("--%s takes no value", option_rows[i].name);
			return EXIT_USAGE;
		}
		return apply_row(o, p, &option_rows[i], word[len] ? word + len + 1 : NULL);
	}
	return unknown_option(word, len);
}

/* -q, -qv, -f json, -fjson */
static int short_options(struct opts *o, struct parser *p, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct option_row *row = NULL;
		int rc;

		for (size_t i = 0; i < OPTION_ROWS && !row; i++)
			if (option_rows[i].letter == *c)
				row = &option_rows[i];
		if (!row)
			return unknown_option(word, strlen(word));
		rc = apply_row(o, p, row, row->arg && c[1] ? c + 1 : NULL);
		if (rc >= 0 || row->arg)
			return rc;
	}
	return -1;
}

/* An option that means nothing to the verb is a slip, not a wish. */
static int check_given(const struct opts *o, __u64 given)
{
	const struct verb_form *form = opts__form(o);
	const __u64 takes = OPTS_ALWAYS | form->options, elsewhere = opts__of_verb(o->entry);

	for (size_t i = 0; i < OPTION_ROWS; i++) {
		if (!(given & ~takes & 1ULL << i))
			continue;
		log_error("--%s means nothing to '%s%s'; see ipctrace --help", option_rows[i].name,
			  o->verb, elsewhere & 1ULL << i ? form->words : "");
		return EXIT_USAGE;
	}
	if (o->expect && !o->file && opts__narrowed(o)) {
		log_error("--expect tests claims on all records: it does not go with --comm, "
			  "--mech, --pipe, --min-wait, --waits and their like");
		return EXIT_USAGE;
	}
	if (watch_spec__beyond(o->n_watch, watch_by__find(o->watch_by))) {
		log_error("--watch takes %s",
			  watch_spec__beyond(o->n_watch, watch_by__find(o->watch_by)));
		return EXIT_USAGE;
	}
	if (o->max_size && !o->record) {
		log_error("--max-size bounds a trace file: it goes with --record FILE");
		return EXIT_USAGE;
	}
	if (o->force && !o->output && !o->record) {
		log_error("--force replaces a file: it goes with -o FILE or --record FILE");
		return EXIT_USAGE;
	}
	if (!(o->entry->flags & VERB_DOT) && !strcmp(o->format, "dot")) {
		log_error("--format dot means nothing to '%s': it is for why", o->verb);
		return EXIT_USAGE;
	}
	return -1;
}

static bool has_flag(const struct opts *o, unsigned int flag)
{
	return o->entry && o->entry->flags & flag;
}

/* -- where no command can follow: says after what it can. */
static int refuse_dashes(const struct verbs *verbs)
{
	char text[256] = "";
	size_t len = 0;

	for (const struct verb *const *v = verbs->rows; *v && len < sizeof(text); v++)
		if ((*v)->flags & VERB_COMMAND)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? ", " : "", (*v)->name);
	log_error("-- comes after %s or a scenario; see ipctrace --help", text);
	return EXIT_USAGE;
}

static int parse_words(struct opts *o, struct parser *p)
{
	while (p->at < p->argc) {
		char *word = p->argv[p->at];
		int rc;

		if (has_flag(o, VERB_REST) && (word[0] != '-' || !word[1])) {
			o->argv = p->argv + p->at;
			return -1;
		}
		p->at++;
		if (!strcmp(word, "--")) {
			if (!o->n_scenarios && !has_flag(o, VERB_COMMAND))
				return refuse_dashes(o->verbs);
			o->argv = p->argv + p->at;
			return -1;
		}
		if (word[0] == '-' && word[1])
			rc = word[1] == '-' ? long_option(o, p, word) : short_options(o, p, word);
		else if (!o->entry && opts__refuse_command(o, word, p->argv[p->at]) >= 0)
			rc = EXIT_USAGE;
		else
			rc = opts__take_word(o, word);
		if (rc >= 0 || (o->help && o->entry != o->verbs->help))
			return rc;
	}
	o->argv = p->argv + p->argc;
	return -1;
}

/* Long enough for every scenario to end by itself, whatever --hold is. */
#define SCENARIO_TIMEOUT_MS 30000
#define HOLDS_AT_MOST	    4

int opts__parse(struct opts *o, const struct verbs *verbs, int argc, char **argv)
{
	struct parser p = {.argc = argc, .at = 1, .argv = argv};
	unsigned int unset = UINT_MAX;
	int rc;

	*o = (struct opts){.verbs = verbs,
			   .format = "text",
			   .pace = "quick",
			   .colour = "auto",
			   .watch_by = "auto",
			   .timeout_ms = unset};
	rc = parse_words(o, &p);
	if (rc >= 0)
		return rc;
	if (o->entry && o->entry == verbs->help)
		o->help = true;
	if (o->help)
		return -1;
	if (!o->entry) {
		log_error("what shall be traced? try 'ipctrace list' or 'ipctrace --help'");
		return EXIT_USAGE;
	}
	if (o->entry == verbs->schema)
		return check_given(o, p.given);
	rc = opts__check_words(o);
	if (rc >= 0)
		return rc;
	if (o->timeout_ms == unset)
		o->timeout_ms = o->n_scenarios && !o->interactive
				    ? SCENARIO_TIMEOUT_MS + HOLDS_AT_MOST * o->hold_ms
				    : 0;
	return check_given(o, p.given);
}
