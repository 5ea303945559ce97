/* SPDX-License-Identifier: GPL-2.0 */
/* Open file descriptions: their numbers, and how many references are left. */
#ifndef IPCTRACE_TIMELINE_FILES_H
#define IPCTRACE_TIMELINE_FILES_H

#include "timeline/state.h"

/* Counts the reference of an EV_OBJECT, and names its description by number from here on. */
void files__see(struct timeline *tl, struct obj *o, struct entry *e);
/* The record tells of no reference that comes or goes: its description is named alone. */
void files__mention(struct timeline *tl, struct obj *o, struct ev_object *ev);
/* fact.left of a record that was seen. */
int files__left(const struct timeline *tl, const struct obj *o, const struct ev_object *ev);
/* The execve whose OBJ_EXEC_CLOSED ev is, is over. */
void files__exec_over(struct timeline *tl, struct obj *o, const struct ev_object *ev, bool failed);
/* The object goes. */
void files__forget(struct timeline *tl, struct obj *o);

#endif
