/* SPDX-License-Identifier: GPL-2.0 */
/* The path of an object that was open before tracing began. */
#ifndef IPCTRACE_TRACE_HELD_PATH_H
#define IPCTRACE_TRACE_HELD_PATH_H

#include "abi/event.h"

/*
 * Fills in the path of an OBJ_HELD of a FIFO, its tail if it is longer, as /proc/PID/fd has it: if
 * that is still the same inode. The kernel's hooks may not ask for it.
 */
void held_path__fill(struct ev_object *ob);

#endif
