/* SPDX-License-Identifier: GPL-2.0 */
/* A struct of strings and numbers as a list of (tag, length, bytes): fields may be added later. */
#ifndef IPCTRACE_FILE_ATTRS_H
#define IPCTRACE_FILE_ATTRS_H

#include <stddef.h>
#include <linux/types.h>

#include "file/trace_file.h"

enum attr_type { ATTR_STRING, ATTR_NUMBER, ATTR_BLOB };

struct attr {
	__u8 tag; /* never renumber, never reuse */
	__u8 type;
	size_t at; /* offset in the struct */
};

struct attrs {
	const struct attr *rows;
	size_t n;
};

/* The members of struct trace_about, trace_run and trace_end. */
extern const struct attrs about_attrs, run_attrs, end_attrs;

/* Bytes that attrs__put() will write at most. */
size_t attrs__room(const struct attrs *a, const void *from);
/* Writes what is set: strings and blobs that are not NULL, numbers that are not 0. Its length. */
size_t attrs__put(const struct attrs *a, const void *from, __u8 *to);
/*
 * Sets the members of to, which the caller has zeroed; they point into from. Unknown tags are
 * left out. 0, or -EPROTO: this is no such list.
 */
int attrs__get(const struct attrs *a, void *to, const __u8 *from, size_t len);

#endif
