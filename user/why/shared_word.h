/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that tasks wait on in shared memory: by which name the waiting process has the memory
 * mapped, what is in the word, and which other processes have the same memory mapped (proc(5):
 * /proc/PID/maps and mem).
 */
#ifndef IPCTRACE_WHY_SHARED_WORD_H
#define IPCTRACE_WHY_SHARED_WORD_H

#include "why/look.h"

/* Sets l's shared, and the word of each task that is LOOK_WORD and whose maps can be read. What is read is of
 * now, not of the look. 0 or -ENOMEM. */
int shared_words__read(struct look *l);

/* A line of /proc/PID/maps. */
struct map_line {
	__u64 start, end, offset; /* bytes */
	__u64 dev, inode;
	bool shared;
	const char *path; /* in the line; "": it has none */
};

/* Whether the line, which ends with '\n' or '\0' and loses its '\n', could be read. */
bool map_line__parse(char *line, struct map_line *m);
/* As other verbs call the object: "shmem:/name", "shmem:memfd:name", "shm:[3]", "shm:[NS:3]" where ipc_ns is
 * neither 0 nor home; else the path, or "shmem:[INODE]" for memory without a name. */
void map_line__name(char *buf, size_t size, const struct map_line *m, __u32 ipc_ns, __u32 home);

#endif
