/* SPDX-License-Identifier: GPL-2.0 */
/* Message queues in words: which messages a call asks for, and why there is none, or no room. */
#include "names/msg_words.h"

#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "lib/units.h"

#define SATURATED 0xffffffffu /* enum msg_word */

bool msg_is_full(const struct ipc_state *st, __u64 bytes)
{
	if (st->v[MSG_CBYTES] == SATURATED || st->v[MSG_QBYTES] == SATURATED)
		return false;
	return bytes + st->v[MSG_CBYTES] > st->v[MSG_QBYTES] ||
	       st->v[MSG_QNUM] >= st->v[MSG_QBYTES];
}

bool msg_copies_wrongly(int flags)
{
	return flags & MSG_COPY && (flags & MSG_EXCEPT || !(flags & IPC_NOWAIT));
}

void msg_wanted(char *buf, size_t size, __s64 type, int flags)
{
	if (flags & MSG_COPY)
		snprintf(buf, size, "at place %lld, from 0", (long long)type);
	else if (!type)
		buf[0] = '\0';
	else if (type < 0)
		snprintf(buf, size, "of a type up to %llu", 0 - (unsigned long long)type);
	else if (flags & MSG_EXCEPT)
		snprintf(buf, size, "of another type than %lld", (long long)type);
	else
		snprintf(buf, size, "of type %lld", (long long)type);
}

static void no_message(char *buf, size_t size, const struct ev_wait *w)
{
	char wanted[64];
	__u32 n = w->state.v[MSG_QNUM];

	msg_wanted(wanted, sizeof(wanted), (__s64)w->arg, (int)w->value);
	if (n == 1 && wanted[0])
		snprintf(buf, size, "the message in the queue is not %s", wanted);
	else if (n && wanted[0])
		snprintf(buf, size, "none of the %u messages in the queue is %s", n, wanted);
	else
		snprintf(buf, size, "%sit asks for a message%s%s",
			 n ? "" : "the queue is empty, and ", wanted[0] ? " " : "", wanted);
}

void msg_wait_words(char *buf, size_t size, const struct ev_wait *w)
{
	const __u32 *v = w->state.v;
	char needs[COUNTED_LEN], have[COUNTED_LEN];

	if (w->reason == WAIT_MSG_NONE)
		no_message(buf, size, w);
	else if (!msg_is_full(&w->state, w->arg))
		snprintf(buf, size, "the queue had no room for %s when it looked",
			 counted(needs, w->arg, "byte"));
	else if (v[MSG_QNUM] >= v[MSG_QBYTES])
		snprintf(buf, size, "the queue has no room: it takes %u bytes and %s, and has %u",
			 v[MSG_QBYTES], counted(have, v[MSG_QBYTES], "message"), v[MSG_QNUM]);
	else
		snprintf(buf, size, "the queue has no room for %s: %s, %u of %u bytes",
			 counted(needs, w->arg, "byte"), counted(have, v[MSG_QNUM], "message"),
			 v[MSG_CBYTES], v[MSG_QBYTES]);
}
