/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzes all of `ipctrace replay FILE`: claims, causes, sentences, and each way to print them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "put_right.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

/* No more than this, so that no more is linked. */
static const struct verb *const rows[] = {&verb_replay, NULL};
static const struct verbs verbs_here = {.rows = rows};

#define INFLATED_MAX (256 << 10) /* of one input, bytes: a bomb is slow, not wrong */

/* By bits 1 to 3 of the first byte. */
static const char *const ways[8] = {
    "--format=text", "--format=json", "--raw",	"--color=always",
    "--ascii",	     "--from=1ms",    "--info", "--quiet",
};

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	struct opts o = {0};
	char path[32], way[32];
	char *argv[] = {"ipctrace", "replay", way, path, NULL};
	int fd = input_inflated(data, size) > INFLATED_MAX ? -1 : input_file(data, size);

	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(way, sizeof(way), "%s", ways[data[0] >> 1 & 7]);
	if (opts__parse(&o, &verbs_here, 4, argv) != -1)
		abort();
	o.stat = data[0] & 16;
	o.output = "/dev/null";
	verb_replay.run(&o);
	close(fd);
	return 0;
}
