/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watches words by stepping: a separate process runs the threads that have a word mapped,
 * instruction by instruction (ptrace), and finds which memory each instruction is about to access.
 */
#ifndef IPCTRACE_WATCH_STEPPER_H
#define IPCTRACE_WATCH_STEPPER_H

#include "watch/step_page.h"
#include "watch/watch.h"

/*
 * Starts it, in a session of its own, so that what kills a group leaves it
 * there to let everybody go; it does so when ipctrace ends, however that is. Its pid, or -errno.
 */
pid_t stepper__start(const struct watch_bpf *bpf, struct step_page *page);
/* Ends it, when it has let everybody go. */
void stepper__stop(struct step_page *page);
/* Asks it for something, and waits until that is done. False: it is gone, or does not answer. */
bool stepper__ask(struct step_page *page, enum step_ask what);

#endif
