/* SPDX-License-Identifier: GPL-2.0 */
/* The user behind sudo, as SUDO_UID and SUDO_GID tell. */
#ifndef IPCTRACE_LIB_SUDO_USER_H
#define IPCTRACE_LIB_SUDO_USER_H

#include <sys/types.h>

/*
 * Finds the user that started ipctrace by sudo: 1; 0: it was not started by sudo, or by root. If
 * SUDO_GID is not set, the group is the user's own. -EINVAL: the variable *name has no number.
 */
int sudo_user__find(uid_t *uid, gid_t *gid, const char **name);

#endif
