// SPDX-License-Identifier: GPL-2.0
/* The list of sinks. */
#include "sink/sink.h"

#include <string.h>

const struct sink_ops *sink__find(const char *name)
{
	static const struct sink_ops *const sinks[] = {&sink_text, &sink_json};

	for (size_t i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++)
		if (!strcmp(sinks[i]->name, name))
			return sinks[i];
	return NULL;
}
