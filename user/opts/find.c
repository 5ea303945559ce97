/* SPDX-License-Identifier: GPL-2.0 */
/* Finds scenarios by their .expect files, relative to the running binary. */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opts/find.h"

#define SUFFIX ".expect"

struct places {
	char binaries[PATH_MAX];
	char expects[PATH_MAX];
};

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int join(char *dst, const char *dir, const char *rest)
{
	return snprintf(dst, PATH_MAX, "%s%s", dir, rest) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int find_places(struct places *p)
{
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *dir;

	if (len < 0)
		return -errno;
	exe[len] = '\0';
	dir = dirname(exe);
	if (!join(p->binaries, dir, "/build/scenarios") && !join(p->expects, dir, "/scenarios") &&
	    is_dir(p->binaries) && is_dir(p->expects))
		return 0;
	if (join(p->binaries, dir, "/../lib/ipctrace/scenarios") || !is_dir(p->binaries))
		join(p->binaries, LIBDIR, "/scenarios");
	strcpy(p->expects, p->binaries);
	return is_dir(p->expects) ? 0 : -ENOENT;
}

/* The name's length when the entry is NAME.expect, else 0. */
static int name_len(const char *entry)
{
	size_t len = strlen(entry), tail = strlen(SUFFIX);

	return len > tail && entry[0] != '.' && !strcmp(entry + len - tail, SUFFIX) ? len - tail
										    : 0;
}

static int is_expect(const struct dirent *d)
{
	return name_len(d->d_name) > 0;
}

int find__names(char ***names, size_t *n)
{
	struct dirent **entries;
	struct places p;
	int count, rc = find_places(&p);

	*names = NULL;
	*n = 0;
	if (rc)
		return rc;
	count = scandir(p.expects, &entries, is_expect, alphasort);
	if (count < 0)
		return -errno;
	*names = calloc(count + 1, sizeof(**names));
	rc = *names ? 0 : -ENOMEM;
	for (int i = 0; i < count; i++) {
		if (!rc) {
			(*names)[i] = strndup(entries[i]->d_name, name_len(entries[i]->d_name));
			if ((*names)[i])
				(*n)++;
			else
				rc = -ENOMEM;
		}
		free(entries[i]);
	}
	free(entries);
	if (rc) {
		find__free_names(*names, *n);
		*names = NULL;
		*n = 0;
	}
	return rc;
}

void find__free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

int find__scenario(const char *name, struct scenario_files *files)
{
	struct places p;
	int rc = find_places(&p);

	if (rc)
		return rc;
	if (!*name || strchr(name, '/'))
		return -ENOENT;
	if (snprintf(files->binary, PATH_MAX, "%s/%s", p.binaries, name) >= PATH_MAX ||
	    snprintf(files->expect, PATH_MAX, "%s/%s" SUFFIX, p.expects, name) >= PATH_MAX)
		return -ENOENT;
	return access(files->expect, F_OK) ? -errno : 0;
}
