/* SPDX-License-Identifier: GPL-2.0 */
/* Creates files to be written safely, often by root and in directories of other users. */
#ifndef IPCTRACE_LIB_NEW_FILE_H
#define IPCTRACE_LIB_NEW_FILE_H

#include <stdbool.h>

/*
 * Makes the file anew, readable by its owner alone, who is the user behind sudo if there is one. No
 * link is followed and nothing that exists is opened: with replace a new file takes its name, else
 * it is refused. What is no regular file is refused with replace, too, except what may be written
 * without being made: ipctrace's own descriptors (/dev/stdout, /dev/stderr, /dev/fd/N,
 * /proc/self/fd/N), terminals, /dev/null and /dev/full. Its descriptor, or -errno after one
 * message.
 */
int new_file__open(const char *path, bool replace);

#endif
