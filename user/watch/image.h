/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the symbol and line at an address of an ELF file. Only this uses libelf and libdw. */
#ifndef IPCTRACE_WATCH_IMAGE_H
#define IPCTRACE_WATCH_IMAGE_H

#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

struct image;

/* NULL with errno: it cannot be read, is no ELF file, or is not the file dev, ino any more. */
struct image *image__open(const char *path, dev_t dev, ino_t ino);
bool image__is(const struct image *im, dev_t dev, ino_t ino);

struct image_place {
	const char *symbol; /* as long as the image; NULL: none */
	__u64 offset;	    /* from it, bytes */
	const char *file;   /* as the compiler was given it; NULL: no line is known */
	unsigned int line;
};

/* at: bytes from the beginning of the file, of an instruction. */
void image__find(struct image *im, __u64 at, struct image_place *place);
void image__free(struct image *im); /* NULL is fine */

#endif
