/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace replay --info: tells about a trace file, without showing its records. */
#ifndef IPCTRACE_CMD_INFO_H
#define IPCTRACE_CMD_INFO_H

#include "file/reader.h"

/* Prints to stdout; the exit status. */
int info__print(const struct reader *r, const char *path);

#endif
