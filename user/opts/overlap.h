/* SPDX-License-Identifier: GPL-2.0 */
/* Refuses an output that is an input or the other output, because opening it would empty it. */
#ifndef IPCTRACE_OPTS_OVERLAP_H
#define IPCTRACE_OPTS_OVERLAP_H

#include "opts/opts.h"

/*
 * Before anything is opened for writing. Files are the same by device and inode, or, of one that
 * is not there yet, by where it would be made; FIFOs, terminals and devices are not looked at.
 * -1 to go on, or EXIT_USAGE after one message.
 */
int overlap__check(const struct opts *o);

#endif
