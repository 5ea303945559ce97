/* SPDX-License-Identifier: GPL-2.0 */
/* A command line that is parsed, and what is said to it; for tests of the command line. */
#ifndef IPCTRACE_OPTS_RIG_H
#define IPCTRACE_OPTS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/cmd.h"
#include "opts/opts.h"

#define ARGS_MAX 32

static char said[4096]; /* by the last parse(), on stdout and stderr */
static char store[1024];
static char *args[ARGS_MAX + 1];

/* Splits at single spaces; the words live until the next call. */
static inline int parse(struct opts *o, const char *line)
{
	int argc = 0, status, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int catch = memfd_create("said", MFD_CLOEXEC);
	ssize_t n;

	snprintf(store, sizeof(store), "ipctrace%s%s", *line ? " " : "", line);
	for (char *s = store; s && argc < ARGS_MAX; argc++)
		args[argc] = strsep(&s, " ");
	args[argc] = NULL;
	fflush(stdout);
	dup2(catch, STDOUT_FILENO);
	dup2(catch, STDERR_FILENO);
	status = opts__parse(o, &verbs, argc, args);
	if (status < 0 && o->help) /* as main() does */
		opts__print_help(o);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	n = pread(catch, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(catch);
	close(out);
	close(err);
	return status;
}

static inline void refused(const char *line, const char *words)
{
	struct opts o;

	if (parse(&o, line) != EXIT_USAGE)
		fail_msg("'%s' was taken", line);
	if (!strstr(said, words))
		fail_msg("'%s' got '%s', not '%s'", line, said, words);
	/* One line, and it says who speaks. */
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	assert_ptr_equal(strstr(said, "ipctrace: "), said);
}

#endif
