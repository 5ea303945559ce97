/* SPDX-License-Identifier: GPL-2.0 */
/* A sleep in a few words, when it begins and when it ends. */
#ifndef IPCTRACE_TEXT_PHRASE_WAIT_H
#define IPCTRACE_TEXT_PHRASE_WAIT_H

#include <stddef.h>

#include "timeline/timeline.h"

/* "write sleeps: full" */
void phrase_wait__block(const struct fact *fact, char *buf, size_t size);
/* "10.0 ms, timer is up, ran 3.53 ms later" */
void phrase_wait__wake(const struct fact *fact, char *buf, size_t size);

#endif
