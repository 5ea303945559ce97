/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace record: a scenario or a command into a trace file, with nothing shown meanwhile. */
#include "cmd.h"

int cmd_record(const struct opts *o)
{
	return o->scenario ? cmd_scenario(o) : cmd_run(o);
}
