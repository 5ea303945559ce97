/* SPDX-License-Identifier: GPL-2.0 */
/* The path of a FIFO, or of another object with a path, that was open before tracing began. */
#include <linux/types.h>

#include "trace/held_path.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names/mech.h"
#include "lib/kernel_dev.h"

static ssize_t read_link(const char *link, char buf[PATH_MAX])
{
	ssize_t n = readlink(link, buf, PATH_MAX - 1);

	buf[n > 0 ? n : 0] = '\0';
	return n;
}

static bool is_object(const struct stat *st, const struct ipc_object *obj)
{
	return st->st_ino == obj->id && kernel_dev(st) == obj->dev;
}

void held_path__fill(struct ev_object *ob)
{
	char link[64], path[PATH_MAX], again[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (ob->change != OBJ_HELD || !mech__has(ob->obj.mech, MT_PATH) || ob->path[0])
		return;
	snprintf(link, sizeof(link), "/proc/%u/fd/%d", ob->e.pid, ob->fd);
	n = read_link(link, path);
	/* Pid and descriptor may mean something else by now. */
	if (n <= 0 || stat(link, &st) || !is_object(&st, &ob->obj) || read_link(link, again) != n ||
	    strcmp(path, again) != 0)
		return;
	if (n < PATH_LEN)
		memcpy(ob->path, path, (size_t)n + 1);
	else
		memcpy(ob->path, path + n - (PATH_LEN - 1), PATH_LEN);
}
