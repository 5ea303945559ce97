/* SPDX-License-Identifier: GPL-2.0 */
/* The constants of all mechanisms, each in the file of its name. */
#ifndef IPCTRACE_MECH_MECHS_H
#define IPCTRACE_MECH_MECHS_H

#include "timeline/mech_ops.h"

extern const struct mech_ops pipe_ops, epoll_ops, shm_ops, shmem_ops, futex_ops, sem_ops,
    eventfd_ops, msg_ops;

#endif
