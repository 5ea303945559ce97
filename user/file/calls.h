/* SPDX-License-Identifier: GPL-2.0 */
/* System calls in records: a trace file has our own ids beside the machine's numbers. */
#ifndef IPCTRACE_FILE_CALLS_H
#define IPCTRACE_FILE_CALLS_H

#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"
#include "names/call_ids.h"

#define CALL_NUMBERS 512 /* more than a machine has */

/* Either way; fill it once. */
struct calls {
	__u16 ids[CALL_NUMBERS];   /* writer: of this machine's numbers */
	__s16 numbers[256];	   /* reader: this machine's, of ids */
	enum call_machine machine; /* reader: whose numbers those without an id are */
	bool ours;		   /* that is this one, or the file does not say */
	bool has_ids;		   /* the file is of a version with ids */
};

void calls__to_write(struct calls *c);
/* machine: as `uname -m` says; NULL: not known. False: its records cannot be read here. */
bool calls__to_read(struct calls *c, const char *machine, bool has_ids);

/* A record becomes what a file has of it. */
void calls__out(const struct calls *c, union any_event *rec);
/* A record of a file as a live run has it: with numbers that syscall_name() knows. */
void calls__in(const struct calls *c, union any_event *rec);

#endif
