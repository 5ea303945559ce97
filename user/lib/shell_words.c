/* SPDX-License-Identifier: GPL-2.0 */
/* Quotes the words of a command. */
#include "lib/shell_words.h"

#include <stdio.h>
#include <string.h>

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "%+,-./:=@_^";

char *shell_words(char *const *argv)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; argv[i]; i++) {
		const char *word = argv[i];

		if (i)
			fputc(' ', out);
		if (*word && word[strspn(word, plain)] == '\0') {
			fputs(word, out);
			continue;
		}
		fputc('\'', out);
		for (; *word; word++)
			fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
		fputc('\'', out);
	}
	fclose(out);
	return text;
}
