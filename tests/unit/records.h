/* SPDX-License-Identifier: GPL-2.0 */
/* Builds records for tests, runs them through a timeline and keeps every fact that comes out. */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include "timeline/timeline.h"

/* Every builder's task is a process of one thread: pid and tid are the same. Times in ns. */
struct ipc_object pipe_key(__u64 ino);
/* A state of a pipe with 16 slots. */
struct ipc_state pipe_state(__u32 used, __u32 bytes, __u32 readers, __u32 writers);
union any_event rec_op(__u32 tid, __u64 start, __u64 end, const char *call, __u64 ino, __s64 ret,
		       __u64 arg);
union any_event rec_wait(__u32 tid, __u64 slept, __u64 woken, __u64 ran, const char *call,
			 __u8 reason, __u64 ino);
/* Sets who woke the sleeper. call NULL: none; ino 0: no object. */
union any_event woken_by(union any_event wait, __u8 ctx, __u32 tid, const char *comm,
			 const char *call, __u64 ino);
union any_event rec_signal(__u32 tid, __u64 ts, int sig, int code, __u32 sender, const char *comm,
			   const char *call, __u64 ino);
union any_event rec_deliver(__u32 tid, __u64 ts, int sig, int fatal, __u64 handler);
union any_event rec_fork(__u32 tid, __u64 ts, __u32 child, const char *comm);
union any_event rec_exec(__u32 tid, __u64 ts, const char *comm);
union any_event rec_rename(__u32 tid, __u64 ts, const char *comm);
/* A task that was there before tracing began. */
union any_event rec_task(__u32 tid, __u64 ts, const char *comm, bool partner);
union any_event rec_exit(__u32 tid, __u64 ts, int code);
union any_event rec_lost(__u64 ts, __u64 count);
/* refs 1, state of one reader and one writer, by the system call that fits the change. */
union any_event rec_object(__u32 tid, __u64 ts, __u8 change, __s32 fd, __u8 end, __u64 ino,
			   __u64 file);

struct seen {
	struct fact f; /* its pointers lead into this struct */
	union any_event rec;
	struct object obj, by_obj;
	struct holder holders[16];
	char why[512]; /* of explain() */
};

struct run {
	struct timeline *tl;
	struct seen *seen;
	size_t n, room;
};

struct run *run_new(void);
/* Feeds; the record must be taken. */
void run_feed(struct run *r, union any_event rec);
/* Feeds the end of all records and returns the run: facts are in r->seen. */
struct run *run_finish(struct run *r);
void run_free(struct run *r);
/* The nth (0, 1, ...) fact of a kind; the test fails when there is none. */
const struct seen *run_get(const struct run *r, enum fact_kind kind, size_t nth);
size_t run_count(const struct run *r, enum fact_kind kind);

#endif
