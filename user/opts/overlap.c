/* SPDX-License-Identifier: GPL-2.0 */
/* Refuses an output that is an input or the other output. */
#include "opts/overlap.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "opts/find.h"

#define LINKS_MAX 40 /* as the kernel follows */

struct place {
	dev_t dev;
	ino_t ino;
	char name[NAME_MAX + 1]; /* in the directory that ino is; "": ino is the file */
};

/* Splits at the last slash: path becomes the directory, with that slash, or "". */
static bool split(char path[PATH_MAX], char name[NAME_MAX + 1])
{
	char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;

	if (!*last || strlen(last) > NAME_MAX)
		return false;
	strcpy(name, last);
	*last = '\0';
	return true;
}

/* Where open() would make it: links that lead nowhere yet are followed. */
static bool place_to_be(const char *path, struct place *pl)
{
	char at[PATH_MAX], to[PATH_MAX];
	struct stat st;

	if (strlen(path) >= sizeof(at))
		return false;
	strcpy(at, path);
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t n = readlink(at, to, sizeof(to) - 1);
		size_t dir;

		if (!split(at, pl->name))
			return false;
		if (n < 0) {
			if (stat(*at ? at : ".", &st))
				return false;
			pl->dev = st.st_dev;
			pl->ino = st.st_ino;
			return true;
		}
		to[n] = '\0';
		dir = *to == '/' ? 0 : strlen(at);
		if (dir + (size_t)n >= sizeof(at))
			return false;
		strcpy(at + dir, to);
	}
	return false;
}

/* path NULL: stdout. False if there is nothing that could be emptied. */
static bool place_of(const char *path, struct place *pl)
{
	struct stat st;

	memset(pl, 0, sizeof(*pl));
	if (path ? stat(path, &st) : fstat(STDOUT_FILENO, &st))
		return path && errno == ENOENT && place_to_be(path, pl);
	pl->dev = st.st_dev;
	pl->ino = st.st_ino;
	return S_ISREG(st.st_mode);
}

static bool same(const char *a, const char *b)
{
	struct place pa, pb;

	return place_of(a, &pa) && place_of(b, &pb) && pa.dev == pb.dev && pa.ino == pb.ino &&
	       !strcmp(pa.name, pb.name);
}

struct output {
	const char *option, *path;
	bool is;
};

static bool writes_into(const struct output outputs[2], const char *input)
{
	for (size_t i = 0; i < 2; i++) {
		if (!outputs[i].is || !same(outputs[i].path, input))
			continue;
		log_error("%s%s would write into %s, which is read; name another file",
			  outputs[i].option, outputs[i].path ? outputs[i].path : "", input);
		return true;
	}
	return false;
}

int overlap__check(const struct opts *o)
{
	const struct output outputs[2] = {
	    {o->output ? "-o " : "stdout", o->output, !o->silent},
	    {o->silent ? "-o " : "--record ", o->record, o->record},
	};
	const char *const inputs[] = {o->file, o->other_file, o->expect};
	struct scenario_files files;

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (inputs[i] && writes_into(outputs, inputs[i]))
			return EXIT_USAGE;
	for (size_t i = 0; i < o->n_scenarios; i++)
		if (!find__scenario(o->scenarios[i].name, &files) &&
		    writes_into(outputs, files.expect))
			return EXIT_USAGE;
	if (o->record && same(o->output, o->record) && !o->silent) {
		log_error("%s%s and --record %s are one file; name another one", outputs[0].option,
			  o->output ? o->output : "", o->record);
		return EXIT_USAGE;
	}
	return -1;
}
