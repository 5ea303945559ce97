/* SPDX-License-Identifier: GPL-2.0 */
/* Pipes and FIFOs: what the stages call. */
#include "mech/pipe.h"

#include "mech/mechs.h"
#include "names/fifo_words.h"
#include "words/field_groups.h"
#include "words/labels.h"

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	if (w->reason == WAIT_FIFO_PARTNER)
		fields__word(fs, "opens", end_label(fifo_wait_end(w)));
}

const struct mech_ops pipe_ops = {
    .why = pipe__why,
    .limit = pipe__limit,
    .sigpipe = pipe__sigpipe,
    .still_due = pipe__still_due,
    .tell_op = pipe__tell_op,
    .tell_sleep = pipe__tell_sleep,
    .tell_look = pipe__tell_look,
    .sleep_fields = sleep_fields,
};
