/* SPDX-License-Identifier: GPL-2.0 */
/* Which system call is which class of operation: the table of abi/sysop.def, for user space. */
#ifndef IPCTRACE_TIMELINE_OPCLASS_H
#define IPCTRACE_TIMELINE_OPCLASS_H

#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"

enum op_class op_class_of(int nr); /* OPC_NONE: not an operation on an IPC object */
bool moves_data(__u8 op);	   /* reads, writes and splices: their result is bytes */

#endif
