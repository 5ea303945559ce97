/* SPDX-License-Identifier: GPL-2.0 */
/* The source without tracing: asks the kernel once what every task waits for and who holds what. */
#ifndef IPCTRACE_TRACE_SURVEY_H
#define IPCTRACE_TRACE_SURVEY_H

#include <stddef.h>
#include <linux/types.h>

#include "abi/why.h"

struct survey;

/* rec lives until the call returns; its size is checked. Not 0 ends the reading. */
typedef int (*survey_fn)(void *ctx, const struct event *rec);

/* Loads the iterators. NULL with errno after one message on stderr. */
struct survey *survey__new(void);
/*
 * Hands every record of one look to fn (bpf/abi/why.h); may be called again. 0, -errno, or what fn
 * returned.
 */
int survey__read(struct survey *s, survey_fn fn, void *ctx);
void survey__free(struct survey *s);

#endif
