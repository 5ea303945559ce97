/* SPDX-License-Identifier: GPL-2.0 */
/* The size of each kind of record. */
#ifndef IPCTRACE_LIB_RECORD_H
#define IPCTRACE_LIB_RECORD_H

#include <stddef.h>
#include <linux/types.h>

/* Bytes; 0 for a kind that there is none of. */
size_t record_size(__u8 kind);

#endif
