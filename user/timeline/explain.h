/* SPDX-License-Identifier: GPL-2.0 */
/* One plain sentence that says why: for every block, wakeup, end of file, EPIPE and signal. */
#ifndef IPCTRACE_EXPLAIN_H
#define IPCTRACE_EXPLAIN_H

#include <stddef.h>

#include "timeline.h"

/* Returns the length; 0 when the fact needs no sentence. Names in it are escaped for a terminal. */
size_t explain(const struct fact *fact, char *buf, size_t size);

#endif
