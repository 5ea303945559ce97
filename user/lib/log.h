/* SPDX-License-Identifier: GPL-2.0 */
/* Diagnostics: one line on stderr, "ipctrace: what failed: why; what to do". One that stderr does not take within a second is left out. */
#ifndef IPCTRACE_LIB_LOG_H
#define IPCTRACE_LIB_LOG_H

#include <stdbool.h>

extern bool log_verbose; /* -v: libbpf's and the probes' own words too */

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What was done, not what went wrong. */
void log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Whether stderr takes a message at once: it is no pipe that is full, and no terminal that Ctrl-S has stopped. */
bool log_is_read(void);
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
