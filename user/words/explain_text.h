/* SPDX-License-Identifier: GPL-2.0 */
/* The vocabulary of explain(): appends names, times and counts to a sentence of bounded length. */
#ifndef IPCTRACE_WORDS_EXPLAIN_TEXT_H
#define IPCTRACE_WORDS_EXPLAIN_TEXT_H

#include "timeline/timeline.h"

struct expiry;
struct reason;

struct text {
	char *buf;
	size_t size;
	size_t used;
};

void text__add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text__who(struct text *t, const struct actor *who); /* "reader"; of namesakes "reader 12" */
/* ", which is gone": of who operated last on what f's sleeper waits for; nothing where it lives, or that is not
 * known. */
void text__gone(struct text *t, const struct fact *f);
void text__process(struct text *t, const struct actor *who); /* "reader 12" */
void text__object(struct text *t, const struct object *obj);
void text__call(struct text *t, int nr);		     /* "write"; "system call 999" */
void text__signal(struct text *t, int sig);		     /* "SIGPIPE"; "signal 99" */
void text__count(struct text *t, __u64 n, const char *noun); /* "1 byte" */
void text__span(struct text *t, __u64 ns);		     /* how long: "12 us" */
void text__at(struct text *t, __u64 ns);		     /* when: "1.203 ms" */
/* "due in 3.20 s, then every 1.00 s"; "not armed" */
void text__expiry(struct text *t, const struct expiry *e);
void text__word(struct text *t, __u32 value); /* a futex's: "2", "0x80000abc" */
/* "(write, fd 4)": what of it is known, with the blank before it; nothing when nothing is. */
void text__by_call(struct text *t, int nr, int fd);
/* ": who removed it (call) at 1.203 ms"; nothing of another cause than CAUSE_REMOVED */
void text__removed(struct text *t, const struct cause *c);
/* "reader closed fd 3 at 1.203 ms": how the last of an end went. call: name the system call too. */
void text__departure(struct text *t, const struct cause *c, int call);
/* Who closed the other end, or shut one down, before f: CAUSE_PEER_CLOSED, CAUSE_PEER_SHUT. */
void text__peer_ended(struct text *t, const struct fact *f);
/* What an operation on a pipe came to: "EPIPE", "partial: 5 of 10 bytes" */
void text__outcome(struct text *t, const struct ev_op *op);
/* The same, and that the records do not show why. */
void text__not_shown(struct text *t, const struct ev_op *op);
/* The sentence of w's reason, with the numbers of its state. */
void text__reason(struct text *t, const struct ev_wait *w, const struct reason *r);
/* "SIGTERM from parent (kill)" */
void text__sent_signal(struct text *t, const struct cause *c);

/* words/explain_block.c, words/explain_wake.c */
void explain_block(struct text *t, const struct fact *f);
void explain_wake(struct text *t, const struct fact *f);
/*
 * words/explain_holders.c: "; a (fd 3) holds the write end and is not writing", who has an end (END_*) of o that the
 * sleeper of f waits for; st: the pipe's state as it fell asleep, NULL not known.
 */
void explain_holders(struct text *t, const struct fact *f, const struct object *o, __u8 end,
		     const struct ipc_state *st);
/* The same of o's peer: "; a (fd 3) holds the other end and is not writing" */
void explain_other_end(struct text *t, const struct fact *f, const struct object *o, __u8 end);
/* words/explain_poll.c: ": pipe:[1]; a (fd 3) holds ...", what a poll, select or epoll waits for */
void explain_watches(struct text *t, const struct fact *f);
/* words/explain_signal.c */
void explain_signal(struct text *t, const struct fact *f);
void explain_deliver(struct text *t, const struct fact *f);
/* words/explain_memory.c: the life of shared memory */
void explain_object(struct text *t, const struct fact *f);
void explain_map(struct text *t, const struct fact *f);
void explain_fault(struct text *t, const struct fact *f);
void explain_access(struct text *t, const struct fact *f);	  /* a store that loses others */
void explain_fault_signal(struct text *t, const struct cause *c); /* CAUSE_FAULT */

#endif
