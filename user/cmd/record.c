/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace record: what the other verbs trace into a trace file, with nothing shown meanwhile. */
#include "cmd/cmd.h"

int cmd_record(const struct opts *o)
{
	if (o->attach)
		return cmd_attach(o);
	return o->scenario ? cmd_scenario(o) : cmd_run(o);
}
