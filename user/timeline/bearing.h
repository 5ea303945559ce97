/* SPDX-License-Identifier: GPL-2.0 */
/* Which facts a loss can concern: those that are missing, and those that would be different. */
#ifndef IPCTRACE_TIMELINE_BEARING_H
#define IPCTRACE_TIMELINE_BEARING_H

#define FACT_BIT(kind) (1U << (kind)) /* of an enum fact_kind */
#define FACT_ALL       (~0U)

/* FACT_BITs of a loss with this enum lost_cause; all of one that is not known. */
unsigned int bearing__of(unsigned int cause);

#endif
