/* SPDX-License-Identifier: GPL-2.0 */
/* Makes foreign text fit for a terminal. */
#ifndef IPCTRACE_LIB_ESCAPE_H
#define IPCTRACE_LIB_ESCAPE_H

#include <stddef.h>

/*
 * Foreign text for a terminal: printable UTF-8 stays, everything else (controls, escape
 * sequences, bidi controls, invalid bytes) becomes \xNN or \n, \t. Always ends in NUL, never splits
 * a character. Returns the length written.
 */
size_t escape_text(char *dst, size_t size, const char *src, size_t len);

#endif
