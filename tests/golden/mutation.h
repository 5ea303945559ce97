/* SPDX-License-Identifier: GPL-2.0 */
/* Mutations of a recording: every field of a record, its place, its presence, and strangers. */
#ifndef TESTS_MUTATION_H
#define TESTS_MUTATION_H

#include <stdbool.h>

#include "recording.h"

/* Gets each mutated recording and its name; false: no more are wanted. */
typedef bool (*mutation_fn)(void *ctx, const struct recording *r, const char *name);

/*
 * Calls fn with one mutated recording after the other. Of records that are alike the first, the
 * second and the last are mutated. Returns how many there were.
 */
unsigned long mutate(const struct recording *original, mutation_fn fn, void *ctx);

#endif
