/* SPDX-License-Identifier: GPL-2.0 */
/* SIGINT, SIGTERM and SIGHUP as something to poll for. */
#ifndef IPCTRACE_SESSION_INTERRUPT_H
#define IPCTRACE_SESSION_INTERRUPT_H

/* Catches them from now on. An fd that becomes readable with each, or -errno. */
int interrupt__init(void);
/* Empties the fd. How many have come so far. */
int interrupt__count(void);
/* The last one that came; 0: none. */
int interrupt__signal(void);

#endif
