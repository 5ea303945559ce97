/* SPDX-License-Identifier: GPL-2.0 */
/* A struct of strings and numbers as a list of (tag, length, bytes): fields may be added later. */
#include "file/attrs.h"

#include <errno.h>
#include <string.h>

#include "file/varint.h"

/* clang-format off */
#define ROW(tag, type, of, member) {tag, ATTR_##type, offsetof(struct of, member)}
#define ROWS(table) {table, sizeof(table) / sizeof((table)[0])}
/* clang-format on */

static const struct attr about_rows[] = {
    ROW(1, STRING, trace_about, version),      ROW(2, STRING, trace_about, kernel),
    ROW(3, STRING, trace_about, machine),      ROW(4, STRING, trace_about, boot_id),
    ROW(5, STRING, trace_about, backend),      ROW(6, STRING, trace_about, command),
    ROW(7, NUMBER, trace_about, clock_offset), ROW(8, STRING, trace_about, watched),
};

static const struct attr run_rows[] = {
    ROW(1, STRING, trace_run, name),	 ROW(2, STRING, trace_run, command),
    ROW(3, STRING, trace_run, scenario), ROW(4, STRING, trace_run, case_name),
    ROW(5, STRING, trace_run, title),	 ROW(6, STRING, trace_run, expect_file),
    ROW(7, BLOB, trace_run, expect),	 ROW(8, NUMBER, trace_run, extent),
};

static const struct attr end_rows[] = {
    ROW(1, STRING, trace_end, doubt),	   ROW(2, STRING, trace_end, message),
    ROW(3, BLOB, trace_end, output),	   ROW(4, NUMBER, trace_end, not_started),
    ROW(5, NUMBER, trace_end, failed),	   ROW(6, NUMBER, trace_end, inconclusive),
    ROW(7, NUMBER, trace_end, incomplete), ROW(8, BLOB, trace_end, lost),
    ROW(9, NUMBER, trace_end, cut),	   ROW(10, STRING, trace_end, unwatched),
    ROW(11, NUMBER, trace_end, cut_off),   ROW(12, NUMBER, trace_end, limit),
    ROW(13, STRING, trace_end, broke_off), ROW(14, NUMBER, trace_end, facts),
};

const struct attrs about_attrs = ROWS(about_rows);
const struct attrs run_attrs = ROWS(run_rows);
const struct attrs end_attrs = ROWS(end_rows);

/* The bytes of a member; NULL: it is not set. A string's have its NUL. */
static struct blob member(const struct attr *row, const void *from)
{
	const char *at = (const char *)from + row->at;
	struct blob b = {0};

	if (row->type == ATTR_BLOB) {
		memcpy(&b, at, sizeof(b));
	} else if (row->type == ATTR_STRING) {
		memcpy(&b.bytes, at, sizeof(b.bytes));
		b.len = b.bytes ? strlen(b.bytes) + 1 : 0;
	} else if (memcmp(at, &(__u64){0}, sizeof(__u64))) {
		b = (struct blob){at, sizeof(__u64)};
	}
	return b;
}

size_t attrs__room(const struct attrs *a, const void *from)
{
	size_t sum = 0;

	for (size_t i = 0; i < a->n; i++)
		sum += 2 * VARINT_MAX + member(&a->rows[i], from).len;
	return sum;
}

size_t attrs__put(const struct attrs *a, const void *from, __u8 *to)
{
	__u8 *at = to;

	for (size_t i = 0; i < a->n; i++) {
		struct blob b = member(&a->rows[i], from);

		if (!b.bytes)
			continue;
		at = varint__put(at, a->rows[i].tag);
		at = varint__put(at, b.len);
		memcpy(at, b.bytes, b.len);
		at += b.len;
	}
	return (size_t)(at - to);
}

static int set(const struct attrs *a, void *to, __u64 tag, const char *bytes, size_t len)
{
	const struct attr *row = a->rows;
	struct blob b = {bytes, len};
	char *at;

	while (row < a->rows + a->n && row->tag != tag)
		row++;
	if (row == a->rows + a->n)
		return 0;
	at = (char *)to + row->at;
	switch (row->type) {
	case ATTR_STRING:
		if (!len || memchr(bytes, '\0', len) != bytes + len - 1)
			return -EPROTO;
		memcpy(at, &bytes, sizeof(bytes));
		break;
	case ATTR_NUMBER:
		if (len != sizeof(__u64))
			return -EPROTO;
		memcpy(at, bytes, len);
		break;
	default:
		memcpy(at, &b, sizeof(b));
	}
	return 0;
}

/* Reads a number that must end before end. NULL if it does not. */
static const __u8 *get_number(const __u8 *at, const __u8 *end, __u64 *v)
{
	__u8 buf[VARINT_MAX + 1] = {0};
	size_t len = (size_t)(end - at) < VARINT_MAX ? (size_t)(end - at) : VARINT_MAX;

	memcpy(buf, at, len);
	at += varint__get(buf, v) - buf;
	return at <= end ? at : NULL;
}

int attrs__get(const struct attrs *a, void *to, const __u8 *from, size_t len)
{
	const __u8 *at = from, *end = from + len;

	while (at < end) {
		__u64 tag, size;

		at = get_number(at, end, &tag);
		if (at)
			at = get_number(at, end, &size);
		if (!at || size > (__u64)(end - at))
			return -EPROTO;
		if (set(a, to, tag, (const char *)at, size))
			return -EPROTO;
		at += size;
	}
	return 0;
}
