/* SPDX-License-Identifier: GPL-2.0 */
/* A wait on a word in shared memory, in words. */
#include "why/words.h"

#define USERS_MAX 3

static void add_users(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct shared_object *o = &l->shared[task->word.object];
	size_t n = 0;

	for (size_t i = 0; i < o->n_users; i++) {
		const struct seen_task *user = &l->tasks[o->users[i]];

		if (user->rec.e.pid == task->rec.e.pid || n++ >= USERS_MAX)
			continue;
		text__add(t, n == 1 ? "; it is mapped by " : ", ");
		words__process(t, l, user);
	}
	if (n > USERS_MAX)
		text__add(t, " and %zu more", n - USERS_MAX);
	if (!n && o->users_known)
		text__add(t, "; no other process has it mapped");
}

void words__word(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct ev_wait *wait = &task->wait;
	const struct shared_word *w = &task->word;
	const char *name = l->shared[w->object].name;

	text__add(t, "the word at offset %llu of ", (unsigned long long)w->offset);
	words__escaped(t, name, sizeof(l->shared->name));
	if (wait->e.flags & EVF_NO_WORD) {
		text__add(t, " is a lock that somebody has");
	} else if (w->value_known && w->value != wait->value) {
		text__add(t, " was ");
		text__word(t, wait->value);
		text__add(t, " when it went to sleep and is ");
		text__word(t, w->value);
		text__add(t, " now; nobody has woken it since");
	} else {
		text__add(t, w->value_known ? " is " : " was ");
		text__word(t, wait->value);
		text__add(t, w->value_known ? "" : " when it went to sleep");
		text__add(t, "; it waits until somebody changes it and wakes it");
	}
	add_users(t, l, task);
}
