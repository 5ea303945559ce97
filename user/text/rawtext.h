/* SPDX-License-Identifier: GPL-2.0 */
/* --raw: one line a fact, every field by its name. */
#ifndef IPCTRACE_TEXT_RAWTEXT_H
#define IPCTRACE_TEXT_RAWTEXT_H

#include <stdio.h>

#include "timeline/timeline.h"

/* "0.402 writer/813 op op=write class=write fd=4 ..." */
void rawtext__fact(FILE *out, const struct fact *fact);

#endif
