/* SPDX-License-Identifier: GPL-2.0 */
/* Names of what sockets are, and of what their calls ask for. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "mech/sock.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

const char *sock__family_name(__u32 family)
{
	switch (family) {
	case AF_UNIX:
		return "unix";
	case AF_INET:
		return "inet";
	case AF_INET6:
		return "inet6";
	}
	return NULL;
}

const char *sock__type_name(const struct ipc_state *st)
{
	switch (SOCK_KIND_TYPE(st->v[SOCK_KIND])) {
	case SOCK_STREAM:
		return "stream";
	case SOCK_DGRAM:
		return "dgram";
	case SOCK_SEQPACKET:
		return "seqpacket";
	}
	return NULL;
}

const char *sock__shut_name(const struct ipc_state *st)
{
	switch (st->v[SOCK_FLAGS] & (SOCKF_SHUT_READ | SOCKF_SHUT_WRITE)) {
	case SOCKF_SHUT_READ:
		return "read";
	case SOCKF_SHUT_WRITE:
		return "write";
	case SOCKF_SHUT_READ | SOCKF_SHUT_WRITE:
		return "both";
	}
	return NULL;
}

void sock__msg_flags(char *buf, size_t size, int flags)
{
#define FLAG(bit) (unsigned int)(bit), #bit
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
	    {FLAG(MSG_OOB)},	      {FLAG(MSG_PEEK)},	    {FLAG(MSG_DONTROUTE)},
	    {FLAG(MSG_CTRUNC)},	      {FLAG(MSG_TRUNC)},    {FLAG(MSG_DONTWAIT)},
	    {FLAG(MSG_EOR)},	      {FLAG(MSG_WAITALL)},  {FLAG(MSG_CONFIRM)},
	    {FLAG(MSG_ERRQUEUE)},     {FLAG(MSG_NOSIGNAL)}, {FLAG(MSG_MORE)},
	    {FLAG(MSG_WAITFORONE)},   {FLAG(MSG_ZEROCOPY)}, {FLAG(MSG_FASTOPEN)},
	    {FLAG(MSG_CMSG_CLOEXEC)},
	};
#undef FLAG
	unsigned int rest = (unsigned int)flags;
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names) && at < size; i++) {
		if (!(rest & names[i].bit))
			continue;
		rest &= ~names[i].bit;
		at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? "|" : "", names[i].name);
	}
	if ((rest || !at) && at < size)
		snprintf(buf + at, size - at, rest ? "%s%#x" : "%s0", at ? "|" : "", rest);
}

/* SO_RCVTIMEO and SO_SNDTIMEO have a second number each, for a struct whose words have 64 bits everywhere. */
const char *sock__option_name(int option)
{
	switch (option) {
	case SO_SNDBUF:
		return "SO_SNDBUF";
	case SO_RCVBUF:
		return "SO_RCVBUF";
	case SO_SNDBUFFORCE:
		return "SO_SNDBUFFORCE";
	case SO_RCVBUFFORCE:
		return "SO_RCVBUFFORCE";
	case SO_RCVLOWAT:
		return "SO_RCVLOWAT";
	case SO_LINGER:
		return "SO_LINGER";
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
		return "SO_RCVTIMEO";
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW:
		return "SO_SNDTIMEO";
	}
	return NULL;
}

bool sock__option_is_time(int option)
{
	switch (option) {
	case SO_LINGER:
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW:
		return true;
	default:
		return false;
	}
}
