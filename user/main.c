/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace: parses the command line by the table of verbs, runs the verb, and exits. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "lib/nearest.h"
#include "opts/find.h"
#include "lib/log.h"
#include "opts/opts.h"
#include "opts/table.h"
#include "opts/overlap.h"
#include "lib/shell_words.h"
#include "file/trace_file.h"

static char buffer[64 << 10]; /* of stdout: more than a help or a list has */

static int unknown_word(const char *word, bool with_verbs)
{
	const char *kind = with_verbs ? "verb or " : "", *near, **all;
	char **names;
	size_t n, n_verbs = 0, used = 0;

	find__names(&names, &n); /* it fails: none is near */
	while (verbs.rows[n_verbs])
		n_verbs++;
	all = calloc(n_verbs + n, sizeof(*all));
	for (size_t i = 0; all && with_verbs && i < n_verbs; i++)
		all[used++] = verbs.rows[i]->name;
	for (size_t i = 0; all && i < n; i++)
		all[used++] = names[i];
	near = nearest_name(word, all, used);
	if (near)
		log_error("no %sscenario '%s'; did you mean '%s'?", kind, word, near);
	else
		log_error("no %sscenario '%s'; see ipctrace list and ipctrace --help", kind, word);
	free(all);
	find__free_names(names, n);
	return EXIT_USAGE;
}

/* The writer of a trace file decides how much is kept in memory, so that has a bound. */
static void bound_memory(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_DATA, &limit) || limit.rlim_cur <= READ_MEMORY_MAX)
		return;
	limit.rlim_cur = READ_MEMORY_MAX;
	setrlimit(RLIMIT_DATA, &limit);
}

static int dispatch(const struct opts *o)
{
	const struct scenario_word *first = o->n_scenarios ? &o->scenarios[0] : NULL;
	struct scenario_files files;
	int status;

	log_verbose = o->verbose;
	/* opts__parse() complains of further words. */
	if (first && find__scenario(first->name, &files))
		return unknown_word(first->name, o->verb == first->name && !first->case_name);
	if (o->help) {
		opts__print_help(o);
		return 0;
	}
	status = overlap__check(o);
	if (status >= 0)
		return status;
	if (o->file)
		bound_memory();
	return o->entry->run(o);
}

/* A file opened later must not become stdout. */
static void fill_standard_fds(void)
{
	int fd;

	/* Read-only: what is written to a closed stdout fails, as it should. */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	/* Whole: opts__parse() takes words apart. */
	char *command = shell_words(argv);
	struct opts o;
	int status;

	fill_standard_fds();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Not LC_NUMERIC: a comma in a number would break JSON. */
	setlocale(LC_CTYPE, "");
	/* fflush() below has the reason of the last write only, so a help must be one. */
	setvbuf(stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof(buffer));
	status = opts__parse(&o, &verbs, argc, argv);
	o.command = command;
	if (status < 0)
		status = dispatch(&o);
	free(command);
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		/* Whoever read has enough. */
		if (errno == EPIPE)
			return EXIT_FAILED;
		log_error("cannot write to stdout: %s", strerror(errno ? errno : EIO));
		return EXIT_FAILED;
	}
	return status;
}
