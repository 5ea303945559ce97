/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options that say which tasks are followed and what is recorded of them. Sets o->pids and
 * o->filter.
 */
#include "opts/filter.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include "lib/kernel_dev.h"
#include "names/mech.h"
#include "opts/value.h"

/* The next word of a list; false where there is none. */
static bool next_word(const char **list, char *word, size_t size)
{
	size_t len = strcspn(*list, ",");

	if (!**list || len >= size)
		return false;
	memcpy(word, *list, len);
	word[len] = '\0';
	*list += len;
	/* A comma has a word behind it. */
	if (**list == ',' && !*++*list)
		return false;
	return true;
}

/* Digits, then what has to stand behind them. */
static bool read_number(const char *text, const char *behind, __u64 greatest, __u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !errno && !strcmp(end, behind) && *out <= greatest;
}

static const char *take_pids(struct opts *o, const char *list)
{
	char word[16];
	unsigned int pid;

	do {
		if (!next_word(&list, word, sizeof(word)) || opts__pid(word, &pid) ||
		    o->n_pids == OPTS_PIDS)
			return "process ids, 64 at most: 12,34";
		o->pids[o->n_pids++] = (pid_t)pid;
	} while (*list);
	return NULL;
}

static const char *take_comm(struct opts *o, const char *name)
{
	size_t len = strlen(name);

	/* One cut off here would be the name of others, too. */
	if (!len || len >= COMM_LEN)
		return "a name of 15 bytes at most: the kernel cuts a longer one off there";
	memset(o->filter.comm, 0, sizeof(o->filter.comm));
	memcpy(o->filter.comm, name, len);
	o->filter.flags |= FILTER_COMM;
	return NULL;
}

static const char *take_user(struct opts *o, const char *name)
{
	const struct passwd *pw = getpwnam(name);
	__u64 uid;

	/* The kernel has no user (uid_t)-1. */
	if (!pw && !read_number(name, "", (uid_t)-1 - 1, &uid))
		return "a user's name or number";
	o->filter.uid = pw ? pw->pw_uid : (__u32)uid;
	o->filter.flags |= FILTER_USER;
	return NULL;
}

static const char *take_cgroup(struct opts *o, const char *dir)
{
	struct statfs fs;
	struct stat st;

	/* Any other directory has an inode number, too, which is no cgroup's or the wrong one's. */
	if (stat(dir, &st) || !S_ISDIR(st.st_mode) || statfs(dir, &fs) ||
	    fs.f_type != CGROUP2_SUPER_MAGIC)
		return "a directory of a cgroup2 file system (see findmnt -t cgroup2)";
	o->filter.cgroup = st.st_ino;
	o->filter.flags |= FILTER_CGROUP;
	return NULL;
}

static const char *take_mechs(struct opts *o, const char *list)
{
	static const char some_of[] = "some of "
#define MECH(id, name, label, ...) label ", "
#include "abi/mech.def"
	    SIGNAL_WORD;
	char word[16];

	do {
		int id;

		if (!next_word(&list, word, sizeof(word)))
			return some_of;
		if (!strcmp(word, SIGNAL_WORD)) {
			o->filter.mechs |= MECHS_SIGNALS;
			continue;
		}
		id = mech__find(word);
		if (id <= 0)
			return some_of;
		o->filter.mechs |= 1U << id;
	} while (*list);
	/* All lists that were given count together. */
	o->filter.no_signals = !(o->filter.mechs & MECHS_SIGNALS);
	return NULL;
}

static struct filter_object *new_object(struct opts *o)
{
	struct filter *f = &o->filter;

	return f->n_objects < FILTER_OBJECTS ? &f->objects[f->n_objects++] : NULL;
}

/* Behind "pipe:["; NULL: it does not begin so. */
static const char *number_behind(const char *word, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(word, name, len) && !strncmp(word + len, ":[", 2) ? word + len + 2 : NULL;
}

/* "5123", or as the output, and readlink /proc/PID/fd/N, say it: "pipe:[5123]". */
static bool take_number(struct opts *o, int mech, const char *word)
{
	struct filter_object *obj = new_object(o);
	const char *number = number_behind(word, mech__get(mech)->name);
	__u64 greatest = mech__has(mech, MT_SYSV) ? INT_MAX : ULLONG_MAX;

	if (!obj)
		return false;
	if (!number)
		number = number_behind(word, mech__link_name(mech));
	obj->mech = (__u8)mech;
	return read_number(number ? number : word, number ? "]" : "", greatest, &obj->id);
}

/* The option is called as its mechanism is. */
static const char *take_object(struct opts *o, int mech, const char *word)
{
	static char wanted[80];
	const char *like = mech__has(mech, MT_SYSV) ? "17" : "5123";

	if (take_number(o, mech, word))
		return NULL;
	snprintf(wanted, sizeof(wanted), "%s like %s or %s:[%s], 8 objects at most",
		 mech__has(mech, MT_SYSV) ? "an id" : "an inode", like, mech__get(mech)->name,
		 like);
	return wanted;
}

/* An object that is known by len bytes of a name only. */
static bool take_name(struct opts *o, int mech, const char *text, size_t len)
{
	struct filter_object *obj = new_object(o);
	struct filter_name *name;

	if (!obj || !len || len > FILTER_NAME)
		return false;
	obj->mech = (__u8)mech;
	obj->id = FILTER_NO_ID;
	name = &o->filter.names[obj - o->filter.objects];
	memcpy(name->text, text, len);
	name->len = (__u32)len;
	o->filter.by_name = 1;
	return true;
}

/* "jobs", "/jobs", or as the output says it: "mq:/jobs". A record has no room for a longer one. */
static const char *take_queue(struct opts *o, const char *name)
{
	static const char label[] = "mq:/";
	size_t len;

	if (!strncmp(name, label, sizeof(label) - 1))
		name += sizeof(label) - 1;
	else if (*name == '/')
		name++;
	len = strlen(name);
	if (strchr(name, '/') || len > PATH_LEN - 2 || !take_name(o, MECH_MQ, name, len))
		return "the name of a queue, as /jobs, with 46 bytes at most; 8 objects at most";
	return NULL;
}

static const char *take_port(struct opts *o, const char *arg)
{
	struct filter_object *obj = new_object(o);
	__u64 port;

	if (!obj || !read_number(arg, "", USHRT_MAX, &port) || !port)
		return "a port, 1 to 65535; 8 objects at most";
	obj->mech = MECH_SOCK;
	obj->id = FILTER_PORT | port;
	o->filter.by_port = 1;
	return NULL;
}

static const char *take_path(struct opts *o, const char *path)
{
	struct filter_object *obj = new_object(o);
	struct stat st;

	if (!obj || stat(path, &st) || !S_ISFIFO(st.st_mode))
		return "a FIFO, 8 objects at most";
	obj->mech = MECH_FIFO;
	obj->id = st.st_ino;
	obj->dev = kernel_dev(&st);
	return NULL;
}

static bool has_name_of(const struct filter *f, unsigned int mech)
{
	for (__u32 i = 0; i < f->n_objects; i++)
		if (f->objects[i].mech == mech && f->objects[i].id == FILTER_NO_ID)
			return true;
	return false;
}

/* As bind(2) was given it: a path, or behind an @ an abstract name without a NUL. */
static const char *take_unix(struct opts *o, const char *arg)
{
	char name[sizeof(((struct sockaddr_un *)0)->sun_path)] = {0};
	size_t len = strlen(arg);

	if (len > sizeof(name) || !strcmp(arg, "@") || has_name_of(&o->filter, MECH_SOCK))
		return "one name, 108 bytes at most";
	memcpy(name, arg, len);
	if (*name == '@')
		*name = '\0';
	return take_name(o, MECH_SOCK, name, len) ? NULL : "one name, 108 bytes at most";
}

static const char *take_waits(struct opts *o, const char *arg)
{
	(void)arg;
	o->filter.waits_only = 1;
	return NULL;
}

const char *opts__narrow(struct opts *o, const char *name, const char *arg)
{
	static const struct {
		const char *name;
		const char *(*take)(struct opts *o, const char *arg);
	} options[] = {
	    {"pid", take_pids},	     {"comm", take_comm},  {"user", take_user},
	    {"cgroup", take_cgroup}, {"mech", take_mechs}, {"path", take_path},
	    {"mq", take_queue},	     {"unix", take_unix},  {"port", take_port},
	    {"waits", take_waits},
	};
	int mech = mech__find(name);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(name, options[i].name))
			return options[i].take(o, arg);
	return mech__has(mech, MT_PICK) ? take_object(o, mech, arg) : "an option of its own";
}

bool opts__narrowed(const struct opts *o)
{
	const struct filter *f = &o->filter;

	return f->flags & FILTER_TASKS || f->mechs || f->n_objects || f->min_wait ||
	       f->waits_only || (o->attach && !o->all);
}
