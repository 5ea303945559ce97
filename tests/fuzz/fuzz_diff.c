/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzes all of `ipctrace diff FILE FILE`. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "put_right.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

/* No more than this, so that no more is linked. */
static const struct verb *const rows[] = {&verb_diff, NULL};
static const struct verbs verbs_here = {.rows = rows};

#define INFLATED_MAX (256 << 10) /* of one input, bytes: a bomb is slow, not wrong */
#define EXITS	     4		 /* EXIT_HELD to EXIT_INCONCLUSIVE */

static int diff(const struct two_files *files, bool swapped)
{
	char a[32], b[32], verb[] = "diff", name[] = "ipctrace";
	char *argv[] = {name, verb, a, b, NULL};
	struct opts o = {0};
	int status;

	snprintf(a, sizeof(a), "/proc/self/fd/%d", files->fd[swapped]);
	snprintf(b, sizeof(b), "/proc/self/fd/%d", files->fd[!swapped]);
	if (opts__parse(&o, &verbs_here, 4, argv) != -1)
		abort();
	o.output = "/dev/null";
	status = verb_diff.run(&o);
	if (status < 0 || status >= EXITS)
		abort();
	return status;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	struct two_files files;

	if (input_inflated(data, size) > INFLATED_MAX || !input_files(data, size, &files))
		return 0;
	/* Which file is named first is no reason for another answer. */
	if (diff(&files, false) != diff(&files, true))
		abort();
	close(files.fd[0]);
	close(files.fd[1]);
	return 0;
}
