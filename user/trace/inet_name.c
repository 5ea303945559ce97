/* SPDX-License-Identifier: GPL-2.0 */
/* The names of AF_INET and AF_INET6 sockets. */
#include <linux/types.h>

#include "trace/inet_name.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define END_LEN (INET6_ADDRSTRLEN + sizeof("[]:65535"))

static bool is_inet(const struct ev_object *ob)
{
	__u32 family = SOCK_KIND_FAMILY(ob->state.v[SOCK_KIND]);

	return ob->obj.mech == MECH_SOCK && !(ob->e.flags & EVF_NO_STATE) &&
	       (family == AF_INET || family == AF_INET6);
}

static void end_text(char *buf, size_t size, const __u32 address[4], __u16 port)
{
	const struct in6_addr *in6 = (const void *)address;
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(in6))
		snprintf(buf, size, "%s:%u", inet_ntop(AF_INET, &address[3], text, sizeof(text)),
			 port);
	else
		snprintf(buf, size, "[%s]:%u", inet_ntop(AF_INET6, in6, text, sizeof(text)), port);
}

void inet_name__fill(struct ev_object *ob)
{
	char here[END_LEN] = "", there[END_LEN] = "", both[2 * END_LEN];
	struct inet_ends e;
	size_t len;

	if (!is_inet(ob))
		return;
	memcpy(&e, ob->path, sizeof(e));
	memset(ob->path, 0, sizeof(ob->path));
	if (e.here_port)
		end_text(here, sizeof(here), e.here, e.here_port);
	if (e.there_port)
		end_text(there, sizeof(there), e.there, e.there_port);
	len = (size_t)snprintf(both, sizeof(both), "%s%s%s", here, here[0] && there[0] ? ">" : "",
			       there);
	/* As of every longer name its tail. */
	memcpy(ob->path, len < PATH_LEN ? both : both + len - (PATH_LEN - 1),
	       len < PATH_LEN ? len : PATH_LEN - 1);
}
