// SPDX-License-Identifier: GPL-2.0
/* Prints verbs and options from the program's own tables, a line each, separated by tabs, for generate.awk. */
#include <stdio.h>

#include "opts/table.h"
#include "opts/words.h"

static void print_verb(const char *verb, const char *args, const char *help)
{
	printf("verb\t%s\t%s\t%s\n", verb, args, help);
}

/* Which options a verb has, in whichever of its forms. */
static void print_options_of(const char *verb)
{
	const struct opts o = {.verb = verb};
	const unsigned int bits = opts__form(&o).verb;

	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (option_rows[i].verbs & bits)
			printf("of\t%s\t%s\n", verb, option_rows[i].name);
}

int main(void)
{
#define VERB(name, args, help) print_verb(#name, args, help);
#include "opts/verbs.def"
	for (size_t i = 0; i < OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];

		printf("option\t%s\t%.1s\t%s\t%s\t%s\n", row->name, &row->letter,
		       row->arg ? row->arg : "", row->choices ? row->choices : "", row->help);
	}
#define VERB(name, args, help) print_options_of(#name);
#include "opts/verbs.def"
	print_options_of("scenario");
	return 0;
}
