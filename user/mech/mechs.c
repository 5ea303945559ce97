/* SPDX-License-Identifier: GPL-2.0 */
/* The registry: which constant has what a record tells of. A new mechanism adds a row. */
#include "mech/mechs.h"

#include "names/mech.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct mech_ops none;

/* By enum mech_id. */
static const struct mech_ops *const by_object[] = {
    [MECH_NONE] = &none,       [MECH_PIPE] = &pipe_ops, [MECH_FIFO] = &pipe_ops,
    [MECH_EPOLL] = &epoll_ops, [MECH_SHM] = &shm_ops,	[MECH_SHMEM] = &shmem_ops,
    [MECH_SEM] = &sem_ops,     [MECH_MSG] = &msg_ops,	[MECH_EVENTFD] = &eventfd_ops,
};

/* Those with calls of their own. A futex is a word of an object that is another's. */
static const struct mech_ops *const by_class[] = {
    &sem_ops, &msg_ops, &futex_ops, &shm_ops, &shmem_ops, &epoll_ops,
};

const struct mech_ops *mech_ops__get(unsigned int mech)
{
	return mech < ARRAY_SIZE(by_object) && by_object[mech] ? by_object[mech] : &none;
}

const struct mech_ops *mech_ops__call(const struct ev_op *op)
{
	for (size_t i = 0; op->op < 64 && i < ARRAY_SIZE(by_class); i++)
		if (by_class[i]->classes >> op->op & 1)
			return by_class[i];
	return mech_ops__get(op->obj.mech);
}

const struct mech_ops *mech_ops__sleep(const struct ev_wait *w)
{
	const struct reason *r = reason__get(w->reason);

	if (w->reason == WAIT_FUTEX)
		return &futex_ops;
	return mech_ops__get(r ? r->mech : MECH_NONE);
}
