// SPDX-License-Identifier: GPL-2.0
/* An object's state in little room: a gauge and a few numbers, as abi/mech.def's GAUGE rows say. */
#include "text/gauge.h"

#include <stdio.h>
#include <string.h>

#include "names/mech.h"

struct gauge {
	int used, limit;
	const char *text;
};

static const struct gauge gauges[] = {
#define GAUGE(mech, used, limit, text) [MECH_##mech] = {used, limit, text},
#include "abi/mech.def"
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

int gauge__width(int cells)
{
	return (int)strlen("r1 w1 16/16 65536B") + (cells ? cells + 1 : 0);
}

bool gauge__format(const struct style *style, unsigned int mech, const struct ipc_state *st,
		   int cells, char *buf, size_t size)
{
	const struct gauge *g = mech < ARRAY_SIZE(gauges) ? &gauges[mech] : NULL;
	char text[128], bar[64] = "", *split;
	__u32 used, limit;
	__u64 filled;
	size_t at = 0;

	buf[0] = '\0';
	if (!g || !g->text)
		return false;
	used = st->v[g->used];
	limit = st->v[g->limit];
	mech__sentence(text, sizeof(text), g->text, mech__get(mech), st);
	/* A cell shows as used as soon as a part of it is, so that only nothing looks empty. */
	filled = limit ? ((__u64)used * (__u64)cells + limit - 1) / limit : 0;
	for (int i = 0; i < cells && at + 4 < sizeof(bar); i++)
		at += (size_t)snprintf(
		    bar + at, sizeof(bar) - at, "%s",
		    style__glyph(style, (__u64)i < filled ? GLYPH_USED : GLYPH_FREE));
	split = strchr(text, '#');
	if (!split)
		snprintf(buf, size, "%s", text);
	else if (cells)
		snprintf(buf, size, "%.*s%s%s", (int)(split - text), text, bar, split + 1);
	else
		snprintf(buf, size, "%.*s%s", (int)(split - text), text,
			 split + strspn(split, "# "));
	return split && limit && used >= limit;
}
