/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is shown of the facts, by the options that narrow a run: the same when it is replayed. The
 * kernel has left out most of the rest already; what is left out here was needed to know the rest.
 */
#ifndef IPCTRACE_NARROW_H
#define IPCTRACE_NARROW_H

#include "opts.h"
#include "timeline.h"

bool narrow__shows(const struct opts *o, const struct fact *fact);

#endif
