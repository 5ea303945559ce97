/* SPDX-License-Identifier: GPL-2.0 */
/* The table of all verbs. */
#include "cmd/cmd.h"

static const struct verb *const rows[] = {
#define VERB(name) &verb_##name,
#include "cmd/verbs.def"
    NULL,
};

const struct verbs verbs = {
    .rows = rows, .scenario = &verb_scenario, .schema = &verb_schema, .help = &verb_help};
