/* SPDX-License-Identifier: GPL-2.0 */
/* What a trace file has besides records, for writer and reader. */
#ifndef IPCTRACE_FILE_TRACE_FILE_H
#define IPCTRACE_FILE_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* The version that is written; those before are read too. docs/FILE.md says what each may change. */
#define TRACE_MAJOR 2
#define TRACE_MINOR 1 /* records have ids of system calls */

/* What reading a file may take, bytes. */
#define READ_MEMORY_MAX (512ULL << 20)

/* Bytes with a length; the user says what NULL means. */
struct blob {
	const char *bytes;
	size_t len;
};

/* The whole file. Strings that are not known are NULL. */
struct trace_about {
	const char *version; /* of ipctrace */
	const char *kernel;  /* uname -r */
	const char *machine; /* uname -m: the system call numbers are its */
	const char *boot_id;
	const char *backend;
	const char *command; /* ipctrace's own command line */
	const char
	    *watched; /* how words were: "hardware", "step", "nothing"; NULL: none was to be */
	__u64 clock_offset; /* ns: CLOCK_REALTIME less CLOCK_MONOTONIC, when it was begun */
};

/* Whether all records of what was traced were asked for. */
enum trace_extent {
	EXTENT_UNKNOWN = 0, /* of a version that did not say */
	EXTENT_WHOLE = 1,
	EXTENT_NARROWED = 2, /* filters left records out, or partners were followed in part */
};

/* One traced run: a case of a scenario, or a command. */
struct trace_run {
	const char *name;	 /* for messages */
	const char *command;	 /* "run -- ls -l", "attach -p 1": as it could be typed; NULL */
	const char *scenario;	 /* NULL of `run` */
	const char *case_name;	 /* NULL of `run`; "": the only one */
	const char *title;	 /* of the case; NULL */
	const char *expect_file; /* whose claims were tested; NULL: none */
	struct blob expect;	 /* its text */
	__u64 extent;		 /* enum trace_extent; the recorder fills it in */
};

/* How a run ended. */
struct trace_end {
	const char *doubt;   /* why no claim can be decided; NULL */
	const char *message; /* what went wrong, a line; NULL */
	struct blob output;  /* what the scenario printed, when it was caught */
	__u64 not_started;   /* 1: the command could not be run, so nothing was shown */
	__u64 failed;	     /* 1: exit status 1 */
	__u64 inconclusive;  /* 1: exit status 3 */
	__u64 incomplete;    /* 1: broken off, or the program failed */
	struct blob lost; /* __u64 by enum lost_cause, as many as there were then; NULL: not known.
			      * The writer fills it in */
	__u64 cut;	  /* bytes at the end of output that are not kept. Likewise */
	__u64 cut_off;	  /* when its story ended, though it went on: ns, CLOCK_MONOTONIC; 0 */
	__u64 limit;	  /* ns: the time that it was given, and that was up; 0 */
	/* Why nothing is decided of what had not come yet; NULL */
	const char *broke_off;
	const char *unwatched; /* why no claim about loads and stores can be decided; NULL */
	__u64 facts;	       /* that its records tell; 0: not known */
};

#endif
