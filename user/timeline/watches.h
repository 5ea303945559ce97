/* SPDX-License-Identifier: GPL-2.0 */
/* What poll, select and epoll wait for. */
#ifndef IPCTRACE_TIMELINE_WATCHES_H
#define IPCTRACE_TIMELINE_WATCHES_H

#include "timeline/state.h"

void watches__note(struct timeline *tl, struct task *t, const struct ev_watch *ev);
/* Fills in what the fact's sleep, if it is one of t, waits for. */
void watches__fill(struct timeline *tl, const struct task *t, struct fact *f);

#endif
