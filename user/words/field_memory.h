/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of facts about shared memory. */
#ifndef IPCTRACE_WORDS_FIELD_MEMORY_H
#define IPCTRACE_WORDS_FIELD_MEMORY_H

#include "words/fields.h"

/* What a file in memory is open for, its seals, and what was asked of it. */
void fields__file(struct fields *fs, const struct ev_op *op);
void fields__map(struct fields *fs, const struct fact *fact);
void fields__fault(struct fields *fs, const struct fact *fact);
void fields__access(struct fields *fs, const struct fact *fact);

#endif
