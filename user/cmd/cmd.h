/* SPDX-License-Identifier: GPL-2.0 */
/* The verbs. main() passes them to the parser and runs the one that is asked for. */
#ifndef IPCTRACE_CMD_CMD_H
#define IPCTRACE_CMD_CMD_H

#include "opts/opts.h"
#include "opts/verb.h"

extern const struct verbs verbs;

#define VERB(name) extern const struct verb verb_##name;
#include "cmd/verbs.def"
extern const struct verb verb_scenario; /* any other word */
extern const struct verb verb_schema;	/* --json-schema */

#endif
