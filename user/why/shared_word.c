/* SPDX-License-Identifier: GPL-2.0 */
/* Reads from /proc about words that tasks wait on in shared memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "timeline/mech_ops.h"
#include "why/shared_word.h"

#define DELETED " (deleted)"

bool map_line__parse(char *line, struct map_line *m)
{
	unsigned long long start, end, offset, inode;
	unsigned int major, minor;
	char rights[5];
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &start, &end, rights, &offset, &major,
		   &minor, &inode, &path) < 7)
		return false;
	*m = (struct map_line){.start = start,
			       .end = end,
			       .offset = offset,
			       .dev = (__u64)major << 32 | minor,
			       .inode = inode,
			       .shared = rights[3] == 's',
			       .path = line + path};
	return true;
}

void map_line__name(char *buf, size_t size, const struct map_line *m, __u32 ipc_ns, __u32 home)
{
	size_t len = strlen(m->path), end = strlen(DELETED);
	struct map_path mapped = {m->path, len, m->inode, ipc_ns, home};

	if (len > end && !strcmp(m->path + len - end, DELETED))
		mapped.len -= end;
	for (unsigned int mech = 1; mech <= (__u8)~0; mech++) {
		const struct mech_ops *ops = mech_ops__get(mech);

		if (ops->mapped_name && ops->mapped_name(&mapped, buf, size))
			return;
	}
	snprintf(buf, size, "%.*s", (int)mapped.len, m->path);
}

/* Calls fn for each shared mapping of the process until it returns true. 0, 1 if it did, or -errno. */
static int each_mapping(__u32 pid, bool (*fn)(void *ctx, const struct map_line *m), void *ctx)
{
	char path[32], *line = NULL;
	size_t room = 0;
	struct map_line m;
	int rc = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (!rc && getline(&line, &room, f) > 0)
		rc = map_line__parse(line, &m) && m.shared && fn(ctx, &m);
	if (ferror(f))
		rc = -errno;
	free(line);
	fclose(f);
	return rc;
}

/* Where the word of a task is. */
struct place {
	struct look *look;
	struct seen_task *task;
	int rc;
};

static __u32 ipc_ns_of(__u32 pid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u/ns/ipc", pid);
	return stat(path, &st) ? 0 : (__u32)st.st_ino;
}

static size_t find_object(const struct look *l, const struct map_line *m)
{
	size_t i = 0;

	while (i < l->n_shared && (l->shared[i].dev != m->dev || l->shared[i].inode != m->inode))
		i++;
	return i;
}

static int add_object(struct look *l, const struct map_line *m, __u32 pid)
{
	struct shared_object *more = realloc(l->shared, (l->n_shared + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	l->shared = more;
	more += l->n_shared++;
	*more = (struct shared_object){.dev = m->dev, .inode = m->inode, .users_known = true};
	map_line__name(more->name, sizeof(more->name), m, ipc_ns_of(pid), l->ipc_ns);
	return 0;
}

static bool is_there(void *ctx, const struct map_line *m)
{
	struct place *p = ctx;
	__u64 at = p->task->wait.arg;
	size_t i = find_object(p->look, m);

	if (at < m->start || at >= m->end)
		return false;
	if (i == p->look->n_shared)
		p->rc = add_object(p->look, m, p->task->rec.seen_pid);
	p->task->word =
	    (struct shared_word){.object = i, .offset = at - m->start + m->offset, .known = !p->rc};
	return true;
}

/* Whether the task is in the sleep that the look saw, and was not woken (proc_pid_status(5)). */
static bool sleeps_on(const struct look_task *t)
{
	unsigned long long switches = 0, n;
	char path[64], line[128];
	bool asleep = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/status", t->seen_pid, t->seen_tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		asleep |= !strncmp(line, "State:\tS", 8);
		if (sscanf(line, "voluntary_ctxt_switches: %llu", &n) == 1 ||
		    sscanf(line, "nonvoluntary_ctxt_switches: %llu", &n) == 1)
			switches += n;
	}
	if (f)
		fclose(f);
	return asleep && switches == t->switches;
}

/* A value says nothing about a sleep that is over. */
static void read_value(struct shared_word *w, const struct seen_task *t)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/mem", t->rec.seen_pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	w->value_known =
	    pread(fd, &w->value, sizeof(w->value), (off_t)t->wait.arg) == sizeof(w->value) &&
	    sleeps_on(&t->rec);
	close(fd);
}

/* A process that may have some of the objects mapped. */
struct user {
	struct look *look;
	size_t task;
	int rc;
};

static bool add_user(void *ctx, const struct map_line *m)
{
	struct user *u = ctx;
	const struct seen_task *tasks = u->look->tasks;
	size_t i = find_object(u->look, m);
	struct shared_object *o = &u->look->shared[i];
	size_t *more;

	if (i == u->look->n_shared)
		return false;
	if (o->n_users && tasks[o->users[o->n_users - 1]].rec.e.pid == tasks[u->task].rec.e.pid)
		return false;
	more = realloc(o->users, (o->n_users + 1) * sizeof(*more));
	if (!more) {
		u->rc = -ENOMEM;
		return true;
	}
	o->users = more;
	more[o->n_users++] = u->task;
	return false;
}

static int find_users(struct look *l, size_t task)
{
	const struct look_task *t = &l->tasks[task].rec;
	struct user u = {.look = l, .task = task};
	int rc = t->seen_tid ? each_mapping(t->seen_tid, add_user, &u) : -EACCES;

	/* One that has ended has nothing mapped. */
	for (size_t i = 0; rc < 0 && rc != -ENOENT && rc != -ESRCH && i < l->n_shared; i++)
		l->shared[i].users_known = false;
	return u.rc;
}

/* Whether its process is looked at by it: the memory of one whose first thread has ended is its others'. */
static bool speaks(const struct look *l, const struct look_task *t)
{
	const struct seen_task *first = look__task(l, t->e.pid);

	return t->e.tid == t->e.pid || (first && first->rec.state == LOOK_ZOMBIE);
}

int shared_words__read(struct look *l)
{
	int rc = 0;

	for (size_t i = 0; i < l->n_tasks && !rc; i++) {
		struct seen_task *t = &l->tasks[i];
		struct place p = {.look = l, .task = t};

		if (!(t->rec.flags & LOOK_WORD) || !t->rec.seen_pid)
			continue;
		each_mapping(t->rec.seen_pid, is_there, &p);
		rc = p.rc;
		if (t->word.known)
			read_value(&t->word, t);
	}
	for (size_t i = 0; i < l->n_tasks && l->n_shared && !rc; i++)
		if (speaks(l, &l->tasks[i].rec))
			rc = find_users(l, i);
	return rc;
}
