/* SPDX-License-Identifier: GPL-2.0 */
/* Objects' states in the lanes: each is printed where it changes. */
#ifndef IPCTRACE_TEXT_LANE_STATE_H
#define IPCTRACE_TEXT_LANE_STATE_H

#include "text/columns.h"
#include "text/line.h"

/* The one of n objects that the lane is for; NULL when there is none. */
const struct row_object *lane_state__object(const struct row_object *objs, size_t n,
					    const struct lane *lane);
/* Adds the object's state to its lane, when it is another than the one that was printed last. */
void lane_state__add(struct columns *c, const struct style *st, struct line *line,
		     struct lane *lane, const struct row_object *obj);
/* Without lanes for objects: appends to a text which object, and its new state. */
void lane_state__append(struct columns *c, const struct style *st, const struct row_object *objs,
			size_t n, char *buf, size_t size);

#endif
