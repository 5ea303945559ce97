// SPDX-License-Identifier: GPL-2.0
/* Reads an .expect file: its cases and their claims. Refuses a claim that could not fail. */
#include "claims/expect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims/expect_parse.h"

static const char *wanted_string(struct parser *p, const struct words *words, size_t i)
{
	if (i < words->n && slice__quoted(words->w[i]))
		return lex__text(p, words->w[i]);
	parser__fail(p, "%s needs a \"quoted text\"", parser__shown(p, words->w[0]));
	return NULL;
}

static const char *wanted_name(struct parser *p, const struct words *words)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";

	if (words->n < 2 || strspn(words->w[1].s, allowed) < words->w[1].len) {
		parser__fail(p, "%s needs a name of letters, digits, - _ .",
			     parser__shown(p, words->w[0]));
		return NULL;
	}
	return parser__keep_text(p, words->w[1].s, words->w[1].len);
}

static int no_more(struct parser *p, const struct words *words, size_t n)
{
	if (words->n <= n)
		return 0;
	return parser__fail(p, "\"%s\" is too much in a %s line", parser__shown(p, words->w[n]),
			    parser__shown(p, words->w[0]));
}

/* Whether it would fail on a run in which nothing happens. If not, the claim is worthless. */
static bool needs_a_record(const struct claim *claim)
{
	const struct pattern *pat;

	for (pat = claim->patterns; pat; pat = pat->next) {
		if (pat->kind == PATTERN_PLAIN)
			return true;
		if (pat->kind == PATTERN_COUNT && !comparison__holds(pat->count_op, 0, pat->count))
			return true;
	}
	return false;
}

static int end_claim(struct parser *p)
{
	const struct claim *claim = p->claim;

	p->claim = NULL;
	if (!claim || needs_a_record(claim))
		return 0;
	p->line = claim->line;
	return parser__fail(p,
			    claim->patterns ? "claim %s would hold if nothing happened at all: it "
					      "needs a plain pattern, or a count above 0"
					    : "claim %s has no pattern",
			    claim->name);
}

static int end_section(struct parser *p)
{
	if (end_claim(p))
		return -EINVAL;
	if (!p->section || p->section->n_claims)
		return 0;
	p->line = p->section->line;
	return parser__fail(p, "case %s has no claim", p->section->name);
}

static int add_section(struct parser *p, const char *name, const char *title)
{
	struct section *s = parser__keep(p, sizeof(*s));

	if (!s)
		return -EINVAL;
	if (map__add(&p->ex->section_names, &s->node, map__text_key(name)))
		return parser__fail(p, "out of memory");
	s->name = name;
	s->title = title;
	s->line = p->line;
	s->varies = VARIES_STATE;
	*p->sections = s;
	p->sections = &s->next;
	map__free(&p->claim_names);
	p->claims = &s->claims;
	p->section = s;
	p->ex->n_cases++;
	return 0;
}

static int parse_scenario(struct parser *p, const struct words *words)
{
	if (p->ex->title || p->ex->lesson || p->section)
		return parser__fail(p, "scenario stands once, before everything else");
	p->ex->title = wanted_string(p, words, 1);
	return p->ex->title ? no_more(p, words, 2) : -EINVAL;
}

static int parse_case(struct parser *p, const struct words *words)
{
	const char *name, *title;

	if (end_section(p))
		return -EINVAL;
	if (p->section && !*p->section->name) {
		p->line = p->section->claims->line;
		return parser__fail(p, "claim %s stands outside a case in a file with cases",
				    p->section->claims->name);
	}
	name = wanted_name(p, words);
	if (!name)
		return -EINVAL;
	if (expect__section(p->ex, name))
		return parser__fail(p, "a second case %s", name);
	title = wanted_string(p, words, 2);
	if (!title || no_more(p, words, 3))
		return -EINVAL;
	return add_section(p, name, title);
}

/* The claim of this name in the case that is being read. */
static const struct claim *find_claim(const struct parser *p, const char *name)
{
	struct map_node *node = map__find(&p->claim_names, map__text_key(name));

	for (; node; node = map__again(node)) {
		const struct claim *claim = container_of(node, struct claim, node);

		if (!strcmp(claim->name, name))
			return claim;
	}
	return NULL;
}

static int add_claim(struct parser *p, struct claim *claim)
{
	const struct claim *first = find_claim(p, claim->name);

	if (first)
		return parser__fail(p, "a second claim %s, the first is in line %d", claim->name,
				    first->line);
	if (map__add(&p->claim_names, &claim->node, map__text_key(claim->name)))
		return parser__fail(p, "out of memory");
	*p->claims = claim;
	p->claims = &claim->next;
	p->section->n_claims++;
	p->claim = claim;
	return 0;
}

static int parse_claim(struct parser *p, const struct words *words)
{
	struct claim *claim;

	if (end_claim(p))
		return -EINVAL;
	if (!p->section && add_section(p, "", p->ex->title ? p->ex->title : ""))
		return -EINVAL;
	claim = parser__keep(p, sizeof(*claim));
	if (!claim)
		return -EINVAL;
	claim->line = p->line;
	claim->name = wanted_name(p, words);
	if (!claim->name)
		return -EINVAL;
	claim->title = wanted_string(p, words, 2);
	claim->text = parser__keep_text(p, p->text, strlen(p->text));
	if (!claim->title || !claim->text || no_more(p, words, 3))
		return -EINVAL;
	return add_claim(p, claim);
}

/* [ "QUOTE" [ = "GLOSS" ] ] behind a claim's section. */
static int parse_quote(struct parser *p, const struct words *words)
{
	if (words->n < 3)
		return 0;
	p->claim->quote = wanted_string(p, words, 2);
	if (!p->claim->quote || words->n == 3)
		return p->claim->quote ? 0 : -EINVAL;
	if (!slice__is(words->w[3], "="))
		return parser__fail(p, "\"%s\": behind the quote stands = \"GLOSS\" or nothing",
				    parser__shown(p, words->w[3]));
	p->claim->gloss = wanted_string(p, words, 4);
	return p->claim->gloss ? no_more(p, words, 5) : -EINVAL;
}

static int parse_lesson(struct parser *p, const struct words *words)
{
	const char **lesson = p->claim ? &p->claim->lesson : &p->ex->lesson;

	if (!p->claim && p->section)
		return parser__fail(p, "lesson stands inside a claim, or before the first case");
	if (*lesson)
		return parser__fail(p, "a second lesson line");
	*lesson = wanted_name(p, words);
	if (!*lesson)
		return -EINVAL;
	return p->claim ? parse_quote(p, words) : no_more(p, words, 2);
}

static int parse_differs(struct parser *p, const struct words *words)
{
	if (!p->claim || p->claim->differs)
		return parser__fail(p, "differs stands inside a claim, once");
	p->claim->differs = wanted_string(p, words, 1);
	return p->claim->differs ? no_more(p, words, 2) : -EINVAL;
}

static int parse_line(struct parser *p)
{
	static const struct {
		const char *word;
		int (*parse)(struct parser *p, const struct words *words);
	} lines[] = {
	    {"scenario", parse_scenario},
	    {"lesson", parse_lesson},
	    {"case", parse_case},
	    {"claim", parse_claim},
	    {"differs", parse_differs},
	    {"watch", watch__parse},
	    {"interactive", interactive__parse},
	    {"varies", varies__parse},
	};
	struct words words;
	size_t i;

	if (lex__split(p, &words))
		return -EINVAL;
	if (!words.n)
		return 0;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (slice__is(words.w[0], lines[i].word))
			return lines[i].parse(p, &words);
	if (!p->claim)
		return parser__fail(p, "\"%s\": a pattern stands inside a claim",
				    parser__shown(p, words.w[0]));
	return pattern__parse(p, &words);
}

static int parse_file(struct parser *p, FILE *in)
{
	char buf[LINE_MAX_BYTES];
	struct section *s;
	size_t i = 0;
	int err;

	while ((err = parser__read_line(p, in, buf)) > 0)
		if (parse_line(p))
			return -EINVAL;
	if (err || end_section(p))
		return -EINVAL;
	if (!p->section)
		return parser__fail(p, "the file has no claim");
	p->ex->cases = parser__keep(p, p->ex->n_cases * sizeof(*p->ex->cases));
	if (!p->ex->cases)
		return -EINVAL;
	for (s = p->ex->sections; s; s = s->next, i++) {
		p->ex->cases[i] = (struct expect_case){s->name, s->title, watches__of(p, s),
						       s->interactive, s->varies};
		if (!p->ex->cases[i].watches)
			return -EINVAL;
	}
	return 0;
}

struct expect *expect__parse(FILE *in, const char *file, char *err, size_t err_size)
{
	struct parser p = {.file = file, .err = err, .err_size = err_size};
	int bad;

	p.ex = calloc(1, sizeof(*p.ex));
	if (p.ex)
		p.ex->file = strdup(file);
	if (!p.ex || !p.ex->file) {
		expect__free(p.ex);
		snprintf(err, err_size, "%s: out of memory", file);
		return NULL;
	}
	p.sections = &p.ex->sections;
	bad = parse_file(&p, in);
	map__free(&p.claim_names);
	if (!bad)
		return p.ex;
	expect__free(p.ex);
	errno = EINVAL;
	return NULL;
}

const char *expect__title(const struct expect *ex)
{
	return ex->title ? ex->title : "";
}

const char *expect__lesson(const struct expect *ex)
{
	return ex->lesson;
}

size_t expect__cases(const struct expect *ex, const struct expect_case **cases)
{
	*cases = ex->cases;
	return ex->n_cases;
}

const struct expect_case *expect__case(const struct expect *ex, const char *name)
{
	for (size_t i = 0; i < ex->n_cases; i++)
		if (!strcmp(ex->cases[i].name, name))
			return &ex->cases[i];
	return NULL;
}

const struct section *expect__section(const struct expect *ex, const char *name)
{
	struct map_node *node = map__find(&ex->section_names, map__text_key(name));

	for (; node; node = map__again(node)) {
		const struct section *s = container_of(node, struct section, node);

		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

void expect__free(struct expect *ex)
{
	if (!ex)
		return;
	map__free(&ex->section_names);
	map__free(&ex->roles.map);
	map__free(&ex->fields.map);
	kept__free(ex->memory);
	free(ex->file);
	free(ex);
}
