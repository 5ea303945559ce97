/* SPDX-License-Identifier: GPL-2.0 */
/* Turns what the fuzzer made into a trace file. */
#ifndef TESTS_PUT_RIGHT_H
#define TESTS_PUT_RIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/*
 * A checksum, or a length, would keep the fuzzer out of everything behind it. So bit 0 of an input's
 * first byte says whether those of its frames are put right; the file is what follows that byte.
 * A descriptor of it; -1 of an empty input.
 */
int input_file(const __u8 *data, size_t size);

struct two_files {
	int fd[2];
};

/*
 * The second file is what follows the magic of a second one; where there is none, the two are one file with its
 * frames put right, and as it is. False of an empty input.
 */
bool input_files(const __u8 *data, size_t size, struct two_files *files);

/* Bytes that the deflated ones of its payloads are said to inflate to. */
size_t input_inflated(const __u8 *data, size_t size);

#endif
