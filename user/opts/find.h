/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the scenarios: beside the binary in the tree where it was built, else in lib/ipctrace of
 * the prefix where it is installed. So a moved or staged tree works.
 */
#ifndef IPCTRACE_OPTS_FIND_H
#define IPCTRACE_OPTS_FIND_H

#include <limits.h>
#include <stddef.h>

struct scenario_files {
	char binary[PATH_MAX];
	char expect[PATH_MAX];
};

/* Names of all scenarios, sorted; free with find__free_names(). 0; -errno: there are none to free. */
int find__names(char ***names, size_t *n);
void find__free_names(char **names, size_t n);
/* 0, -ENOENT for a name that is none, -errno. */
int find__scenario(const char *name, struct scenario_files *files);

#endif
