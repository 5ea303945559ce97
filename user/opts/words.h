/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the command line that are no options: the verb, and what it is about. */
#ifndef IPCTRACE_OPTS_WORDS_H
#define IPCTRACE_OPTS_WORDS_H

#include "opts/opts.h"

/* What the verb is about: options of one form may mean nothing to another. */
struct opts_form {
	unsigned int bit;  /* FOR_* */
	unsigned int verb; /* the bits of all forms of the verb */
	const char *words; /* " -- CMD": what says which form it is; "": there is one only */
};

bool opts__verb_is(const struct opts *o, const char *verb);
/* Each returns -1 to go on, or EXIT_USAGE after one message. */
int opts__take_word(struct opts *o, char *word);
/* word, the first of the line, is a command that a shell would run, which run takes. next: NULL at the end. */
int opts__refuse_command(const char *word, const char *next);
/* Whether the verb has what it needs, once all words are taken. */
int opts__check_words(struct opts *o);
/* Once they are checked. */
struct opts_form opts__form(const struct opts *o);

#endif
