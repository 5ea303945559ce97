/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which kinds of fact a loss can concern. A kind is left out only if no hook that makes it can have
 * lost anything for this cause, and nothing that is told with it (cause, holders, state) is derived
 * from a record that may be missing.
 */
#include "timeline/bearing.h"

#include "timeline/timeline.h"

/* Facts that need only tracepoints, which also see 32-bit tasks, and no table. */
#define LIFE                                                                                       \
	(FACT_BIT(FACT_FORK) | FACT_BIT(FACT_EXEC) | FACT_BIT(FACT_RENAME) | FACT_BIT(FACT_EXIT) | \
	 FACT_BIT(FACT_TASK) | FACT_BIT(FACT_DELIVER))

/* Facts that depend on holders and earlier operations: sleeps, wakeups and SIGPIPE name them. */
#define CALLS                                                                                      \
	(FACT_BIT(FACT_OP) | FACT_BIT(FACT_BLOCK) | FACT_BIT(FACT_WAKE) | FACT_BIT(FACT_SIGNAL) |  \
	 FACT_BIT(FACT_OBJECT))

static const unsigned int bearings[LOST_CAUSES] = {
    /* Any hook's. */
    [LOST_RING] = FACT_ALL,
    [LOST_STORAGE] = FACT_ALL,
    [LOST_NESTED] = FACT_ALL,
    [LOST_FILE] = FACT_ALL,
    /* A call may also map memory, and unknown mappings are not looked at. */
    [LOST_COMPAT] = ~LIFE,
    [LOST_WALK] = ~LIFE,
    /* io_uring maps nothing. */
    [LOST_IO_URING] = CALLS,
    /* Nothing else is drawn from accesses. */
    [LOST_WATCH] = FACT_BIT(FACT_ACCESS),
};

unsigned int bearing__of(unsigned int cause)
{
	return cause < LOST_CAUSES ? bearings[cause] : FACT_ALL;
}
