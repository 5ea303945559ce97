/* SPDX-License-Identifier: GPL-2.0 */
#include "cmd/why_who.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "opts/value.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

static bool has_pid(const struct seen_task *t, pid_t pid)
{
	return t->rec.seen_pid == (__u32)pid || t->rec.seen_tid == (__u32)pid;
}

int why_who__take(struct opts *o, char *word)
{
	unsigned int pid;

	if (o->n_pids == OPTS_PIDS || o->n_names == OPTS_PIDS) {
		log_error("why takes %d process ids or names at most", OPTS_PIDS);
		return EXIT_USAGE;
	}
	if (word[strspn(word, "0123456789")]) {
		o->names[o->n_names++] = word;
		return -1;
	}
	if (opts__pid(word, &pid)) {
		log_error("why takes process ids or names, not '%s'", word);
		return EXIT_USAGE;
	}
	o->pids[o->n_pids++] = (pid_t)pid;
	return -1;
}

/* The kernel cuts a longer name off at 15 bytes. */
static bool has_name(const struct look *l, const struct seen_task *t, const char *name)
{
	const struct seen_task *leader = look__task(l, t->rec.e.pid);

	return !strncmp((leader ? leader : t)->rec.comm, name, COMM_LEN - 1);
}

static bool is_wanted(const struct look *l, const struct seen_task *t, const struct opts *o)
{
	/* Not ipctrace itself, unless it is asked for by its number. */
	bool self = t->rec.seen_pid == (__u32)getpid();

	if (o->all)
		return t->waits && !self;
	for (size_t i = 0; i < o->n_pids; i++)
		if (has_pid(t, o->pids[i]))
			return true;
	for (size_t i = 0; i < o->n_names && !self; i++)
		if (has_name(l, t, o->names[i]))
			return true;
	return false;
}

/* Tasks that wait for something that is followed come first, and deadlocks before them. */
static int rank(const struct node *nd)
{
	return nd->verdict == VERDICT_DEADLOCK ? 0 : nd->task->wait.reason ? 1 : 2;
}

size_t why_who__choose(const struct graph *g, const struct opts *o, size_t *shown)
{
	bool one = !o->all && !o->n_names && o->n_pids == 1;
	size_t n = 0;

	for (int r = 0; r < (one ? 1 : 3); r++)
		for (size_t i = 0; i < g->look->n_tasks; i++)
			if (is_wanted(g->look, g->nodes[i].task, o) &&
			    (one || rank(&g->nodes[i]) == r))
				shown[n++] = i;
	return n;
}

static bool is_kernel_thread(pid_t pid)
{
	char path[32], buf[512];
	unsigned long flags = 0;
	const char *at;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	in = fopen(path, "re");
	if (!in)
		return false;
	buf[fread(buf, 1, sizeof(buf) - 1, in)] = '\0';
	fclose(in);
	at = strrchr(buf, ')'); /* the name may have blanks and brackets */
	return at && sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 &&
	       flags & PF_KTHREAD;
}

static void tell_missing(pid_t pid)
{
	if (kill(pid, 0) && errno == ESRCH)
		log_error("no process %d", pid);
	else if (is_kernel_thread(pid))
		log_error("process %d is a thread of the kernel: why looks at those of user space",
			  pid);
	else
		log_error("process %d is there, but this kernel's BPF iterators do not show it",
			  pid);
}

size_t why_who__tell_missing(const struct graph *g, const struct opts *o)
{
	const struct look *l = g->look;
	size_t missing = 0;

	for (size_t i = 0; i < o->n_pids + o->n_names; i++) {
		const char *name = i < o->n_pids ? NULL : o->names[i - o->n_pids];
		bool found = false;

		for (size_t k = 0; k < l->n_tasks && !found; k++)
			found = name ? has_name(l, &l->tasks[k], name) &&
					   l->tasks[k].rec.seen_pid != (__u32)getpid()
				     : has_pid(&l->tasks[k], o->pids[i]);
		if (found)
			continue;
		missing++;
		if (name)
			log_error("no process has the name '%s'", name);
		else
			tell_missing(o->pids[i]);
	}
	return missing;
}
