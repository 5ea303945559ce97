/* SPDX-License-Identifier: GPL-2.0 */
/* One diagnostic, one line, one write: whatever a message quotes, it cannot break the line. */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/escape.h"

bool log_verbose;

#define PATIENCE 1000 /* ms */

static bool takes_within(int ms)
{
	struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&fd, 1, ms) == 1 && fd.revents & POLLOUT;
}

bool log_is_read(void)
{
	return takes_within(0);
}

static void log_line(const char *level, const char *fmt, va_list ap)
{
	char text[1024], safe[2048];
	size_t len;

	vsnprintf(text, sizeof(text), fmt, ap);
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		len--;
	escape_text(safe, sizeof(safe), text, len);
	fflush(stdout);
	/* Who reads neither stdout nor stderr must not stop what ends for that. */
	if (takes_within(PATIENCE))
		fprintf(stderr, "ipctrace: %s%s\n", level, safe);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("", fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("warning: ", fmt, ap);
	va_end(ap);
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("", fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!log_verbose)
		return;
	va_start(ap, fmt);
	log_line("debug: ", fmt, ap);
	va_end(ap);
}
