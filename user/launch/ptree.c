/* SPDX-License-Identifier: GPL-2.0 */
/* Reads descendants and states of processes from /proc/PID/stat, which needs no kernel option. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/escape.h"
#include "launch/ptree.h"

struct proc {
	pid_t pid, parent;
	char state; /* proc(5) */
	bool dead;
};

/* path: of a stat file. */
static int read_stat(const char *path, char *name, size_t size, struct proc *out)
{
	const char *open_paren, *close_paren;
	char text[512];
	ssize_t len;
	int fd, threads;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -ESRCH;
	text[len] = '\0';
	/* The name may hold anything, parentheses too: the last one ends it. */
	open_paren = strchr(text, '(');
	close_paren = memrchr(text, ')', len);
	if (!open_paren || !close_paren || close_paren < open_paren)
		return -EPROTO;
	if (name)
		escape_text(name, size, open_paren + 1, close_paren - open_paren - 1);
	if (sscanf(close_paren + 1,
		   " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d",
		   &out->state, &out->parent, &threads) != 3)
		return -EPROTO;
	/* A leader that has left lives on in its threads. */
	out->dead = (out->state == 'Z' && threads <= 1) || out->state == 'X';
	return 0;
}

static int read_proc(pid_t pid, char *name, size_t size, struct proc *out)
{
	char path[32];

	out->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return read_stat(path, name, size, out);
}

static int read_all(struct proc **procs, size_t *n)
{
	size_t room = 0;
	struct dirent *d;
	DIR *dir = opendir("/proc");

	*procs = NULL;
	*n = 0;
	if (!dir)
		return -errno;
	while ((d = readdir(dir))) {
		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		if (*n == room) {
			struct proc *more;

			room = room ? 2 * room : 256;
			more = realloc(*procs, room * sizeof(**procs));
			if (!more) {
				closedir(dir);
				return -ENOMEM;
			}
			*procs = more;
		}
		if (!read_proc(atoi(d->d_name), NULL, 0, &(*procs)[*n]))
			(*n)++;
	}
	closedir(dir);
	return 0;
}

int ptree__descendants(pid_t root, pid_t *pids, size_t max)
{
	struct proc *procs;
	pid_t *found = NULL;
	size_t n, n_found = 1, living = 0;
	int rc = read_all(&procs, &n);

	if (!rc)
		found = malloc((n + 1) * sizeof(*found));
	if (!found) {
		free(procs);
		return rc ? rc : -ENOMEM;
	}
	found[0] = root;
	for (size_t i = 0; i < n_found; i++) {
		for (size_t j = 0; j < n; j++) {
			if (procs[j].parent != found[i] || procs[j].pid == root)
				continue;
			found[n_found++] = procs[j].pid;
			if (!procs[j].dead && living++ < max)
				pids[living - 1] = procs[j].pid;
			procs[j].parent = -1;
		}
	}
	free(found);
	free(procs);
	return living;
}

size_t ptree__describe(pid_t pid, char *buf, size_t size)
{
	char name[128];
	struct proc proc;
	int len;

	buf[0] = '\0';
	if (read_proc(pid, name, sizeof(name), &proc) || proc.dead)
		return 0;
	len = snprintf(buf, size, "%s (%d)", name, pid);
	return (size_t)len < size ? (size_t)len : size - 1;
}

bool ptree__stopped(pid_t pid)
{
	char path[64];
	const struct dirent *d;
	struct proc thread;
	bool all = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && all && (d = readdir(dir))) {
		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stat", pid, d->d_name);
		if (!read_stat(path, NULL, 0, &thread))
			all = strchr("TtZX", thread.state);
	}
	if (dir)
		closedir(dir);
	return all;
}
