/* SPDX-License-Identifier: GPL-2.0 */
/* One line of the text timeline before it is laid out: a fact, copied, in words. */
#ifndef IPCTRACE_TEXT_ROW_H
#define IPCTRACE_TEXT_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "text/phrase.h"
#include "print/style.h"
#include "timeline/timeline.h"
#include "words/explain.h"

#define ROW_OBJECTS 2
#define ROW_WHYS    2

struct row_object {
	struct ipc_object key;
	unsigned int generation;
	unsigned int index;
	char name[160]; /* escaped */
	struct ipc_state state;
	bool known;
	bool gone; /* no traced process holds it any more */
	/* A pair is one lane: whose state this is, 1 or 2, and the object that is not the lane's; else 0. */
	__u8 side;
	struct ipc_object second;
};

/* Rows with equal keys say the same; values that differ from one to the next are not in it. */
struct row_key {
	enum fact_kind kind;
	__u32 tid;
	__s32 nr;
	__s32 fd;
	__s32 detail; /* of an operation: sign or error of the result; else cause, signal, ... */
	__u32 by;     /* tid of the cause */
	__u32 words;  /* exact: a hash of the text, and of the reason */
	__u64 object;
	bool merged; /* a wakeup and the operation that it let go on */
	bool slow;   /* a sleep that a person would notice */
};

struct row {
	enum fact_kind kind;
	__u64 t;
	struct actor who; /* whose lane */
	char text[200];
	/* FACT_OP: the part of text that names the call; FACT_ACCESS: what, and of which word */
	char call[CALL_LEN];
	enum ink ink;
	char why[ROW_WHYS][640]; /* sentences, "" none */
	struct row_object obj[ROW_OBJECTS];
	size_t n_obj;
	struct row_key key;

	bool asleep;   /* the task sleeps from here on */
	bool awake;    /* it does no more */
	bool open;     /* FACT_WAKE: it has not ended */
	bool ipc;      /* FACT_BLOCK, FACT_WAKE: on an object, or for a known reason */
	bool second;   /* FACT_OP: the call before, at its other object */
	bool inside;   /* FACT_OP: a sleep lies inside */
	bool dies;     /* FACT_EXIT: of a signal */
	bool last;     /* FACT_EXIT: of its process */
	__u8 change;   /* FACT_OBJECT, FACT_MAP */
	bool released; /* FACT_OBJECT */
	bool quiet;    /* FACT_OBJECT: of no interest unless the object is shown already */
	__s32 fd;
	__u32 child;	/* FACT_FORK */
	bool has_size;	/* FACT_OP that moved data: ret is its size */
	bool has_value; /* FACT_ACCESS: ret is what was loaded or stored */
	__s64 ret;	/* FACT_OP */
	__u64 slept;	/* FACT_WAKE: ns */
	bool counts;	/* FACT_ACCESS: a store on top of others; so many stores are lost by now */
	__u64 lost, stores;
	struct touched_pages pages; /* FACT_FAULT; by another process: key.by */
	size_t why_len;		    /* of the sentence about the first of them */
	bool refused;		    /* no touch */
	bool exact;		    /* only what reads the same is the same */

	__u64 count; /* how many equal facts it stands for: t and obj are of the last */
	__u64 from;  /* t of the first of them */
};

/*
 * False for facts that are no line of their own: what another fact of the same call already says,
 * names (lanes carry them), and SIGCHLD. has_lane tells whether a process has a lane already: a
 * signal stands in its sender's lane if there is one.
 */
bool row__make(struct row *row, const struct style *st, const struct fact *fact,
	       bool (*has_lane)(const void *ctx, __u32 pid), const void *ctx);
bool row__alike(const struct row *a, const struct row *b); /* equal key */
/* Takes the pages of another FACT_FAULT in, and says so in the row's text. */
void row__add_pages(struct row *row, const struct row *more);
/* Counts b in a when they say the same and may be counted. */
bool row__repeat(struct row *a, const struct row *b);
bool row__can_fold(const struct row *row);
/* Makes one row of a and the b that follows it, if they are one thing to a reader. */
bool row__merge(struct row *a, const struct row *b);

#endif
