/* SPDX-License-Identifier: GPL-2.0 */
/* libbpf's own words are for -v; what matters is said by the caller, in one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bpf_log.h"
#include "log.h"

static int on_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text, *rest, *line;

	if (!log_verbose || vasprintf(&text, fmt, ap) < 0)
		return 0;
	/* A verifier's log comes in one piece. */
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		log_debug("%s", line);
	free(text);
	return 0;
}

void bpf_log__take(void)
{
	libbpf_set_print(on_libbpf);
}
