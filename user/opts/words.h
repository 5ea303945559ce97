/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the command line that are no options: the verb and its arguments. */
#ifndef IPCTRACE_OPTS_WORDS_H
#define IPCTRACE_OPTS_WORDS_H

#include "opts/opts.h"

struct verb_form;

/* The first word, or what `help` is asked about: a verb, or else a scenario. */
void opts__set_verb(struct opts *o, char *word);
/*
 * Each of these returns -1 to go on, or EXIT_USAGE after one message.
 * One scenario more, "pipe-cases" or "pipe-cases/4"; a first one that is none main() refuses.
 */
int opts__take_scenario(struct opts *o, char *word);
/*
 * A word more than the verb takes; behind a name that is no scenario's, that is what main() refuses.
 */
int opts__refuse_word(const struct opts *o, const char *word);
int opts__take_word(struct opts *o, char *word);
/* For a verb that takes one trace file. */
int opts__take_file(struct opts *o, char *word);
/* word, the first of the line, is a command that a shell would run, which run takes. next: NULL at the end. */
int opts__refuse_command(const struct opts *o, const char *word, const char *next);
/* Whether the verb has what it needs, once all words are taken. */
int opts__check_words(struct opts *o);
/* Once they are checked. */
const struct verb_form *opts__form(const struct opts *o);

#endif
