// SPDX-License-Identifier: GPL-2.0
/* The lines of an .expect file about how a case is run: watch, interactive and varies. */
#include <errno.h>

#include "claims/expect_parse.h"
#include "names/watch_spec.h"

int watch__parse(struct parser *p, const struct words *words)
{
	struct watch_spec spec;
	const char *wrong;
	struct watched *w, **tail = p->section ? &p->section->watched : &p->ex->watched;

	if (p->claim)
		return parser__fail(
		    p, "watch stands before the first case, or before a case's claims");
	if (words->n < 2)
		return parser__fail(p, "watch needs a word of memory, like shm:1234+0:4");
	if (words->n > 2)
		return parser__fail(p, "\"%s\" is too much in a watch line",
				    parser__shown(p, words->w[2]));
	w = parser__keep(p, sizeof(*w));
	if (!w)
		return -EINVAL;
	w->text = lex__text(p, words->w[1]);
	if (!w->text)
		return -EINVAL;
	wrong = watch_spec__parse(&spec, w->text);
	if (wrong)
		return parser__fail(p, "watch takes %s", wrong);
	while (*tail)
		tail = &(*tail)->next;
	*tail = w;
	return 0;
}

int interactive__parse(struct parser *p, const struct words *words)
{
	if (p->claim || !p->section || p->section->interactive)
		return parser__fail(p, "interactive stands before a case's claims, once");
	if (words->n > 1)
		return parser__fail(p, "\"%s\" is too much in an interactive line",
				    parser__shown(p, words->w[1]));
	p->section->interactive = true;
	return 0;
}

int varies__parse(struct parser *p, const struct words *words)
{
	static const char *const names[] = {[VARIES_NOTHING] = "nothing",
					    [VARIES_STATE] = "state",
					    [VARIES_SLEEPS] = "sleeps",
					    [VARIES_TURNS] = "turns",
					    [VARIES_CALLS] = "calls"};

	if (p->claim || !p->section || p->section->says_varies)
		return parser__fail(p, "varies stands before a case's claims, once");
	for (size_t i = 0; words->n == 2 && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!slice__is(words->w[1], names[i]))
			continue;
		p->section->varies = (enum varies)i;
		p->section->says_varies = true;
		return 0;
	}
	return parser__fail(p, "varies takes one of nothing, state, sleeps, turns, calls");
}

const char *const *watches__of(struct parser *p, const struct section *s)
{
	const struct watched *lists[] = {p->ex->watched, s->watched}, *w;
	const char **all;
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		for (w = lists[i]; w; w = w->next)
			n++;
	all = parser__keep(p, (n + 1) * sizeof(*all));
	n = 0;
	for (size_t i = 0; all && i < 2; i++)
		for (w = lists[i]; w; w = w->next)
			all[n++] = w->text;
	return all;
}
