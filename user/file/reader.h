/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads a trace file, in memory that does not grow with it. All whole chunks of a damaged file are
 * read, and what is missing is told. A run whose begin or end is missing is still reported with
 * both.
 */
#ifndef IPCTRACE_FILE_READER_H
#define IPCTRACE_FILE_READER_H

#include <linux/types.h>

#include "abi/event.h"
#include "file/trace_file.h"

struct reader;
struct frames;

enum trace_item_kind {
	TRACE_EOF,
	TRACE_RUN,
	TRACE_RECORD,
	TRACE_TICK,
	TRACE_RUN_END,
	TRACE_DAMAGE,
	TRACE_UNKNOWN, /* records that only a later version knows, or knows whole */
};

/* What it points to lives until the next call; the run's until the next run. */
struct trace_item {
	enum trace_item_kind kind;
	union {
		const struct event *rec;
		__u64 tick;
		struct {
			const struct trace_run *about;
			bool known; /* false: its begin is missing, and about is empty */
		} run;
		const struct trace_end *end; /* NULL: it is missing */
		struct {
			__u64 bytes, records; /* that are missing here */
		} damage;
		__u64 unknown; /* records since the item before of this kind */
		bool complete; /* of TRACE_EOF: the recorder ended in good order */
	};
};

/*
 * Takes over fd, in case of an error, too. NULL with errno, also for a file of an unknown machine;
 * why is then a line, "it is empty".
 */
struct reader *reader__new(int fd, char *why, size_t size);
/* What is damaged, or was not written, is NULL. */
const struct trace_about *reader__about(const struct reader *r);
/* The version of the file's format: its major number is 1 to TRACE_MAJOR. */
unsigned int reader__major(const struct reader *r);
unsigned int reader__minor(const struct reader *r);
/* Whether a later version wrote it, which may know more. */
bool reader__newer(const struct reader *r);
/* The frames of the whole file, for index__load(). */
const struct frames *reader__frames(const struct reader *r);
/*
 * A line about an error of a reader, or of what is made from its records: -ENOMEM means that the
 * bound is reached.
 */
const char *reader__why(int error);
/* 0, or -ENOMEM. Every run ends before the next begins and before TRACE_EOF. */
int reader__next(struct reader *r, struct trace_item *item);
void reader__free(struct reader *r);

#endif
