// SPDX-License-Identifier: GPL-2.0
/* The name of an object in the output of `ipctrace stat`, text and JSON. */
#include "names/mech.h"
#include "stat/report.h"

void stat_report__object(char *buf, size_t size, const struct tally_object *o)
{
	buf[0] = '\0';
	if (mech__has(o->key.mech, MT_PATH) && o->path[0])
		snprintf(buf, size, "%s:%.*s", mech__get(o->key.mech)->name, PATH_LEN, o->path);
	else if (o->key.mech)
		mech__object_name_in(buf, size, &o->key, o->home);
}
