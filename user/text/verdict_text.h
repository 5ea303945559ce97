/* SPDX-License-Identifier: GPL-2.0 */
/* Prints verdicts and the trust line as text. */
#ifndef IPCTRACE_TEXT_VERDICT_TEXT_H
#define IPCTRACE_TEXT_VERDICT_TEXT_H

#include "claims/claims.h"
#include "sink/sink.h"
#include "print/style.h"

/* evidence: also of a claim that holds. */
void verdict_text__claim(const struct style *st, const struct verdict *v, bool evidence);
void verdict_text__summary(const struct style *st, const struct run_summary *sum);

#endif
