/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory in a few words: mappings, touches and accesses. */
#ifndef IPCTRACE_TEXT_PHRASE_SHM_H
#define IPCTRACE_TEXT_PHRASE_SHM_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "abi/event.h"
#include "print/style.h"
#include "timeline/timeline.h"
#include "words/explain.h"

void phrase_shm__map(const struct fact *fact, char *buf, size_t size);
void phrase_shm__fault(const struct ev_fault *f, char *buf, size_t size);
/* Faults, one a page, in the call nr; -1: in none. */
void phrase_shm__pages(const struct touched_pages *p, bool write, int nr, char *buf, size_t size);
/* "store 3 -> 4 at +8 (worker.c:48)" */
void phrase_shm__access(const struct style *st, const struct fact *fact, char *buf, size_t size);
/* "store at +8", of an access; "store" while it is the only word. */
void phrase_shm__word(const struct fact *fact, char *buf, size_t size);

#endif
