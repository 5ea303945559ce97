/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace help: prints the help of all verbs, or of one. */
#include "cmd/cmd.h"
#include "opts/words.h"

/* What it is asked about, as if that had --help. */
static int take(struct opts *o, char *word)
{
	if (o->help)
		return opts__refuse_word(o, word);
	o->help = true;
	opts__set_verb(o, word);
	return -1;
}

static int print_help(const struct opts *o)
{
	opts__print_help(o);
	return 0;
}

const struct verb verb_help = {
    .name = "help",
    .args = "[VERB]",
    .help = "this text, or how a verb is called, and its options",
    .take = take,
    .run = print_help,
};
