/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A verb, as the parser of the command line sees it. Each verb has one struct verb, in
 * user/cmd/VERB.c, and one row in user/cmd/verbs.def.
 */
#ifndef IPCTRACE_OPTS_VERB_H
#define IPCTRACE_OPTS_VERB_H

#include <stddef.h>
#include <linux/types.h>

#include "opts/table.h"

/* Groups of options, by what a verb does. Each verb has OPTS_ALWAYS, which no form names. */
#define OPTS_ALWAYS (OPT(VERBOSE) | OPT(JSON_SCHEMA) | OPT(HELP) | OPT(VERSION))
#define OPTS_FILE   (OPT(OUTPUT) | OPT(FORCE))
#define OPTS_TEXT   (OPTS_FILE | OPT(ASCII) | OPT(COLOR))
#define OPTS_PRINT  (OPTS_TEXT | OPT(FORMAT))
#define OPTS_SHOW   (OPTS_PRINT | OPT(RAW) | OPT(EVIDENCE) | OPT(QUIET))
#define OPTS_TRACE  (OPT(BACKEND) | OPT(BUFFER) | OPT(MAX_SIZE))
#define OPTS_WATCH  (OPT(WATCH) | OPT(WATCH_BY))
/* Starts what it traces: any command, or a scenario. */
#define OPTS_START  (OPT(TIMEOUT) | OPT(AS_ROOT))
#define OPTS_LESSON (OPTS_START | OPT(HOLD) | OPT(PACE) | OPT(INTERACTIVE) | OPT(EXPECT))
/* Follows what runs already. */
#define OPTS_ADOPT (OPT(PID) | OPT(NO_CHILDREN) | OPT(ALL) | OPT(FOR))
/* Narrows: both what is traced and what is read from a file, one of them. */
#define OPTS_NARROW                                                                                \
	(OPT(COMM) | OPT(MECH) | OPT(PIPE) | OPT(SHM) | OPT(SEM) | OPT(MSG) | OPT(MQ) |            \
	 OPT(SOCK) | OPT(MIN_WAIT) | OPT(WAITS))
#define OPTS_PICK (OPTS_NARROW | OPT(USER) | OPT(CGROUP) | OPT(PATH) | OPT(UNIX) | OPT(PORT))
#define OPTS_CUT  (OPTS_NARROW | OPT(PID) | OPT(FROM) | OPT(TO))

enum {
	VERB_COMMAND = 1, /* "-- CMD" may come after it */
	VERB_REST = 2,	  /* the first word after it begins the command, also without -- */
	VERB_DOT = 4,	  /* has --format dot */
};

/* Options of one form may mean nothing to another. */
struct verb_form {
	const char *words; /* " -- CMD": what says which form it is; "": there is one only */
	__u64 options;	   /* OPTS_* */
};

#define VERB_FORMS 4

struct opts;

struct verb {
	const char *name;   /* NULL: of any other word, which names a scenario */
	const char *args;   /* what follows it: "PID... | --all" */
	const char *help;   /* one line, without a full stop */
	unsigned int flags; /* VERB_* */
	struct verb_form forms[VERB_FORMS];
	/* Which of the forms it is; NULL: there is one only. */
	size_t (*form)(const struct opts *o);
	/* A further word, which is no option: -1 to go on, or EXIT_USAGE after one message. NULL: it
	 * takes none. */
	int (*take)(struct opts *o, char *word);
	/* NULL, or what is said because something is missing or too much, once all words are taken. */
	const char *(*check)(const struct opts *o);
	/* What follows from the words. NULL: nothing. */
	void (*settle)(struct opts *o);
	int (*run)(const struct opts *o); /* the exit status */
};

/* All of them, as main() hands them to opts__parse(). */
struct verbs {
	const struct verb *const *rows; /* ends with NULL */
	/* The rows that the parser must know: of words that are no verb, of --json-schema, of help. */
	const struct verb *scenario, *schema, *help;
};

#endif
