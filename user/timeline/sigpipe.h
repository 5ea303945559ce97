/* SPDX-License-Identifier: GPL-2.0 */
/* From which process a process has inherited that it ignores SIGPIPE. */
#ifndef IPCTRACE_TIMELINE_SIGPIPE_H
#define IPCTRACE_TIMELINE_SIGPIPE_H

#include "timeline/state.h"

void sigpipe__fork(struct timeline *tl, const struct ev_life *l);
void sigpipe__exec(struct timeline *tl, const struct ev_life *l);
/* Fills in from which process one that ignores it has inherited that. */
void sigpipe__signal(const struct timeline *tl, struct fact *f);

#endif
