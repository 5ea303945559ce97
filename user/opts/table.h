/* SPDX-License-Identifier: GPL-2.0 */
/* The options: what each takes, which verbs it is for, and the help. */
#ifndef IPCTRACE_OPTS_TABLE_H
#define IPCTRACE_OPTS_TABLE_H

#include <stddef.h>

/* The verbs, as bits; of what has several forms, those. */
enum {
	FOR_RUN = 1,
	FOR_SCENARIO = 2,
	FOR_LIST = 4,
	FOR_DOCTOR = 8,
	FOR_RECORD_SCENARIO = 16,
	FOR_RECORD_RUN = 32,
	FOR_RECORD_ATTACH = 64,
	FOR_REPLAY = 128,
	FOR_WHY = 256,
	FOR_ATTACH = 512,
	FOR_STAT_RUN = 1024,
	FOR_STAT_ATTACH = 2048,
	FOR_STAT_FILE = 4096,
	FOR_DIFF = 8192,
	FOR_INFO = 16384, /* replay --info */
	FOR_SCHEMA = 32768,
	FOR_ALL = 65535,
};
#define FOR_RECORD (FOR_RECORD_SCENARIO | FOR_RECORD_RUN | FOR_RECORD_ATTACH)
#define FOR_STAT   (FOR_STAT_RUN | FOR_STAT_ATTACH)	/* of what runs */
#define FOR_LESSON (FOR_SCENARIO | FOR_RECORD_SCENARIO) /* runs a scenario */
/* Starts what it traces. */
#define FOR_START (FOR_LESSON | FOR_RUN | FOR_RECORD_RUN | FOR_STAT_RUN)
#define FOR_LIVE  (FOR_RUN | FOR_SCENARIO | FOR_ATTACH) /* shows what it traces */
#define FOR_TRACE (FOR_LIVE | FOR_RECORD | FOR_STAT)	/* traces */
#define FOR_SHOW  (FOR_LIVE | FOR_REPLAY)		/* shows */
#define FOR_PRINT (FOR_SHOW | FOR_WHY | FOR_STAT | FOR_STAT_FILE)
#define FOR_PICK  (FOR_RUN | FOR_ATTACH | FOR_RECORD | FOR_STAT) /* may be narrowed */
#define FOR_FILE  (FOR_REPLAY | FOR_STAT_FILE)			 /* reads a trace file */
/* Follows what runs already. */
#define FOR_ADOPT (FOR_ATTACH | FOR_RECORD_ATTACH | FOR_STAT_ATTACH)

/* What an option takes, and where it goes. */
enum option_value {
	FLAG,
	STRING,
	CHOICE,
	BACKEND,
	DURATION,
	HOLD,
	SIZE,
	TIME,
	BYTES,
	NARROW,
	WATCH,
	HELP,
	VERSION_TEXT,
	SCHEMA,
};

struct option_row {
	char letter;
	const char *name;
	const char *arg; /* as the help shows it; NULL: takes none */
	enum option_value value;
	unsigned int verbs;  /* FOR_* */
	size_t at;	     /* offset in struct opts */
	const char *choices; /* CHOICE, BACKEND: "text|json" */
	const char *help;
};

#define OPTION_ROWS 42

struct opts;

extern const struct option_row option_rows[]; /* OPTION_ROWS */

/* Prints how o's verb or scenario is called, and its options; of all verbs where o has none. */
void opts__print_help(const struct opts *o);

#endif
