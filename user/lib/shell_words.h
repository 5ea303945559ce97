/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a command so that a shell would take it again. */
#ifndef IPCTRACE_LIB_SHELL_WORDS_H
#define IPCTRACE_LIB_SHELL_WORDS_H

/* The words of argv, quoted where a shell would take them apart; to be freed. NULL without memory.
 */
char *shell_words(char *const *argv);

#endif
