// SPDX-License-Identifier: GPL-2.0
/*
 * Checks whether a condition of an .expect file could ever be met.
 *
 * A misspelt field or word would make a never line that cannot fail, so it is an error of the file.
 */
#include <errno.h>
#include <string.h>

#include "claims/expect_parse.h"
#include "claims/field_types.h"
#include "words/labels.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(type)     (1U << (type))

static const struct fact_word fact_words[] = {
    {"op", FACT_OP, "op"},	     {"block", FACT_BLOCK, "reason"},  {"wake", FACT_WAKE, NULL},
    {"signal", FACT_SIGNAL, "sig"},  {"deliver", FACT_DELIVER, "sig"}, {"fork", FACT_FORK, NULL},
    {"exec", FACT_EXEC, NULL},	     {"rename", FACT_RENAME, NULL},    {"task", FACT_TASK, NULL},
    {"exit", FACT_EXIT, NULL},	     {"object", FACT_OBJECT, "event"}, {"map", FACT_MAP, "event"},
    {"fault", FACT_FAULT, "access"}, {"access", FACT_ACCESS, "event"},
};

const struct fact_word *fact_word__of(enum fact_kind kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fact_words); i++)
		if (fact_words[i].kind == kind)
			return &fact_words[i];
	return NULL;
}

const struct fact_word *fact_word__find(struct slice s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fact_words); i++)
		if (slice__is(s, fact_words[i].word))
			return &fact_words[i];
	return NULL;
}

const char *fact_words__list(char buf[FACT_WORDS_LEN])
{
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fact_words) && len < FACT_WORDS_LEN; i++)
		len += (size_t)snprintf(buf + len, FACT_WORDS_LEN - len, "%s%s", i ? ", " : "",
					fact_words[i].word);
	return buf;
}

static bool fits_word(enum fact_kind fact, unsigned int types, const char *word)
{
	if (types & BIT(FIELD_STRING))
		return true;
	if (types & BIT(FIELD_BOOL) && (!strcmp(word, "true") || !strcmp(word, "false")))
		return true;
	return types & BIT(FIELD_INT) && field_types(fact, word) & BIT(FIELD_INT);
}

/* Whether a field of one of these types can be compared with v. */
static bool fits(enum fact_kind fact, unsigned int types, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		return types & (BIT(FIELD_INT) | BIT(FIELD_STRING));
	case VALUE_STRING:
		return types & BIT(FIELD_STRING);
	case VALUE_WORD:
		return fits_word(fact, types, v->text);
	case VALUE_VARIABLE:
	case VALUE_FIELD:
		return types & v->types;
	case VALUE_SUM:
		return types & BIT(FIELD_INT) && fits(fact, BIT(FIELD_INT), &v->part[0]) &&
		       fits(fact, BIT(FIELD_INT), &v->part[1]);
	case VALUE_BIND:
	case VALUE_ANY:
		break;
	}
	return true;
}

/* A field that is sometimes a number: "cmd". */
static bool fits_as_number(enum fact_kind fact, unsigned int types, const struct value *v)
{
	return types & BIT(FIELD_INT) && fits(fact, BIT(FIELD_INT), v);
}

static const char *types_text(unsigned int types)
{
	if (types & BIT(FIELD_STRING))
		return "a word";
	return types & BIT(FIELD_INT) ? "a number" : "true or false";
}

int condition__check(struct parser *p, enum fact_kind fact, const struct condition *c)
{
	unsigned int types = field_types(fact, c->field);
	const struct value *v = &c->value;
	struct slice field = {c->field, strlen(c->field)};
	struct slice written = {v->written, strlen(v->written)};

	if (!types)
		return parser__fail(p, "%s has no field \"%s\"", fact_label(fact),
				    parser__shown(p, field));
	if (c->op != CMP_EQ && c->op != CMP_NE && !(types & BIT(FIELD_INT)))
		return parser__fail(p, "%s compares numbers, %s is %s", comparison__text(c->op),
				    parser__shown(p, field), types_text(types));
	if (!fits(fact, types, v))
		return parser__fail(p, "%s of %s is %s, never %s", parser__shown(p, field),
				    fact_label(fact), types_text(types), parser__shown(p, written));
	if (!fits_as_number(fact, types, v) && v->kind <= VALUE_STRING &&
	    !word__known(fact, c->field, v->text))
		return parser__fail(p, "%s of %s is never %s", parser__shown(p, field),
				    fact_label(fact), parser__shown(p, written));
	return 0;
}
