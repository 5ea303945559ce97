/* SPDX-License-Identifier: GPL-2.0 */
/* The options: what each takes, which verbs it is for, and the help. */
#ifndef IPCTRACE_OPTS_TABLE_H
#define IPCTRACE_OPTS_TABLE_H

#include <stddef.h>

/* The verbs, as bits. */
enum {
	FOR_RUN = 1,
	FOR_SCENARIO = 2,
	FOR_LIST = 4,
	FOR_DOCTOR = 8,
	FOR_RECORD = 16,
	FOR_REPLAY = 32,
	FOR_WHY = 64,
	FOR_ATTACH = 128,
	FOR_STAT = 256,	     /* of what runs */
	FOR_STAT_FILE = 512, /* of a trace file */
	FOR_DIFF = 1024,
	FOR_ALL = 2047,
};
#define FOR_LIVE  (FOR_RUN | FOR_SCENARIO | FOR_ATTACH) /* shows what it traces */
#define FOR_TRACE (FOR_LIVE | FOR_RECORD | FOR_STAT)	/* traces */
#define FOR_SHOW  (FOR_LIVE | FOR_REPLAY)		/* shows */
#define FOR_PRINT (FOR_SHOW | FOR_WHY | FOR_STAT | FOR_STAT_FILE)
#define FOR_PICK  (FOR_RUN | FOR_ATTACH | FOR_RECORD | FOR_STAT) /* may be narrowed */
#define FOR_FILE  (FOR_REPLAY | FOR_STAT_FILE)			 /* reads a trace file */
#define FOR_ADOPT (FOR_ATTACH | FOR_RECORD | FOR_STAT)

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

#define OPTION_ROWS 37

extern const struct option_row option_rows[OPTION_ROWS];

void opts__print_help(void);

#endif
