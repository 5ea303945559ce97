/* SPDX-License-Identifier: GPL-2.0 */
#include "names/fifo_words.h"

#include <stdio.h>

#include "names/mech.h"

/* fifo_open() counts the opener before it waits, and its partner is what it waits for. */
__u8 fifo_wait_end(const struct ev_wait *w)
{
	const __u32 *v = w->state.v;

	if (w->reason != WAIT_FIFO_PARTNER || w->e.flags & EVF_NO_STATE ||
	    !v[PIPE_READERS] == !v[PIPE_WRITERS])
		return 0;
	return v[PIPE_READERS] ? END_READ : END_WRITE;
}

void fifo_wait_words(char *buf, size_t size, const struct ev_wait *w)
{
	__u8 end = fifo_wait_end(w);

	if (end)
		snprintf(buf, size, "it opens the %s end, and nobody has opened the %s end yet",
			 end == END_READ ? "read" : "write", end == END_READ ? "write" : "read");
	else
		snprintf(buf, size, "%s", reason__get(WAIT_FIFO_PARTNER)->sentence);
}
