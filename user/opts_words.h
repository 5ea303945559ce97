/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the command line that are no options: the verb, and what it is about. */
#ifndef IPCTRACE_OPTS_WORDS_H
#define IPCTRACE_OPTS_WORDS_H

#include "opts.h"

bool opts__verb_is(const struct opts *o, const char *verb);
/* Each returns -1 to go on, or EXIT_USAGE after one message. */
int opts__take_word(struct opts *o, char *word);
/* Whether the verb has what it needs, once all words are taken. */
int opts__check_words(struct opts *o);

#endif
