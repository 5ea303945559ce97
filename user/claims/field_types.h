/* SPDX-License-Identifier: GPL-2.0 */
/* Which fields a fact of a kind can have, and of which types. */
#ifndef IPCTRACE_CLAIMS_FIELD_TYPES_H
#define IPCTRACE_CLAIMS_FIELD_TYPES_H

#include "words/fields.h"

/* A bit (1 << enum field_type) for each type the field is seen with; 0: no such field. */
unsigned int field_types(enum fact_kind kind, const char *name);

#endif
