/* SPDX-License-Identifier: GPL-2.0 */
/* An open of a FIFO that waits for its partner, in words, for the timeline and for `why`. */
#ifndef IPCTRACE_NAMES_FIFO_WORDS_H
#define IPCTRACE_NAMES_FIFO_WORDS_H

#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

/* Which end the open of a WAIT_FIFO_PARTNER wants, END_READ or END_WRITE; 0: not known. */
__u8 fifo_wait_end(const struct ev_wait *w);
/* "it opens the read end, and nobody has opened the write end yet" */
void fifo_wait_words(char *buf, size_t size, const struct ev_wait *w);

#endif
