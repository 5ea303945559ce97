/* SPDX-License-Identifier: GPL-2.0 */
/* The records that prove or break a claim, as short lines. Internal to the claims. */
#ifndef IPCTRACE_CLAIMS_EVIDENCE_H
#define IPCTRACE_CLAIMS_EVIDENCE_H

#include "claims/pattern.h"

#define EVIDENCE_TEXT 400

/* The first and the last of any number of lines; one place stays free for what broke the claim. */
#define EVIDENCE_FIRST 3
#define EVIDENCE_LAST  (VERDICT_EVIDENCE - EVIDENCE_FIRST - 1)

struct evidence {
	char *first[EVIDENCE_FIRST];
	char *last[EVIDENCE_LAST]; /* a ring */
	size_t n;
};

/* Copies the line. 0 or -ENOMEM. */
int evidence__add(struct evidence *e, const char *text);
/* In order, into v; then extra, unless NULL. They stay e's. */
void evidence__list(const struct evidence *e, const char *extra, struct verdict *v);
void evidence__free(struct evidence *e);

/* "0.402 ms" */
const char *time_text(char *buf, size_t size, __u64 t);
/* "0.402 ms writer op write ret=13 pipe:[5123] used=16": what p speaks of. Escaped. */
void record_text(char *buf, size_t size, const struct fact *fact, struct lookup *lk,
		 const struct pattern *p);
/* "slept was 12 ms, wanted >= 100 ms; ...": the conditions that are not met. Escaped. */
void miss_text(char *buf, size_t size, const struct pattern *p, struct lookup *lk,
	       const struct binding *vars);

#endif
