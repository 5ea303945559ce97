/* SPDX-License-Identifier: GPL-2.0 */
/* "did you mean": the name nearest to a misspelt one. */
#ifndef IPCTRACE_LIB_NEAREST_H
#define IPCTRACE_LIB_NEAREST_H

#include <stddef.h>

/* The nearest of n names within an edit distance that a slip explains; NULL when none is near. */
const char *nearest_name(const char *word, const char *const *names, size_t n);

#endif
