/* SPDX-License-Identifier: GPL-2.0 */
/* The names of AF_INET and AF_INET6 sockets. */
#ifndef IPCTRACE_TRACE_INET_NAME_H
#define IPCTRACE_TRACE_INET_NAME_H

#include "abi/event.h"

/*
 * Replaces a struct inet_ends, which the hooks wrote where ob has a name, by its text: "127.0.0.1:80", to whom it is
 * connected behind that: "[::1]:40000>[::1]:80"; of a connect(2) that begins: whom it wants alone. "": it has no address
 * yet. Other records stay as they are.
 */
void inet_name__fill(struct ev_object *ob);

#endif
