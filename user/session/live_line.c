/* SPDX-License-Identifier: GPL-2.0 */
/* A line that says that tracing goes on, how many records came so far, and how to end it. */
#include "session/live_line.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/units.h"

#define SECOND 1000000000ULL
#define CLEAR  "\r\033[K"

/* A terminal that was stopped, with Ctrl-S, must not stop the tracer. */
static void write_line(const char *text)
{
	if (log_is_read())
		(void)!write(STDERR_FILENO, text, strlen(text));
}

void live_line__begin(struct live_line *l, const struct opts *o, __u64 now)
{
	bool rows = !o->silent && !o->stat && !o->quiet && !o->output && isatty(STDOUT_FILENO);

	/* In the background it would disturb the process that has the terminal. */
	l->on = !rows && isatty(STDERR_FILENO) && tcgetpgrp(STDERR_FILENO) == getpgrp();
	l->begin = l->next = now;
}

void live_line__renew(struct live_line *l, __u64 now, __u64 records)
{
	char text[120], count[COUNTED_LEN];

	if (!l->on || now < l->next)
		return;
	l->next = now + SECOND;
	snprintf(text, sizeof(text), CLEAR "ipctrace: tracing for %llu s, %s; Ctrl-C ends it",
		 (unsigned long long)((now - l->begin) / SECOND),
		 counted(count, records, "record"));
	write_line(text);
}

void live_line__end(struct live_line *l)
{
	if (l->on)
		write_line(CLEAR);
	l->on = false;
}
