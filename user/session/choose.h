/* SPDX-License-Identifier: GPL-2.0 */
/* Chooses the backend of a run, or prints the line that says why none works. */
#ifndef IPCTRACE_SESSION_CHOOSE_H
#define IPCTRACE_SESSION_CHOOSE_H

#include "opts/opts.h"
#include "kern/probe.h"

/* Fills p, which the caller frees, and b. 0, or -errno after one message. */
int choose_backend(const struct opts *o, struct probe *p, enum backend *b);
/* "fexit" */
const char *hook_type_name(enum hook_type type);
/* The kernel forbids BPF programs to call a helper, as with lockdown=confidentiality. */
bool is_locked_down(const struct hook *hook);
/* Why a hook was refused, in words. */
const char *hook_why(const struct hook *hook);

#endif
