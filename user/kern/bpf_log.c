/* SPDX-License-Identifier: GPL-2.0 */
/* Shows libbpf's own messages only with -v; the caller tells what matters, in one line. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "kern/bpf_log.h"
#include "lib/log.h"

#define MEMORY (32UL << 20) /* more than libbpf wants at once */
#define FDS    8	    /* it may have given some back by now */

static int limit;

/* libbpf makes its own of many an error: that of a limit is asked for while it is reached. */
static int reached(void)
{
	int fds[FDS], n = 0, err = 0;
	void *memory;

	while (n < FDS && !err) {
		fds[n] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
		if (fds[n] < 0)
			err = errno;
		else
			n++;
	}
	while (n)
		close(fds[--n]);
	if (err == EMFILE)
		return err;
	memory = mmap(NULL, MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return ENOMEM;
	munmap(memory, MEMORY);
	return 0;
}

static int on_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text, *rest, *line;
	int saved = errno;

	if (level == LIBBPF_WARN && !limit)
		limit = reached();
	errno = saved;
	if (!log_verbose || vasprintf(&text, fmt, ap) < 0)
		return 0;
	/* A verifier's log comes in one piece. */
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		log_debug("%s", line);
	free(text);
	return 0;
}

int bpf_log__reason(int err)
{
	return limit ? -limit : err;
}

const char *bpf_log__advice(int err)
{
	switch (-err) {
	case EMFILE:
		return "more of them are needed (ulimit -n)";
	case ENOMEM:
		return "more memory is needed (ulimit -v)";
	default:
		return "`ipctrace doctor` tells what this kernel refuses";
	}
}

void bpf_log__take(void)
{
	limit = 0;
	libbpf_set_print(on_libbpf);
}
