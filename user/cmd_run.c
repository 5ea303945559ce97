/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace run: any command and everything it starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "log.h"
#include "session.h"

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "%+,-./:=@_^";

/* The words as a shell would take them again. NULL without memory. */
static char *join(char *const *argv)
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

int cmd_run(const struct opts *o)
{
	struct session_run run = {
	    .argv = o->argv, .about.name = o->argv[0], .watch = o->watch, .n_watch = o->n_watch};
	struct session *s = session__new(o, o->n_watch);
	char *command;
	int status;

	if (!s)
		return EXIT_FAILED;
	command = join(o->argv);
	run.about.command = command;
	session__run(s, &run);
	status = session__end(s);
	free(command);
	return status;
}
