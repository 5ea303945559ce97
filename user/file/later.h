/* SPDX-License-Identifier: GPL-2.0 */
/* Values that only a later version knows, in records of a known kind. */
#ifndef IPCTRACE_FILE_LATER_H
#define IPCTRACE_FILE_LATER_H

#include <linux/types.h>

#include "abi/event.h"

/* How much of a record is not known. */
enum later {
	LATER_NOTHING,
	LATER_PART, /* that part says "not known" now */
	LATER_ALL,  /* it tells of nothing that is known */
};

enum later later__cut(union any_event *rec);

#endif
