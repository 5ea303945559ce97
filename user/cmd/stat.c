/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace stat: what the other verbs trace or replay, as sums. */
#include "cmd/cmd.h"

int cmd_stat(const struct opts *o)
{
	if (o->file)
		return cmd_replay(o);
	return o->attach ? cmd_attach(o) : cmd_run(o);
}
