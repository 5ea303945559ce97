/* SPDX-License-Identifier: GPL-2.0 */
/* What can be changed in one record, and records of strangers. Internal to the mutations. */
#ifndef TESTS_MUTATION_FIELD_H
#define TESTS_MUTATION_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

#define CAST_MAX 16

/* Who and what appears in a recording. */
struct cast {
	struct {
		__u32 pid, tid;
		char comm[COMM_LEN]; /* the last one */
	} task[CAST_MAX];
	struct ipc_object object[CAST_MAX];
	unsigned int n_tasks, n_objects;
};

void cast__add(struct cast *cast, const union any_event *rec);

enum changed {
	CHANGED_NO = 0,	 /* the record has no such field, or has that value already */
	CHANGED_YES = 1, /* and what says how */
	CHANGED_END = 2, /* no record's field has that many other values */
};

unsigned int field__count(void);
/* Gives the fth field its vth other value. */
enum changed field__change(union any_event *rec, unsigned int f, unsigned int v,
			   const struct cast *cast, char *what, size_t size);

/* The vth record that none of the recording's tasks has made. False: there are no more. */
bool stranger__make(union any_event *rec, unsigned int v, const struct cast *cast, char *what,
		    size_t size);

#endif
