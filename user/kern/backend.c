/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the backends. They are not in the probe, so that only the probe needs libbpf. */
#include <errno.h>
#include <string.h>

#include "kern/probe.h"

static const char *const names[] = {
    [BACKEND_AUTO] = "auto",
    [BACKEND_FENTRY] = "fentry",
    [BACKEND_KPROBE] = "kprobe",
    [BACKEND_SYSCALL] = "syscall",
};

const char *backend_name(enum backend b)
{
	return names[b];
}

int backend_parse(const char *name, enum backend *b)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*b = i;
			return 0;
		}
	}
	return -1;
}
