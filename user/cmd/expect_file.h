/* SPDX-License-Identifier: GPL-2.0 */
/* Reads an .expect file as text, to be parsed and to be kept in a trace file. */
#ifndef IPCTRACE_CMD_EXPECT_FILE_H
#define IPCTRACE_CMD_EXPECT_FILE_H

#include "claims/claims.h"
#include "file/trace_file.h"

struct expect_file {
	const char *path;
	struct blob text;
	struct expect *expect;
	const struct expect_case *cases;
	size_t n_cases;
};

/* Reads and parses; to be freed in any case. 0, or -1 after one message. */
int expect_file__load(struct expect_file *f, const char *path);
void expect_file__free(struct expect_file *f);

/* Reads it; text->bytes is to be freed. 0, or -errno after one message. */
int expect_file__read(const char *path, struct blob *text);
/* NULL after one message. */
struct expect *expect_file__parse(const struct blob *text, const char *path);

#endif
