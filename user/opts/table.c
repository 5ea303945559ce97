// SPDX-License-Identifier: GPL-2.0
#include "opts/table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "opts/filter.h"
#include "opts/opts.h"
#include "opts/verb.h"

#define AT(member) offsetof(struct opts, member)

/* The mechanisms of the kernel's table, and signals, which are none. */
static const char mech_choices[] =
#define MECH(id, name, label, ...) label "|"
#include "abi/mech.def"
    SIGNAL_WORD;
static const char mech_help[] = "only "
#define MECH(id, name, label, ...) label ", "
#include "abi/mech.def"
    SIGNAL_WORD;

const struct option_row option_rows[] = {
#define OPTION(id, letter, name, arg, value, at, choices, help)                                    \
	[OPT_##id] = {letter, name, arg, value, at, choices, help},
#include "opts/options.def"
};

__u64 opts__of_verb(const struct verb *verb)
{
	__u64 options = OPTS_ALWAYS;

	for (size_t i = 0; i < VERB_FORMS; i++)
		options |= verb->forms[i].options;
	return options;
}

#define HELP_AT	   27 /* the column where an option's help begins */
#define HELP_WIDTH (79 - HELP_AT)

/* In lines that begin below each other: the mechanisms are more than one line has room for. */
static void print_help(const char *help)
{
	size_t left = strlen(help), n;

	while (left > HELP_WIDTH) {
		for (n = HELP_WIDTH; n && help[n] != ' ';)
			n--;
		if (!n)
			break;
		printf("%.*s\n%*s", (int)n, help, HELP_AT, "");
		help += n + 1;
		left -= n + 1;
	}
	printf("%s\n", help);
}

static void print_option(const struct option_row *row)
{
	char left[32];

	snprintf(left, sizeof(left), "--%s%s%s", row->name, row->arg ? " " : "",
		 row->arg ? row->arg : "");
	printf("  %c%c%c %-20s ", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
	       row->letter ? ',' : ' ', left);
	print_help(row->help);
}

static void print_all(const struct verbs *verbs)
{
	printf("usage: ipctrace [OPTION...] SCENARIO[/CASE]...\n"
	       "       ipctrace [OPTION...] VERB\n\n"
	       "Shows why processes wait for each other.\n\n");
	for (const struct verb *const *v = verbs->rows; *v; v++)
		printf("  %-8s%-18s%s\n", (*v)->name, (*v)->args, (*v)->help);
	printf("\noptions (those of one verb: ipctrace help VERB):\n");
	for (size_t i = 0; i < OPTION_ROWS; i++)
		print_option(&option_rows[i]);
	printf("\nexit status: 0 all claims hold, 1 one fails or tracing failed, 2 usage,\n"
	       "3 inconclusive. See ipctrace(1).\n");
}

void opts__print_help(const struct opts *o)
{
	const struct verb *v = o->entry;
	__u64 options;

	if (!v || v == o->verbs->help || v == o->verbs->schema) {
		print_all(o->verbs);
		return;
	}
	printf("usage: ipctrace %s%s [OPTION...] %s\n\n%c%s.\n\noptions:\n", o->verb,
	       v->name ? "" : "[/CASE]", v->args, toupper(v->help[0]), &v->help[1]);
	/* What is printed in place of the verb's work is no option of it. */
	options = opts__of_verb(v) & ~(OPT(JSON_SCHEMA) | OPT(VERSION));
	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (options & 1ULL << i)
			print_option(&option_rows[i]);
}
