// SPDX-License-Identifier: GPL-2.0
/* Prints verbs and options from the program's own entries, a line each, separated by tabs, for generate.awk. */
#include <stdio.h>

#include "cmd/cmd.h"

/* Which options a verb has, in whichever of its forms. */
static void print_options_of(const char *name, const struct verb *verb)
{
	const __u64 options = opts__of_verb(verb);

	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (options & 1ULL << i)
			printf("of\t%s\t%s\n", name, option_rows[i].name);
}

int main(void)
{
	for (const struct verb *const *v = verbs.rows; *v; v++)
		printf("verb\t%s\t%s\t%s\n", (*v)->name, (*v)->args, (*v)->help);
	for (size_t i = 0; i < OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];

		printf("option\t%s\t%.1s\t%s\t%s\t%s\n", row->name, &row->letter,
		       row->arg ? row->arg : "", row->choices ? row->choices : "", row->help);
	}
	for (const struct verb *const *v = verbs.rows; *v; v++)
		print_options_of((*v)->name, *v);
	print_options_of("scenario", verbs.scenario);
	return 0;
}
