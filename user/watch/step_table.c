/* SPDX-License-Identifier: GPL-2.0 */
/* The stepped threads and their processes. */
#include "watch/step_table.h"

#include <stdlib.h>
#include <unistd.h>

struct step_thread *step_table__find(const struct step_table *t, pid_t tid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->threads[i]->tid == tid)
			return t->threads[i];
	return NULL;
}

struct step_process *step_table__process(const struct step_table *t, pid_t pid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->threads[i]->proc->pid == pid)
			return t->threads[i]->proc;
	return NULL;
}

static struct step_process *new_process(pid_t pid)
{
	struct step_process *p = calloc(1, sizeof(*p));

	if (p) {
		p->pid = pid;
		p->pagemap = -1;
	}
	return p;
}

static void drop_process(struct step_process *p)
{
	if (!p || p->threads)
		return;
	if (p->pagemap >= 0)
		close(p->pagemap);
	free(p);
}

struct step_thread *step_table__add(struct step_table *t, pid_t pid, pid_t tid)
{
	struct step_process *p = step_table__process(t, pid);
	struct step_thread *th = calloc(1, sizeof(*th));
	size_t room = t->n < t->room ? t->room : 2 * t->room + 8;
	struct step_thread **all = realloc(t->threads, room * sizeof(*all));

	if (all) {
		t->threads = all;
		t->room = room;
	}
	if (!p)
		p = new_process(pid);
	if (!th || !all || !p) {
		free(th);
		drop_process(p);
		return NULL;
	}
	p->threads++;
	th->tid = tid;
	th->proc = p;
	th->call.nr = -1;
	return t->threads[t->n++] = th;
}

void step_table__drop(struct step_table *t, struct step_thread *th)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->threads[i] == th)
			t->threads[i] = t->threads[--t->n];
	th->proc->threads--;
	drop_process(th->proc);
	free(th);
}
