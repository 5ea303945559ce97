/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: one table of options that parses, checks and prints the help. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "nearest.h"
#include "opts.h"
#include "opts_filter.h"
#include "opts_value.h"
#include "opts_words.h"

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

enum value {
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
	enum value value;
	unsigned int verbs;  /* FOR_* */
	size_t at;	     /* offset in struct opts */
	const char *choices; /* CHOICE: "text|json" */
	const char *help;
};

#define AT(member) offsetof(struct opts, member)

static const struct option_row rows[] = {
    {'f', "format", "FORMAT", CHOICE, FOR_PRINT, AT(format), "text|json|dot",
     "text or json (one object a line); why: or dot"},
    {'p', "pid", "PID,PID", NARROW, FOR_ADOPT | FOR_FILE, 0, NULL,
     "attach to these processes, and what they fork"},
    {0, "all", NULL, FLAG, FOR_WHY | FOR_ADOPT, AT(all), NULL,
     "every process; why: every one that waits"},
    {0, "for", "DURATION", DURATION, FOR_ADOPT, AT(for_ms), NULL, "attach: follow it so long"},
    {0, "comm", "NAME", NARROW, FOR_PICK | FOR_FILE, 0, NULL, "only tasks of this name"},
    {0, "user", "USER", NARROW, FOR_PICK, 0, NULL, "only this user's"},
    {0, "cgroup", "DIR", NARROW, FOR_PICK, 0, NULL, "only in this cgroup v2 (a container)"},
    {0, "mech", "LIST", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only pipe, fifo, epoll, shm, shmem, sem, signal"},
    {0, "pipe", "INODE", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this pipe; may be given again"},
    {0, "shm", "ID", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this SysV segment; may be given again"},
    {0, "sem", "ID", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this SysV semaphore set; may be given again"},
    {0, "path", "FIFO", NARROW, FOR_PICK, 0, NULL, "only this FIFO; may be given again"},
    {0, "min-wait", "TIME", TIME, FOR_PICK | FOR_FILE, AT(filter.min_wait), NULL,
     "only waits so long, and calls with one"},
    {0, "watch", "WORD", WATCH, FOR_LIVE | FOR_RECORD, 0, NULL,
     "each load and store of shm:KEY+OFFSET:LEN; up to 4"},
    {0, "waits", NULL, NARROW, FOR_PICK | FOR_FILE, 0, NULL, "waits only: costs next to nothing"},
    {'o', "output", "FILE", STRING, FOR_PRINT | FOR_RECORD | FOR_DIFF, AT(output), NULL,
     "write there, not to stdout; record: the trace file"},
    {0, "backend", "NAME", BACKEND, FOR_TRACE | FOR_DOCTOR, AT(backend), NULL,
     "auto, fentry, kprobe or syscall"},
    {0, "timeout", "DURATION", DURATION, FOR_TRACE, AT(timeout_ms), NULL,
     "end it after 500ms, 30s, 2m; 0: never"},
    {0, "hold", "MS", HOLD, FOR_SCENARIO | FOR_RECORD, AT(hold_ms), NULL,
     "how long a scenario holds an endless wait"},
    {0, "pace", "PACE", CHOICE, FOR_SCENARIO | FOR_RECORD, AT(pace), "lesson|quick",
     "quick, or lesson: with the lesson's sleeps"},
    {0, "interactive", NULL, FLAG, FOR_SCENARIO | FOR_RECORD, AT(interactive), NULL,
     "shm-basic/script: what is written comes from stdin"},
    {0, "expect", "FILE", STRING, FOR_SCENARIO | FOR_RECORD | FOR_REPLAY, AT(expect), NULL,
     "check these claims, not the scenario's own"},
    {0, "as-root", NULL, FLAG, FOR_TRACE, AT(as_root), NULL,
     "do not run it as the user behind sudo"},
    {0, "raw", NULL, FLAG, FOR_SHOW, AT(raw), NULL, "text: one line a record"},
    {0, "ascii", NULL, FLAG, FOR_PRINT | FOR_DIFF, AT(ascii), NULL, "text: no box drawing"},
    {0, "color", "WHEN", CHOICE, FOR_PRINT | FOR_DIFF, AT(colour), "auto|always|never",
     "auto, always or never"},
    {0, "record", "FILE", STRING, FOR_LIVE | FOR_STAT, AT(record), NULL,
     "keep it in a trace file, too, for replay"},
    {0, "max-size", "SIZE", BYTES, FOR_TRACE, AT(max_size), NULL,
     "of the trace file, 256k or more: the rest is counted"},
    {0, "from", "TIME", TIME, FOR_FILE, AT(from_ns), NULL,
     "show what is later than 1.5s, 20ms, 7us"},
    {0, "to", "TIME", TIME, FOR_FILE, AT(to_ns), NULL, "show what is earlier"},
    {0, "info", NULL, FLAG, FOR_REPLAY, AT(info), NULL, "tell of the trace file itself"},
    {0, "buffer", "SIZE", SIZE, FOR_TRACE, AT(ring_size), NULL,
     "of all rings: a power of two, 4k to 1G"},
    {'q', "quiet", NULL, FLAG, FOR_SHOW | FOR_RECORD, AT(quiet), NULL,
     "no timeline: claims and summary"},
    {'v', "verbose", NULL, FLAG, FOR_ALL, AT(verbose), NULL, "what the kernel says to libbpf, too"},
    {0, "json-schema", NULL, SCHEMA, FOR_ALL, 0, NULL, "print the schema of -f json"},
    {'h', "help", NULL, HELP, FOR_ALL, 0, NULL, "print this text"},
    {0, "version", NULL, VERSION_TEXT, FOR_ALL, 0, NULL, "print the version"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static int print_help(void)
{
	printf("usage: ipctrace [OPTION...] SCENARIO[/CASE]\n"
	       "       ipctrace [OPTION...] VERB\n\n"
	       "Shows why processes wait for each other.\n\n");
#define VERB(name, args, help) printf("  %-8s%-18s%s\n", #name, args, help);
#include "verbs.def"
	printf("\noptions:\n");
	for (size_t i = 0; i < N_ROWS; i++) {
		char left[32];

		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].arg ? " " : "",
			 rows[i].arg ? rows[i].arg : "");
		printf("  %c%c%c %-20s %s\n", rows[i].letter ? '-' : ' ',
		       rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? ',' : ' ', left,
		       rows[i].help);
	}
	printf("\nexit status: 0 all claims hold, 1 one fails or tracing failed, 2 usage,\n"
	       "3 inconclusive. See ipctrace(8).\n");
	return 0;
}

static int usage_name(const char *what, const char *word, const char *const *names, size_t n)
{
	const char *near = nearest_name(word, names, n);

	if (near)
		log_error("no %s '%s'; did you mean '%s'?", what, word, near);
	else
		log_error("no %s '%s'; see ipctrace --help", what, word);
	return EXIT_USAGE;
}

static int unknown_option(const char *word, size_t len)
{
	const char *names[N_ROWS];
	char text[128], dashed[N_ROWS][24];

	for (size_t i = 0; i < N_ROWS; i++) {
		snprintf(dashed[i], sizeof(dashed[i]), "--%s", rows[i].name);
		names[i] = dashed[i];
	}
	snprintf(text, sizeof(text), "%.*s", (int)len, word);
	return usage_name("option", text, names, N_ROWS);
}

static int apply(struct opts *o, const struct option_row *row, const char *arg)
{
	char *at = (char *)o + row->at;
	const char *must = NULL;

	switch (row->value) {
	case FLAG:
		*(bool *)at = true;
		return -1;
	case STRING:
		*(const char **)at = arg;
		must = *arg ? NULL : "a file name";
		break;
	case CHOICE:
		*(const char **)at = arg;
		must = opts__in_choices(arg, row->choices) ? NULL : row->help;
		break;
	case BACKEND:
		must = backend_parse(arg, (enum backend *)at) ? row->help : NULL;
		break;
	case DURATION:
		must =
		    opts__duration(arg, (unsigned int *)at) ? "a time like 500ms, 30s or 2m" : NULL;
		break;
	case HOLD:
		must = opts__hold(arg, (unsigned int *)at) ? "200 to 600000 milliseconds" : NULL;
		break;
	case SIZE:
		must = opts__size(arg, (size_t *)at) ? "a power of two from 4k to 1G" : NULL;
		break;
	case TIME:
		must = opts__time(arg, (__u64 *)at) ? "a time like 1.5s, 20ms or 7us" : NULL;
		break;
	case BYTES:
		must = opts__bytes(arg, (__u64 *)at) ? "a size like 64M, at least 256k" : NULL;
		break;
	case NARROW:
		must = opts__narrow(o, row->name, arg);
		break;
	case WATCH:
		must = watch_spec__add(o->watch, &o->n_watch, arg);
		break;
	case HELP:
		return print_help();
	case VERSION_TEXT:
		printf("ipctrace %s\n", VERSION);
		return 0;
	case SCHEMA:
		o->verb = "--json-schema";
		return -1;
	}
	if (!must)
		return -1;
	log_error("--%s '%s' is wrong: it takes %s", row->name, arg, must);
	return EXIT_USAGE;
}

struct parser {
	int argc, at;
	char **argv;
	__u64 given; /* bit i: rows[i] was given */
};

static int apply_row(struct opts *o, struct parser *p, const struct option_row *row,
		     const char *attached)
{
	const char *arg = attached;

	if (row->arg && !arg) {
		if (p->at >= p->argc) {
			log_error("--%s needs %s after it", row->name, row->arg);
			return EXIT_USAGE;
		}
		arg = p->argv[p->at++];
	}
	p->given |= 1ULL << (row - rows);
	return apply(o, row, arg);
}

static int long_option(struct opts *o, struct parser *p, const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < N_ROWS; i++) {
		if (strlen(rows[i].name) != len - 2 || strncmp(rows[i].name, word + 2, len - 2))
			continue;
		if (word[len] && !rows[i].arg) {
			log_error("--%s takes no value", rows[i].name);
			return EXIT_USAGE;
		}
		return apply_row(o, p, &rows[i], word[len] ? word + len + 1 : NULL);
	}
	return unknown_option(word, len);
}

/* -q, -qv, -f json, -fjson */
static int short_options(struct opts *o, struct parser *p, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct option_row *row = NULL;
		int rc;

		for (size_t i = 0; i < N_ROWS && !row; i++)
			if (rows[i].letter == *c)
				row = &rows[i];
		if (!row)
			return unknown_option(word, strlen(word));
		rc = apply_row(o, p, row, row->arg && c[1] ? c + 1 : NULL);
		if (rc >= 0 || row->arg)
			return rc;
	}
	return -1;
}

static unsigned int verb_bit(const struct opts *o)
{
	static const struct {
		const char *verb;
		unsigned int bit;
	} bits[] = {
	    {"run", FOR_RUN},	    {"list", FOR_LIST},	    {"doctor", FOR_DOCTOR},
	    {"record", FOR_RECORD}, {"attach", FOR_ATTACH}, {"replay", FOR_REPLAY},
	    {"why", FOR_WHY},	    {"diff", FOR_DIFF},
	};

	if (!strcmp(o->verb, "stat"))
		return o->file ? FOR_STAT_FILE : FOR_STAT;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (!strcmp(o->verb, bits[i].verb))
			return bits[i].bit;
	return FOR_SCENARIO;
}

/* An option that means nothing to the verb is a slip, not a wish. */
static int check_given(const struct opts *o, __u64 given)
{
	unsigned int verb = verb_bit(o);

	for (size_t i = 0; i < N_ROWS; i++) {
		if (!(given & 1ULL << i) || rows[i].verbs & verb)
			continue;
		log_error("--%s means nothing to '%s%s'; see ipctrace --help", rows[i].name,
			  o->verb, verb == FOR_STAT_FILE ? " FILE" : "");
		return EXIT_USAGE;
	}
	if (verb != FOR_WHY && !strcmp(o->format, "dot")) {
		log_error("--format dot means nothing to '%s': it is for why", o->verb);
		return EXIT_USAGE;
	}
	return -1;
}

static int parse_words(struct opts *o, struct parser *p)
{
	bool run = false;

	while (p->at < p->argc) {
		char *word = p->argv[p->at];
		int rc;

		if (run && (word[0] != '-' || !word[1])) {
			o->argv = p->argv + p->at;
			return -1;
		}
		p->at++;
		if (!strcmp(word, "--")) {
			if (!run && !o->scenario && !opts__verb_is(o, "record") &&
			    !opts__verb_is(o, "stat")) {
				log_error("-- comes after run, record, stat or a scenario; see "
					  "ipctrace --help");
				return EXIT_USAGE;
			}
			o->argv = p->argv + p->at;
			return -1;
		}
		if (word[0] == '-' && word[1])
			rc = word[1] == '-' ? long_option(o, p, word) : short_options(o, p, word);
		else
			rc = opts__take_word(o, word);
		if (rc >= 0)
			return rc;
		run = opts__verb_is(o, "run");
	}
	o->argv = p->argv + p->argc;
	return -1;
}

/* Long enough for every scenario to end by itself, whatever it was told to hold. */
#define SCENARIO_TIMEOUT_MS 30000
#define HOLDS_AT_MOST	    4

int opts__parse(struct opts *o, int argc, char **argv)
{
	struct parser p = {.argc = argc, .at = 1, .argv = argv};
	unsigned int unset = UINT_MAX;
	int rc;

	*o =
	    (struct opts){.format = "text", .pace = "quick", .colour = "auto", .timeout_ms = unset};
	rc = parse_words(o, &p);
	if (rc >= 0)
		return rc;
	if (!o->verb) {
		log_error("what shall be traced? try 'ipctrace list' or 'ipctrace --help'");
		return EXIT_USAGE;
	}
	if (!strcmp(o->verb, "help"))
		return print_help();
	if (!strcmp(o->verb, "--json-schema"))
		return -1;
	rc = opts__check_words(o);
	if (rc >= 0)
		return rc;
	if (o->timeout_ms == unset)
		o->timeout_ms = o->scenario && !o->interactive
				    ? SCENARIO_TIMEOUT_MS + HOLDS_AT_MOST * o->hold_ms
				    : 0;
	return check_given(o, p.given);
}
