/* SPDX-License-Identifier: GPL-2.0 */
/* Creates files to be written safely, often by root and in directories of other users. */
#include "lib/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/sudo_user.h"

#define TRIES 100

static int refuse(const char *path, const char *why, int error)
{
	log_error("cannot write %s: %s", path, why);
	return -error;
}

/* The number behind prefix in path; -1: none. */
static int number_behind(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);
	char *end;
	long fd;

	if (strncmp(path, prefix, n) || path[n] < '0' || path[n] > '9')
		return -1;
	fd = strtol(path + n, &end, 10);
	return *end || fd > INT_MAX ? -1 : (int)fd;
}

/* The descriptor of ours that path names; -1: none. */
static int own_descriptor(const char *path)
{
	int fd = number_behind(path, "/dev/fd/");

	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	return fd >= 0 ? fd : number_behind(path, "/proc/self/fd/");
}

static bool swallows(const struct stat *st)
{
	return major(st->st_rdev) == 1 && (minor(st->st_rdev) == 3 || minor(st->st_rdev) == 7);
}

/* A terminal, /dev/null or /dev/full. */
static int open_device(int dir, const char *name, const char *path)
{
	int fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return refuse(path, strerror(errno), errno);
	if (!fstat(fd, &st) && S_ISCHR(st.st_mode) && (isatty(fd) || swallows(&st)))
		return fd;
	close(fd);
	return refuse(path, "it is a device", EEXIST);
}

static int make(int dir, const char *name)
{
	return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Under a name that cannot be predicted. */
static int make_unnamed(int dir, char name[32])
{
	unsigned long long random;
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -1;
		snprintf(name, 32, ".ipctrace-%016llx", random);
		fd = make(dir, name);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	return fd;
}

/* The user behind sudo has it. One that cannot be known leaves it to root. */
static int give_away(int fd)
{
	const char *name;
	uid_t uid;
	gid_t gid;

	return sudo_user__find(&uid, &gid, &name) == 1 ? fchown(fd, uid, gid) : 0;
}

static int finish(int dir, int fd, const char *temp, const char *name)
{
	int error;

	if (!give_away(fd) && (temp == name || !renameat(dir, temp, dir, name)))
		return fd;
	error = errno;
	unlinkat(dir, temp, 0);
	close(fd);
	errno = error;
	return -1;
}

static int open_in(int dir, const char *name, const char *path, bool replace)
{
	struct stat st;
	char temp[32];
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		replace = false;
	else if (S_ISCHR(st.st_mode))
		return open_device(dir, name, path);
	else if (S_ISDIR(st.st_mode))
		return refuse(path, strerror(EISDIR), EISDIR);
	else if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return refuse(path,
			      S_ISFIFO(st.st_mode)   ? "it is a FIFO"
			      : S_ISSOCK(st.st_mode) ? "it is a socket"
						     : "it is a device",
			      EEXIST);
	fd = replace ? make_unnamed(dir, temp) : make(dir, name);
	if (fd >= 0)
		fd = finish(dir, fd, replace ? temp : name, name);
	if (fd >= 0)
		return fd;
	return refuse(path, errno == EEXIST ? "it exists; --force replaces it" : strerror(errno),
		      errno);
}

int new_file__open(const char *path, bool replace)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int own = own_descriptor(path), dir, fd;
	char parent[PATH_MAX];

	if (own >= 0) {
		fd = fcntl(own, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? refuse(path, strerror(errno), errno) : fd;
	}
	if ((size_t)(name - path) >= sizeof(parent))
		return refuse(path, strerror(ENAMETOOLONG), ENAMETOOLONG);
	snprintf(parent, sizeof(parent), "%.*s", (int)(name - path), path);
	/* The same directory to the end, whatever is renamed meanwhile. */
	dir = open(*parent ? parent : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return refuse(path, strerror(errno), errno);
	fd = *name ? open_in(dir, name, path, replace) : refuse(path, strerror(EISDIR), EISDIR);
	close(dir);
	return fd;
}
