/* SPDX-License-Identifier: GPL-2.0 */
/* Names of numbers: system calls, signals, errors, flags. */
#ifndef IPCTRACE_NAMES_NAMES_H
#define IPCTRACE_NAMES_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* "write"; NULL for a number without a name. Table made from <asm/unistd.h> by the Makefile; of a
 * call of another machine (names/call_ids.h) "call 101 of aarch64". */
const char *syscall_name(int nr);
/* -1 when there is none. */
int syscall_number(const char *name);
const char *signal_name(int sig);    /* "SIGPIPE", "SIGRTMIN+1"; NULL out of range */
int signal_number(const char *name); /* "SIGPIPE" or "PIPE"; -1 */
const char *errno_name(int err);    /* "EPIPE"; also the kernel's own ERESTARTSYS (512) ...; NULL */
int errno_number(const char *name); /* -1 */
const char *fcntl_name(int cmd);    /* "F_SETPIPE_SZ"; NULL */
/* Its third argument is a number; else it is an address, or none is read (fcntl(2)). */
bool fcntl_takes_number(int cmd);

#endif
