/* SPDX-License-Identifier: GPL-2.0 */
/* The words that phrases are made of: names, never NULL, that harm no terminal. */
#ifndef IPCTRACE_TEXT_PHRASE_WORDS_H
#define IPCTRACE_TEXT_PHRASE_WORDS_H

#include <stddef.h>

#include "timeline/timeline.h"

#define PHRASE_WORD (4 * PATH_LEN)

const char *phrase__call_name(int nr);	  /* "?": no such call */
const char *phrase__signal_name(int sig); /* "signal ?": no such signal */
/* The first max bytes of s; returns buf. */
const char *phrase__escaped(char buf[PHRASE_WORD], const char *s, size_t max);
/* Its name, and what tells it from its namesakes; returns buf. */
const char *phrase__actor(char buf[PHRASE_WORD], const struct actor *who);

#endif
