/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets by what leads to them: the name that they were bound to, or a connection that waits for its accept. */
#ifndef IPCTRACE_TIMELINE_CONNECTS_H
#define IPCTRACE_TIMELINE_CONNECTS_H

#include "timeline/state.h"

/* o has its name now. */
void connects__bound(struct timeline *tl, const struct obj *o);
/*
 * The last that was bound to a name, among the last ones that were bound at all, gone or not. NULL: it is not known, or the
 * name may stand for others as well: a relative one, or the end of a longer one.
 */
struct obj *connects__of_name(const struct timeline *tl, const char name[PATH_LEN]);
/* The socket o has connected, and that is not accepted yet. */
void connects__made(struct timeline *tl, const struct obj *o, __u64 connection);
/* Whose connection that is, gone or not; NULL: it is not known. */
struct obj *connects__client(const struct timeline *tl, __u64 connection);
/* The connection is accepted: by the socket of that key, which may have no record yet. */
void connects__accepted(struct timeline *tl, __u64 connection, const struct ipc_object *key);
/* Who had made the connection that o has accepted, gone or not; NULL: it is not known. */
struct obj *connects__maker(const struct timeline *tl, const struct obj *o);

#endif
