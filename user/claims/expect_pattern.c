// SPDX-License-Identifier: GPL-2.0
/* One line of an .expect file as a pattern: who, what fact, how often. */
#include <errno.h>
#include <string.h>

#include "claims/expect_parse.h"

static int parse_fact(struct parser *p, struct slice s, const struct fact_word **fact)
{
	char all[FACT_WORDS_LEN];

	*fact = fact_word__find(s);
	if (*fact)
		return 0;
	return parser__fail(p, "unknown fact \"%s\"; facts are %s", parser__shown(p, s),
			    fact_words__list(all));
}

static int parse_role(struct parser *p, struct slice s, struct pattern *pat)
{
	pat->role = ROLE_ANY;
	if (slice__is(s, "*"))
		return 0;
	if (lex__operator(s) < s.len)
		return parser__fail(p, "\"%s\" is no process name; quote it if it is",
				    parser__shown(p, s));
	pat->comm = lex__text(p, s);
	if (!pat->comm)
		return -EINVAL;
	if (!*pat->comm || strlen(pat->comm) >= COMM_LEN)
		return parser__fail(p, "a process name has 1 to %d bytes, \"%s\" has %zu",
				    COMM_LEN - 1, parser__shown(p, s), strlen(pat->comm));
	pat->role = parser__intern(p, &p->ex->roles, pat->comm);
	return pat->role < 0 ? -EINVAL : 0;
}

/* "count OP N": the words after "count". */
static int parse_count(struct parser *p, const struct words *words, struct pattern *pat)
{
	struct slice op, n;
	bool duration = false;

	if (words->n < 3)
		return parser__fail(p, "count OP N ROLE FACT ... is what a count line looks like");
	op = words->w[1];
	n = words->w[2];
	pat->kind = PATTERN_COUNT;
	if (slice__is(op, "=="))
		pat->count_op = CMP_EQ;
	else if (slice__is(op, "=") || lex__comparison(op, &pat->count_op) != op.len || !op.len)
		return parser__fail(p, "unknown comparison \"%s\"; count takes == != < <= > >=",
				    parser__shown(p, op));
	if (lex__number(n, &pat->count, &duration) || duration || pat->count < 0)
		return parser__fail(p, "bad number \"%s\"", parser__shown(p, n));
	if (!pat->count && pat->count_op == CMP_LT)
		return parser__fail(p, "count < 0 can never hold");
	if (!pat->count && pat->count_op == CMP_GE)
		return parser__fail(p, "count >= 0 can never fail");
	return 0;
}

int pattern__parse(struct parser *p, const struct words *words)
{
	struct pattern *pat = parser__keep(p, sizeof(*pat)), **tail;
	const struct fact_word *fact;
	size_t i = 0;

	if (!pat)
		return -EINVAL;
	if (slice__is(words->w[0], "never")) {
		pat->kind = PATTERN_NEVER;
		i = 1;
	} else if (slice__is(words->w[0], "count")) {
		if (parse_count(p, words, pat))
			return -EINVAL;
		i = 3;
	}
	if (words->n < i + 2)
		return parser__fail(p, "a pattern is ROLE FACT CONDITION...");
	pat->line = p->line;
	pat->text = parser__keep_text(p, p->text, strlen(p->text));
	pat->what = parser__keep_text(p, words->w[i].s, strlen(words->w[i].s));
	if (!pat->text || !pat->what)
		return -EINVAL;
	if (parse_role(p, words->w[i], pat) || parse_fact(p, words->w[i + 1], &fact))
		return -EINVAL;
	pat->fact = fact->kind;
	if (conditions__parse(p, words, i + 2, pat))
		return -EINVAL;
	for (tail = &p->claim->patterns; *tail; tail = &(*tail)->next)
		;
	*tail = pat;
	pat->index = p->claim->n_patterns++;
	return 0;
}
