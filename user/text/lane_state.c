// SPDX-License-Identifier: GPL-2.0
/* Objects' states in the lanes: each is printed where it changes. */
#include "text/lane_state.h"

#include <stdio.h>
#include <string.h>

#include "text/gauge.h"

const struct row_object *lane_state__object(const struct row_object *objs, size_t n,
					    const struct lane *lane)
{
	for (size_t i = 0; i < n; i++)
		if (objs[i].key.id == lane->key.id && objs[i].key.mech == lane->key.mech &&
		    objs[i].key.dev == lane->key.dev && objs[i].generation == lane->generation)
			return &objs[i];
	return NULL;
}

/* The object's state, when it is another than the one that was printed last; else false. */
static bool new_state(struct columns *c, const struct style *st, const struct row_object *obj,
		      int cells, bool *full, char *buf, size_t size)
{
	struct lane *lane = columns__object(c, obj);
	int side = obj->side ? snprintf(buf, size, "%u: ", obj->side) : 0;
	char *shown;

	if (!obj->known || !lane)
		return false;
	*full =
	    gauge__format(st, obj->key.mech, &obj->state, cells, buf + side, size - (size_t)side);
	shown = lane->shown[obj->side == 2];
	if (!strcmp(buf, shown))
		return false;
	snprintf(shown, sizeof(lane->shown[0]), "%s", buf);
	return true;
}

void lane_state__add(struct columns *c, const struct style *st, struct line *line,
		     struct lane *lane, const struct row_object *obj)
{
	char text[sizeof(lane->shown[0])];
	bool full;

	if (new_state(c, st, obj, c->cells, &full, text, sizeof(text)))
		line__add(line, lane->x, full ? INK_FULL : INK_PLAIN, "%s", text);
}

void lane_state__append(struct columns *c, const struct style *st, const struct row_object *objs,
			size_t n, char *buf, size_t size)
{
	char state[128];
	bool full;

	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(buf);

		if (new_state(c, st, &objs[i], 0, &full, state, sizeof(state)))
			snprintf(buf + at, size - at, " %s %s %s", style__glyph(st, GLYPH_DOT),
				 objs[i].name, state);
	}
}
