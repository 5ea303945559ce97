/* SPDX-License-Identifier: GPL-2.0 */
/* The schema of the JSON output (JSON Schema, draft 2020-12). */
#ifndef IPCTRACE_WORDS_SCHEMA_H
#define IPCTRACE_WORDS_SCHEMA_H

#include <stdio.h>

/* Describes one line of output. Every field is named; a field that is not is an error. */
void schema__print(FILE *out);

#endif
