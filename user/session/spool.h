/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A queue from a thread to a slower one: pieces, in order, in memory up to a bound, and beyond that
 * in a file without a name, which goes with the process.
 *
 * The thread that puts takes no lock that the other one may hold while it does not get the
 * processor. That includes the lock of the address space, which a page fault or an allocation may
 * need.
 */
#ifndef IPCTRACE_SESSION_SPOOL_H
#define IPCTRACE_SESSION_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct spool;

struct spool_piece {
	__u32 kind;    /* the caller's */
	__u32 records; /* that are in it; the caller's */
	size_t len;
	const char *bytes; /* NULL: they could not be read back */
};

/*
 * memory: how many bytes it keeps there, several times the longest piece. pad: how many bytes
 * behind a piece may be read, with any content. NULL with errno.
 */
struct spool *spool__new(size_t memory, size_t pad);
/*
 * Puts a copy of the bytes. Only one thread calls it. 0, or -errno: there is no room in either
 * place.
 */
int spool__put(struct spool *s, __u32 kind, __u32 records, const void *bytes, size_t len);
/* Waits for the next piece, which is valid until the next call. Only one thread calls it. False:
 * there is no piece, but the other thread poked. */
bool spool__take(struct spool *s, struct spool_piece *piece);
/* For the thread that puts. */
void spool__poke(struct spool *s);
/* For the thread that takes: whether there is no other piece. */
bool spool__empty(const struct spool *s);
/* With what is still in it. Both threads no longer use it. */
void spool__free(struct spool *s);

#endif
