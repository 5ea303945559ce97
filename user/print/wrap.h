/* SPDX-License-Identifier: GPL-2.0 */
/* Words on stdout in lines of at most 80 columns. */
#ifndef IPCTRACE_PRINT_WRAP_H
#define IPCTRACE_PRINT_WRAP_H

#include <stddef.h>

/*
 * Prints words from column *col on, after a blank if that is right of indent; a line that would
 * grow too long goes on below, at indent.
 */
void put_words(const char *text, size_t indent, size_t *col);

#endif
