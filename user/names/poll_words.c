/* SPDX-License-Identifier: GPL-2.0 */
#include "names/poll_words.h"

#include <stdio.h>
#include <sys/epoll.h>

#include "lib/units.h"

/* EP_PRIVATE_BITS of fs/eventpoll.c, and no event beside them: ep_send_events() leaves that of an
 * item that was EPOLLONESHOT. */
bool poll_disarmed(__u32 events)
{
	return !(events & ~(EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE));
}

void poll_item_words(char *buf, size_t size, __u32 events, __u8 end, const struct ipc_state *st)
{
	const __u32 *v = st ? st->v : NULL;
	char bytes[COUNTED_LEN];

	buf[0] = '\0';
	if (poll_disarmed(events))
		snprintf(buf, size,
			 " (disarmed: EPOLLONESHOT, and its event came; only "
			 "epoll_ctl(EPOLL_CTL_MOD) arms it again)");
	else if (!v || !(events & EPOLLET))
		return;
	else if (events & EPOLLIN && end & END_READ && v[PIPE_USED])
		snprintf(buf, size,
			 " (holds %s, but edge-triggered: only what comes from now on is an event)",
			 v[PIPE_BYTES] ? counted(bytes, v[PIPE_BYTES], "byte") : "data");
	else if (events & EPOLLOUT && end & END_WRITE && v[PIPE_USED] < v[PIPE_SLOTS])
		snprintf(buf, size,
			 " (has room, but edge-triggered: only room that is made from now on is an "
			 "event)");
}

/* unix_writable(): below its limit, a socket may take a write and still not be ready. */
void poll_room_words(char *buf, size_t size, __u32 events, __u32 used, __u32 limit)
{
	buf[0] = '\0';
	if (!(events & EPOLLOUT) || 4ull * used <= limit)
		return;
	if (used >= limit)
		snprintf(buf, size, " (full: %u of %u bytes of memory)", used, limit);
	else
		snprintf(
		    buf, size,
		    " (%u of %u bytes of memory are used: a poll waits until three quarters are "
		    "free)",
		    used, limit);
}
