/* SPDX-License-Identifier: GPL-2.0 */
/* The user behind sudo, as SUDO_UID and SUDO_GID tell. */
#include "lib/sudo_user.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static int parse_id(const char *name, unsigned int *id)
{
	const char *text = getenv(name);
	unsigned long n;
	char *end;

	if (!text)
		return -ENOENT;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text < '0' || *text > '9' || n >= (gid_t)-1)
		return -EINVAL;
	*id = (unsigned int)n;
	return 0;
}

int sudo_user__find(uid_t *uid, gid_t *gid, const char **name)
{
	const struct passwd *pw;
	int rc;

	if (geteuid() != 0)
		return 0;
	*name = "SUDO_UID";
	rc = parse_id(*name, uid);
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	if (*uid == 0)
		return 0;
	*name = "SUDO_GID";
	rc = parse_id(*name, gid);
	if (rc == -ENOENT) {
		pw = getpwuid(*uid);
		*gid = pw ? pw->pw_gid : *uid;
		rc = 0;
	}
	return rc ? rc : 1;
}
