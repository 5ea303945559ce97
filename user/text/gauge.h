/* SPDX-License-Identifier: GPL-2.0 */
/* An object's state in little room: a gauge and a few numbers, as abi/mech.def's GAUGE rows say. */
#ifndef IPCTRACE_TEXT_GAUGE_H
#define IPCTRACE_TEXT_GAUGE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "abi/event.h"
#include "print/style.h"

/* Columns that a gauge of this many cells takes with its text, for usual numbers. */
int gauge__width(int cells);
/*
 * Writes "r1 w1 ████ 16/16 65520B"; cells 0: without the bar. "" for a mechanism that has no gauge.
 * Returns whether it is full.
 */
bool gauge__format(const struct style *style, unsigned int mech, const struct ipc_state *st,
		   int cells, char *buf, size_t size);

#endif
