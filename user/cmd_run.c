/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace run: any command and everything it starts. */
#include <stdlib.h>

#include "cmd.h"
#include "session.h"
#include "shell_words.h"

int cmd_run(const struct opts *o)
{
	struct session_run run = {
	    .argv = o->argv, .about.name = o->argv[0], .watch = o->watch, .n_watch = o->n_watch};
	struct session *s = session__new(o, o->n_watch);
	char *command;
	int status;

	if (!s)
		return EXIT_FAILED;
	command = shell_words(o->argv);
	run.about.command = command;
	session__run(s, &run);
	status = session__end(s);
	free(command);
	return status;
}
