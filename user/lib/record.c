/* SPDX-License-Identifier: GPL-2.0 */
/* The size of each kind of record. */
#include "lib/record.h"

#include <linux/types.h>

#include "abi/event.h"

size_t record_size(__u8 kind)
{
	static const __u8 sizes[] = {
	    [EV_OP] = sizeof(struct ev_op),
	    [EV_WAIT] = sizeof(struct ev_wait),
	    [EV_SIGNAL_GEN] = sizeof(struct ev_signal),
	    [EV_SIGNAL_DELIVER] = sizeof(struct ev_signal),
	    [EV_FORK] = sizeof(struct ev_life),
	    [EV_EXEC] = sizeof(struct ev_life),
	    [EV_EXIT] = sizeof(struct ev_life),
	    [EV_OBJECT] = sizeof(struct ev_object),
	    [EV_LOST] = sizeof(struct ev_lost),
	    [EV_RENAME] = sizeof(struct ev_life),
	    [EV_TASK] = sizeof(struct ev_life),
	    [EV_MAP] = sizeof(struct ev_map),
	    [EV_FAULT] = sizeof(struct ev_fault),
	    [EV_ACCESS] = sizeof(struct ev_access),
	    [EV_SYMBOL] = sizeof(struct ev_symbol),
	    [EV_WATCH] = sizeof(struct ev_watch),
	};

	return kind < sizeof(sizes) ? sizes[kind] : 0;
}
