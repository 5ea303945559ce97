// SPDX-License-Identifier: GPL-2.0
#include "opts/table.h"

#include <ctype.h>
#include <stdio.h>

#include "opts/opts.h"
#include "opts/words.h"

#define AT(member) offsetof(struct opts, member)

const struct option_row option_rows[] = {
    {'f', "format", "FORMAT", CHOICE, FOR_PRINT, AT(format), "text|json|dot",
     "text or json (one object a line); why: or dot"},
    {'p', "pid", "PID,PID", NARROW, FOR_ADOPT | FOR_FILE | FOR_WHY, 0, NULL,
     "these processes; attach: and what they fork"},
    {0, "no-children", NULL, FLAG, FOR_ADOPT, AT(no_children), NULL,
     "attach -p: not the children that they have already"},
    {0, "all", NULL, FLAG, FOR_WHY | FOR_ADOPT, AT(all), NULL,
     "every process; why: every one that waits"},
    {0, "for", "DURATION", DURATION, FOR_ADOPT, AT(for_ms), NULL,
     "attach: follow it so long; 0: to its end"},
    {0, "comm", "NAME", NARROW, FOR_PICK | FOR_FILE, 0, NULL, "only tasks of this name"},
    {0, "user", "USER", NARROW, FOR_PICK, 0, NULL, "only this user's"},
    {0, "cgroup", "DIR", NARROW, FOR_PICK, 0, NULL, "only in this cgroup v2 (a container)"},
    {0, "mech", "LIST", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only pipe, fifo, epoll, shm, shmem, sem, msg, signal"},
    {0, "pipe", "INODE", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this pipe; may be given again"},
    {0, "shm", "ID", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this SysV segment; may be given again"},
    {0, "sem", "ID", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this SysV semaphore set; may be given again"},
    {0, "msg", "ID", NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "only this SysV message queue; may be given again"},
    {0, "path", "FIFO", NARROW, FOR_PICK, 0, NULL, "only this FIFO; may be given again"},
    {0, "min-wait", "TIME", TIME, FOR_PICK | FOR_FILE, AT(filter.min_wait), NULL,
     "only waits so long, and calls with one"},
    {0, "watch", "WORD", WATCH, FOR_LIVE | FOR_RECORD, 0, NULL,
     "each load and store of shm:KEY+OFFSET:LEN; up to 4"},
    {0, "watch-by", "WAY", CHOICE, FOR_LIVE | FOR_RECORD, AT(watch_by), "auto|hardware|step",
     "auto, hardware, or step: instruction by instruction"},
    {0, "waits", NULL, NARROW, FOR_PICK | FOR_FILE, 0, NULL,
     "waits, and no operations: costs least"},
    {'o', "output", "FILE", STRING, FOR_PRINT | FOR_RECORD | FOR_DIFF, AT(output), NULL,
     "write there, not to stdout; record: the trace file"},
    {0, "backend", "NAME", BACKEND, FOR_TRACE | FOR_DOCTOR, AT(backend),
     "auto|fentry|kprobe|syscall", "auto, fentry, kprobe or syscall"},
    {0, "timeout", "DURATION", DURATION, FOR_START, AT(timeout_ms), NULL,
     "kill what it started after 500ms, 1.5s; 0: never"},
    {0, "hold", "MS", HOLD, FOR_LESSON, AT(hold_ms), NULL,
     "how long a scenario holds an endless wait"},
    {0, "pace", "PACE", CHOICE, FOR_LESSON, AT(pace), "quick|lesson",
     "quick, or lesson: with the lesson's sleeps"},
    {0, "interactive", NULL, FLAG, FOR_LESSON, AT(interactive), NULL,
     "shm-basic/script: what is written comes from stdin"},
    {0, "expect", "FILE", STRING, FOR_LESSON | FOR_RUN | FOR_RECORD_RUN | FOR_REPLAY, AT(expect),
     NULL, "test these claims, of a command or a scenario"},
    {0, "as-root", NULL, FLAG, FOR_START, AT(as_root), NULL,
     "do not run it as the user behind sudo"},
    {0, "raw", NULL, FLAG, FOR_SHOW, AT(raw), NULL, "text: one line a record"},
    {0, "evidence", NULL, FLAG, FOR_SHOW, AT(evidence), NULL,
     "text: what each claim that holds rests on"},
    {0, "ascii", NULL, FLAG, FOR_PRINT | FOR_DIFF, AT(ascii), NULL, "text: no box drawing"},
    {0, "color", "WHEN", CHOICE, FOR_PRINT | FOR_DIFF, AT(colour), "auto|always|never",
     "auto, always or never"},
    {0, "record", "FILE", STRING, FOR_LIVE | FOR_STAT, AT(record), NULL,
     "keep it in a trace file, too, for replay"},
    {0, "force", NULL, FLAG, FOR_PRINT | FOR_RECORD | FOR_DIFF, AT(force), NULL,
     "-o, --record: replace a file that exists"},
    {0, "max-size", "SIZE", BYTES, FOR_TRACE, AT(max_size), NULL,
     "of the trace file, 256k or more: the rest is counted"},
    {0, "from", "TIME", TIME, FOR_FILE, AT(from_ns), NULL,
     "show what is later than 1.5s, 20ms, 7us"},
    {0, "to", "TIME", TIME, FOR_FILE, AT(to_ns), NULL, "show what is earlier"},
    {0, "info", NULL, FLAG, FOR_INFO, AT(info), NULL, "tell of the trace file itself"},
    {0, "buffer", "SIZE", SIZE, FOR_TRACE, AT(ring_size), NULL,
     "of all rings: a power of two, 4k to 1G"},
    {'q', "quiet", NULL, FLAG, FOR_SHOW | FOR_RECORD, AT(quiet), NULL,
     "no timeline: claims and summary"},
    {'v', "verbose", NULL, FLAG, FOR_ALL, AT(verbose), NULL, "what the kernel says to libbpf, too"},
    {0, "json-schema", NULL, SCHEMA, FOR_ALL, 0, NULL, "print the schema of -f json"},
    {'h', "help", NULL, HELP, FOR_ALL, 0, NULL, "print this text"},
    {'V', "version", NULL, VERSION_TEXT, FOR_ALL, 0, NULL, "print the version"},
};
_Static_assert(sizeof(option_rows) / sizeof(option_rows[0]) == OPTION_ROWS,
	       "OPTION_ROWS is how many there are");

static void print_option(const struct option_row *row)
{
	char left[32];

	snprintf(left, sizeof(left), "--%s%s%s", row->name, row->arg ? " " : "",
		 row->arg ? row->arg : "");
	printf("  %c%c%c %-20s %s\n", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
	       row->letter ? ',' : ' ', left, row->help);
}

static void print_all(void)
{
	printf("usage: ipctrace [OPTION...] SCENARIO[/CASE]\n"
	       "       ipctrace [OPTION...] VERB\n\n"
	       "Shows why processes wait for each other.\n\n");
#define VERB(name, args, help) printf("  %-8s%-18s%s\n", #name, args, help);
#include "opts/verbs.def"
	printf("\noptions (those of one verb: ipctrace help VERB):\n");
	for (size_t i = 0; i < OPTION_ROWS; i++)
		print_option(&option_rows[i]);
	printf("\nexit status: 0 all claims hold, 1 one fails or tracing failed, 2 usage,\n"
	       "3 inconclusive. See ipctrace(8).\n");
}

static void print_usage(const struct opts *o)
{
#define VERB(name, args, help)                                                                     \
	if (opts__verb_is(o, #name)) {                                                             \
		printf("usage: ipctrace " #name " [OPTION...] %s\n\n%c%s.\n", args,                \
		       toupper(help[0]), &help[1]);                                                \
		return;                                                                            \
	}
#include "opts/verbs.def"
	printf("usage: ipctrace %s[/CASE] [OPTION...] [-- ARGUMENT...]\n\n"
	       "A scenario: each of its cases, its timeline, its claims; see ipctrace list.\n",
	       o->scenario);
}

void opts__print_help(const struct opts *o)
{
	struct opts_form form;

	if (!o->verb || opts__verb_is(o, "help") || opts__verb_is(o, "--json-schema")) {
		print_all();
		return;
	}
	print_usage(o);
	form = opts__form(o);
	printf("\noptions:\n");
	/* What is printed in place of the verb's work is no option of it. */
	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (option_rows[i].verbs & form.verb && option_rows[i].value != SCHEMA &&
		    option_rows[i].value != VERSION_TEXT)
			print_option(&option_rows[i]);
}
