/* SPDX-License-Identifier: GPL-2.0 */
/* The thread that shows what a live session has spooled. For session/printer.c only. */
#ifndef IPCTRACE_SESSION_PRINTER_THREAD_H
#define IPCTRACE_SESSION_PRINTER_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "file/codec.h"
#include "show/show.h"
#include "session/spool.h"

struct print_thread;

typedef void (*print_fn)(struct print_thread *t, void *arg);

/* Kinds of pieces in the spool. */
enum { PRINT_RECORDS, PRINT_OPS, PRINT_WAITS };

struct print_op {
	struct sum_op_key key;
	struct sum_op sum;
};

struct print_wait {
	struct sum_wait_key key;
	struct sum_wait sum;
};

struct print_call {
	print_fn fn;
	void *arg;
};

struct print_thread {
	struct show *show;
	struct spool *spool;
	int interrupt_fd;
	int done_fd; /* readable: the call is done */
	struct print_call *_Atomic call;
	_Atomic int error;	/* of the first that could not be shown, -errno */
	_Atomic int unwritten;	/* errno of the first write that failed */
	_Atomic __u32 left_out; /* records that found no room in the spool */

	/* the thread's own */
	pthread_t id;
	struct codec *codec;
	bool over;
};

/* 0 or -errno; then everything is to be done without it. */
int print_thread__start(struct print_thread *t, size_t memory);
/* The thread does the call when it has shown everything else. The caller puts nothing meanwhile. */
void print_thread__call(struct print_thread *t, struct print_call *call);
/* Whether the call is done; true once a call. */
bool print_thread__done(struct print_thread *t);
/* Makes its present write fail, and all that follow. To be repeated until it is done. */
void print_thread__give_up(struct print_thread *t);
/* After the call that set over. */
void print_thread__join(struct print_thread *t);

/* Called by the thread, or by the tracer if there is no thread. The first error is kept. */
void print_thread__keep(struct print_thread *t, int error);
void print_thread__flush(struct print_thread *t);
void print_thread__finish(struct print_thread *t);

#endif
