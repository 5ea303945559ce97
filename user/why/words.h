/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks, objects and waits of a look in words; what comes from the system is escaped. */
#ifndef IPCTRACE_WHY_WORDS_H
#define IPCTRACE_WHY_WORDS_H

#include "words/explain_text.h"
#include "why/graph.h"

/* At most max bytes of s, without control characters. */
void words__escaped(struct text *t, const char *s, size_t max);
/* "left 4242"; of a thread that is not its process's first: "app 4242, thread worker 4250". */
void words__task(struct text *t, const struct look *l, const struct seen_task *task);
/* "right 4243": the process, by the name of its first thread where that is known. */
void words__process(struct text *t, const struct look *l, const struct seen_task *task);
/* "pipe:[123]", "fifo:/tmp/f"; without a path "fifo:[8:1:123]" */
void words__object_id(struct text *t, const struct look *l, const struct ipc_object *obj);
/* The same, and the name of a socket behind it: "sock:[123] (/run/x)"; "an epoll instance". */
void words__object(struct text *t, const struct look *l, const struct ipc_object *obj);
/* "write(1) on pipe:[123]", "futex", "open of fifo:/tmp/f": the call of a task that waits. */
void words__call(struct text *t, const struct look *l, const struct seen_task *task);
/* "blocked in write(1) on pipe:[123]", "stopped for its tracer, strace 4244": what it is doing. */
void words__doing(struct text *t, const struct look *l, const struct seen_task *task);
/* "strace 4244": who traces a task that is LOOK_TRACED. */
void words__tracer(struct text *t, const struct look *l, const struct seen_task *task);
/* "for 12.3 s", "for 1.00 s to 1.20 s"; nothing when it is not known. With a blank before it. */
void words__asleep(struct text *t, const struct seen_task *task);
/* In words_reason.c: "all 16 slots are full (65536 bytes)"; nothing when it is not followed. */
void words__reason(struct text *t, const struct look *l, const struct seen_task *task);
/* In words_watch.c: ": pipe:[1], which holds 5 bytes (...)", what poll, select or epoll waits for. */
void words__watches(struct text *t, const struct look *l, const struct seen_task *task);
/* In words_word.c: "the word at offset 8 of shmem:/q is 0; it waits until ...": of a word that is known. */
void words__word(struct text *t, const struct look *l, const struct seen_task *task);
/* In words_signal.c: "SIGCHLD, SIGALRM" behind the words before; nothing where there are none. */
void words__signals(struct text *t, __u64 signals, const char *before);
/* "its own timer (ITIMER_REAL, due in 3.20 s)". */
void words__timer(struct text *t, const struct look_timer *timer);
/* "true 4243, sh 4244 have ended and are not waited for; no SIGCHLD of theirs is pending any more";
 * nothing where there is no such child, or where its wait has nothing to do with it. */
void words__zombies(struct text *t, const struct look *l, const struct seen_task *task);
/* Each doubt as a clause, joined by "; ". */
void words__doubts(struct text *t, unsigned int doubts);

/* In words_verdict.c: "deadlock: nobody but itself could end it; only a signal helps". */
void words__verdict(struct text *t, const struct look *l, const struct node *nd);

const char *verdict_name(enum verdict v);   /* "deadlock"; NULL for none */
const char *doubt_name(unsigned int bit);   /* "unseen" for DOUBT_UNSEEN; NULL */
const char *way_name(enum way way);	    /* "write" */
const char *state_name(unsigned int state); /* "runs" for LOOK_RUNS */

#endif
