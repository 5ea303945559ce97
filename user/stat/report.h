/* SPDX-License-Identifier: GPL-2.0 */
/* Prints a tally for `ipctrace stat`, as text or JSON. */
#ifndef IPCTRACE_STAT_REPORT_H
#define IPCTRACE_STAT_REPORT_H

#include <stdio.h>

#include "print/style.h"
#include "stat/tally.h"

/* doubt: why every sum may be too small; NULL: it is not. */
void stat_report__text(const struct tally_rows *rows, const char *doubt, const struct style *st);
/* One object a line; words/schema.c describes them. */
void stat_report__json(const struct tally_rows *rows, const char *doubt, FILE *out);

/* "pipe:[123]", "fifo:/tmp/f"; "" of a row without an object. Not escaped. */
void stat_report__object(char *buf, size_t size, const struct tally_object *o);

#endif
