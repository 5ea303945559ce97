/* SPDX-License-Identifier: GPL-2.0 */
/* Writing that notices a closed pipe and a full disk. */
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/new_file.h"
#include "print/output.h"

#define FILE_COLUMNS 100
#define BUFFER_SIZE  (1 << 16)

/* stdio itself forgets the errno of a failed write when a later one comes. */
static ssize_t write_all(void *cookie, const char *buf, size_t size)
{
	struct output *out = cookie;
	int fd = out->held >= 0 ? out->held : out->fd;

	for (size_t done = 0; done < size && !out->error;) {
		ssize_t n;

		if (out->given_up) {
			out->error = ECANCELED;
			break;
		}
		out->blocked_since = now_ns();
		n = write(fd, buf + done, size - done);
		out->blocked_since = 0;
		if (n >= 0)
			done += n;
		else if (errno != EINTR)
			out->error = errno;
	}
	return out->error ? 0 : (ssize_t)size;
}

int output__open(struct output *out, const char *path, bool replace)
{
	cookie_io_functions_t io = {.write = write_all};

	*out = (struct output){.fd = STDOUT_FILENO, .held = -1, .name = path ? path : "stdout"};
	if (path)
		out->fd = new_file__open(path, replace);
	if (out->fd < 0) {
		out->error = -out->fd;
		return out->fd;
	}
	out->f = fopencookie(out, "w", io);
	if (!out->f) {
		out->error = errno;
		log_error("cannot write %s: %s", out->name, strerror(out->error));
		return -out->error;
	}
	/* One write a tick, not one a line. */
	setvbuf(out->f, NULL, _IOFBF, BUFFER_SIZE);
	return 0;
}

void output__hold(struct output *out)
{
	output__flush(out);
	/* Without one it is as it was: rows and prompts in one place. */
	if (out->held < 0)
		out->held = memfd_create("held", MFD_CLOEXEC);
}

void output__let_go(struct output *out)
{
	char buf[4096];
	int held = out->held;
	ssize_t n;

	if (held < 0)
		return;
	output__flush(out);
	out->held = -1;
	lseek(held, 0, SEEK_SET);
	while ((n = read(held, buf, sizeof(buf))) > 0)
		write_all(out, buf, (size_t)n);
	close(held);
}

int output__flush(struct output *out)
{
	if (out->f && !out->error)
		fflush(out->f);
	return out->error;
}

int output__close(struct output *out)
{
	if (!out->f)
		return -out->error;
	output__let_go(out);
	fclose(out->f);
	out->f = NULL;
	if (out->fd != STDOUT_FILENO && close(out->fd) && !out->error)
		out->error = errno;
	/* Who does not read stdout may not read stderr, either. */
	if (out->error == ECANCELED && log_is_read())
		log_error("nobody reads %s; what it did not take any more is left out", out->name);
	else if (out->error && out->error != EPIPE && out->error != ECANCELED)
		log_error("cannot write to %s: %s", out->name, strerror(out->error));
	return -out->error;
}

int output__columns(const struct output *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;
	long n;

	if (!ioctl(out->fd, TIOCGWINSZ, &ws) && ws.ws_col)
		return ws.ws_col;
	n = columns ? strtol(columns, NULL, 10) : 0;
	return n >= 20 && n <= 1000 ? n : FILE_COLUMNS;
}

bool output__colour(const struct output *out, const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(when, "auto"))
		return !strcmp(when, "always");
	return isatty(out->fd) && !(no && *no) && term && strcmp(term, "dumb");
}

bool output__utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}
