/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace --json-schema: an option that acts as a verb. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "words/schema.h"

static int print_schema(const struct opts *o)
{
	schema__print(stdout);
	return 0;
}

const struct verb verb_schema = {.name = "--json-schema", .forms = {{"", 0}}, .run = print_schema};
