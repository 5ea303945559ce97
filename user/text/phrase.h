/* SPDX-License-Identifier: GPL-2.0 */
/* A fact in a few words, for its task's lane: "write 13", "close 3 (last read end)", "exits 0". */
#ifndef IPCTRACE_TEXT_PHRASE_H
#define IPCTRACE_TEXT_PHRASE_H

#include <stddef.h>

#include "print/style.h"
#include "timeline/timeline.h"

#define CALL_LEN 96

/* Nothing in it needs escaping. from_sender: a signal as its sender's act, "kill writer SIGTERM".
 */
void phrase(const struct style *st, const struct fact *fact, bool from_sender, char *buf,
	    size_t size);

/* The operation without its result: "write", "fcntl F_SETPIPE_SZ". */
void phrase__call(const struct fact *fact, char buf[CALL_LEN]);

#endif
