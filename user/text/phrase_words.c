/* SPDX-License-Identifier: GPL-2.0 */
/* The words that phrases are made of: names, never NULL, that harm no terminal. */
#include "text/phrase_words.h"

#include <stdio.h>
#include <string.h>

#include "lib/escape.h"
#include "names/names.h"

const char *phrase__call_name(int nr)
{
	const char *name = syscall_name(nr);

	return name ? name : "?";
}

const char *phrase__signal_name(int sig)
{
	const char *name = signal_name(sig);

	return name ? name : "signal ?";
}

const char *phrase__escaped(char buf[PHRASE_WORD], const char *s, size_t max)
{
	escape_text(buf, PHRASE_WORD, s, strnlen(s, max));
	return buf;
}

const char *phrase__actor(char buf[PHRASE_WORD], const struct actor *who)
{
	size_t n;

	phrase__escaped(buf, who->comm, COMM_LEN);
	n = strlen(buf);
	if (who->namesake)
		snprintf(buf + n, PHRASE_WORD - n, " %u", who->pid);
	return buf;
}
