/* SPDX-License-Identifier: GPL-2.0 */
/* The constants of all mechanisms, each in the file of its name. */
#ifndef IPCTRACE_MECH_MECHS_H
#define IPCTRACE_MECH_MECHS_H

#include "timeline/mech_ops.h"

#define MECH_OPS(mech, constant) extern const struct mech_ops constant;
#include "mech/mechs.def"

/* A futex is a word of an object that is another's. */
extern const struct mech_ops futex_ops;

#endif
