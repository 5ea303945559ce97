/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds where instructions are in their programs: from a process and an address to symbol and line.
 * A process may be gone when its records are read, so its mappings are noted before.
 */
#ifndef IPCTRACE_WATCH_PLACES_H
#define IPCTRACE_WATCH_PLACES_H

#include <stdbool.h>
#include <linux/types.h>
#include <sys/types.h>

#include "abi/event.h"

struct places;

struct places *places__new(void); /* NULL with errno */
/* Notes what pid has mapped now. */
void places__look(struct places *ps, pid_t pid);
/* A fork, exec or exit: what is noted of the process goes with it. */
void places__follow(struct places *ps, const struct event *rec);
/* Fills in the record that names the place of a; false: it was told before, or is not known. */
bool places__tell(struct places *ps, const struct ev_access *a, struct ev_symbol *to);
void places__free(struct places *ps); /* NULL is fine */

#endif
