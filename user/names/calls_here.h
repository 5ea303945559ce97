/* SPDX-License-Identifier: GPL-2.0 */
/* What syscall_name() says of this machine's numbers. */
#ifndef IPCTRACE_NAMES_CALLS_HERE_H
#define IPCTRACE_NAMES_CALLS_HERE_H

const char *calls_here__name(int nr); /* NULL: no such call */

#endif
