/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the struct mech_ops of a record. */
#include "mech/mechs.h"

#include "names/mech.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct mech_ops none;

/* By enum mech_id. */
static const struct mech_ops *const by_object[] = {
    [MECH_NONE] = &none,
#define MECH_OPS(mech, constant) [MECH_##mech] = &(constant),
#include "mech/mechs.def"
};

const struct mech_ops *mech_ops__get(unsigned int mech)
{
	return mech < ARRAY_SIZE(by_object) && by_object[mech] ? by_object[mech] : &none;
}

const struct mech_ops *mech_ops__call(const struct ev_op *op)
{
	__u64 class = op->op < 64 ? 1ULL << op->op : 0;

	if (futex_ops.classes & class)
		return &futex_ops;
	for (unsigned int mech = 0; mech < ARRAY_SIZE(by_object); mech++)
		if (mech_ops__get(mech)->classes & class)
			return by_object[mech];
	return mech_ops__get(op->obj.mech);
}

const struct mech_ops *mech_ops__sleep(const struct ev_wait *w)
{
	const struct reason *r = reason__get(w->reason);

	if (w->reason == WAIT_FUTEX)
		return &futex_ops;
	return mech_ops__get(r ? r->mech : MECH_NONE);
}
