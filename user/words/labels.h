/* SPDX-License-Identifier: GPL-2.0 */
/* The words that JSON, --raw and .expect files use for the values of our own enums. */
#ifndef IPCTRACE_WORDS_LABELS_H
#define IPCTRACE_WORDS_LABELS_H

#include "timeline/timeline.h"

/* Each returns NULL for a value without a name. */
const char *fact_label(enum fact_kind kind);   /* "block": as .expect files name facts */
const char *class_label(unsigned int class);   /* enum op_class: "read" */
const char *cause_label(enum cause_kind kind); /* "no-readers" */
const char *change_label(unsigned int change); /* enum object_change: "exit-closed" */
const char *end_label(unsigned int end);       /* "read", "write", "both" */
const char *context_label(unsigned int ctx);   /* enum wake_ctx: "signal" */
const char *lost_label(unsigned int cause);    /* enum lost_cause: "ring" */
const char *map_label(unsigned int change);    /* enum map_change: "attached" */
const char *prot_label(unsigned int prot);     /* PROT_*: "rw", "none" */
const char *access_label(unsigned int kind);   /* enum access_kind: "load" */
const char *update_label(unsigned int update); /* NULL: none */
const char *result_label(int result);	       /* enum signal_result: "ignored" */

#endif
