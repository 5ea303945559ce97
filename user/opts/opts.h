/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: verbs, options, and the messages for wrong ones. */
#ifndef IPCTRACE_OPTS_OPTS_H
#define IPCTRACE_OPTS_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/filter.h"
#include "kern/probe.h"
#include "names/watch_spec.h"

#define OPTS_PIDS      64
#define OPTS_SCENARIOS 64

struct verb;
struct verbs;

struct scenario_word {
	const char *name;      /* "pipe-cases" */
	const char *case_name; /* "4" of pipe-cases/4; NULL: all */
};

struct opts {
	const struct verbs *verbs; /* by which it was parsed */
	const struct verb *entry;  /* of verb; NULL: there is none */
	const char *verb;	   /* "run", "attach", "why", or the first scenario's name */
	struct scenario_word
	    scenarios[OPTS_SCENARIOS]; /* in their order, or what `record` records */
	size_t n_scenarios;
	char **argv; /* after --, NULL-terminated: the command, or arguments for the scenario */
	const char *command; /* all of it, as a shell takes it; main() fills it in. NULL: unknown */
	enum backend backend;
	const char *file;	      /* of `replay`, `stat`, `diff` */
	const char *other_file;	      /* of `diff` */
	const char *format;	      /* "text", "json"; why: "dot" */
	const char *output;	      /* -o FILE; NULL: stdout */
	const char *expect;	      /* --expect FILE: other claims than the scenario's own */
	const char *record;	      /* --record FILE, or -o FILE of `record`: a trace file */
	__u64 max_size;		      /* of the trace file, bytes; 0: any */
	__u64 from_ns, to_ns;	      /* what is shown, of each run; to 0: its end */
	unsigned int timeout_ms;      /* 0: none */
	unsigned int hold_ms;	      /* how long a scenario holds an endless wait */
	size_t ring_size;	      /* --buffer SIZE: of all rings; 0: default */
	const char *names[OPTS_PIDS]; /* why NAME: every process of that name */
	size_t n_names;
	bool help;	       /* --help, `help`: of the verb, or of all */
	bool all;	       /* why --all, attach --all */
	bool no_children;      /* attach -p: not what those processes have forked before */
	bool attach;	       /* `attach`, or `record` of what runs already */
	pid_t pids[OPTS_PIDS]; /* attach -p; why: of a process or of a thread */
	size_t n_pids;
	unsigned int for_ms;  /* how long it is followed; 0: until it ends */
	struct filter filter; /* what of it is wanted */
	struct watch_spec watch[WATCH_WORDS];
	size_t n_watch;
	const char *watch_by; /* --watch-by auto|hardware|step */
	bool force;	      /* what exists is replaced by the files that are written */
	bool as_root, ascii, raw, evidence, verbose, quiet;
	bool stat;	    /* sums are shown, not what happened */
	bool silent;	    /* nothing is shown: it is only recorded */
	bool info;	    /* of `replay`: tell of the file, not what is in it */
	bool interactive;   /* the scenario's input comes from our stdin */
	const char *pace;   /* --pace lesson|quick */
	const char *colour; /* --color auto|always|never */
};

#define EXIT_HELD	  0 /* all claims hold; `run`: traced to the end, nothing lost */
#define EXIT_FAILED	  1 /* a claim fails, or the program could not be traced */
#define EXIT_USAGE	  2
#define EXIT_INCONCLUSIVE 3

/*
 * Fills o. Returns -1 to go on, else the exit status after it has printed the version on stdout, or
 * one line with the nearest name on stderr. With o->help nothing but verb and scenario is checked.
 */
int opts__parse(struct opts *o, const struct verbs *verbs, int argc, char **argv);

/* Some records are left out, or some tasks are followed in part: the options say so. */
bool opts__narrowed(const struct opts *o);

#endif
