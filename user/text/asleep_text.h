/* SPDX-License-Identifier: GPL-2.0 */
/* Tells who sleeps at the end of a story, and who holds the other end. */
#ifndef IPCTRACE_TEXT_ASLEEP_TEXT_H
#define IPCTRACE_TEXT_ASLEEP_TEXT_H

#include "print/style.h"
#include "timeline/timeline.h"

/* facts: of timeline__asleep(), longest first. */
void asleep_text(const struct style *st, const struct fact *facts, size_t n);

#endif
