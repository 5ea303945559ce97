// SPDX-License-Identifier: GPL-2.0
/*
 * Could a condition of an .expect file ever be met?
 *
 * A misspelt field or word would make a never line that cannot fail: it is an error of the file.
 */
#include <errno.h>
#include <string.h>

#include "expect_parse.h"
#include "field_types.h"
#include "labels.h"
#include "mech.h"
#include "names.h"

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

static bool known_call(const char *word)
{
	/* Also those that this machine's architecture does not have. */
	static const char *const calls[] = {
#define SYSOP(call, class, fd) #call,
#include "sysop.def"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i], word))
			return true;
	return syscall_number(word) >= 0;
}

static bool known_signal(const char *word)
{
	int sig = signal_number(word);

	return sig > 0 && !strcmp(signal_name(sig), word);
}

static bool known_error(const char *word)
{
	int err = errno_number(word);

	return err > 0 && !strcmp(errno_name(err), word);
}

static bool known_reason(const char *word)
{
	unsigned int id;

	for (id = 1; id <= (__u8)~0; id++)
		if (reason__get(id) && !strcmp(reason__get(id)->name, word))
			return true;
	return !strcmp(word, "unknown");
}

static bool known_change(const char *word)
{
	unsigned int change;

	for (change = OBJ_CREATED; change_label(change); change++)
		if (!strcmp(change_label(change), word))
			return true;
	return false;
}

static bool known_mapping(const char *word)
{
	unsigned int change;

	for (change = MAP_ATTACHED; map_label(change); change++)
		if (!strcmp(map_label(change), word))
			return true;
	return false;
}

static bool known_access(const char *word)
{
	unsigned int kind;

	for (kind = ACCESS_LOAD; access_label(kind); kind++)
		if (!strcmp(access_label(kind), word))
			return true;
	return false;
}

static bool known_touch(const char *word)
{
	return !strcmp(word, "read") || !strcmp(word, "write");
}

static bool known_cause(const char *word)
{
	unsigned int kind;

	for (kind = CAUSE_UNKNOWN; cause_label(kind); kind++)
		if (!strcmp(cause_label(kind), word))
			return true;
	return false;
}

static bool known_end(const char *word)
{
	unsigned int end;

	for (end = END_READ; end_label(end); end++)
		if (!strcmp(end_label(end), word))
			return true;
	return false;
}

/* Fields whose words are all known. */
static const struct {
	const char *field;
	bool (*known)(const char *word);
} closed_fields[] = {
    {"op", known_call},		 {"cause.op", known_call},    {"waker.op", known_call},
    {"sender.op", known_call},	 {"sig", known_signal},	      {"cause.sig", known_signal},
    {"waker.sig", known_signal}, {"signal", known_signal},    {"fatal", known_signal},
    {"error", known_error},	 {"reason", known_reason},    {"cause", known_cause},
    {"cause.kind", known_cause}, {"cause.how", known_change}, {"end", known_end},
};

static bool known_word(enum fact_kind fact, const char *field, const char *word)
{
	size_t i;

	/* A signal's event is another one. */
	if (fact == FACT_OBJECT && !strcmp(field, "event"))
		return known_change(word);
	if (fact == FACT_MAP && !strcmp(field, "event"))
		return known_mapping(word);
	if (fact == FACT_ACCESS && !strcmp(field, "event"))
		return known_access(word);
	if (fact == FACT_FAULT && !strcmp(field, "access"))
		return known_touch(word);
	for (i = 0; i < ARRAY_SIZE(closed_fields); i++)
		if (!strcmp(closed_fields[i].field, field))
			return closed_fields[i].known(word);
	return true;
}

static bool fits_word(enum fact_kind fact, unsigned int types, const char *word)
{
	if (types & BIT(FIELD_STRING))
		return true;
	if (types & BIT(FIELD_BOOL) && (!strcmp(word, "true") || !strcmp(word, "false")))
		return true;
	return types & BIT(FIELD_INT) && field_types(fact, word) & BIT(FIELD_INT);
}

/* Can a field of one of these types be compared with v? */
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
	if (types == BIT(FIELD_STRING) && v->kind <= VALUE_STRING &&
	    !known_word(fact, c->field, v->text))
		return parser__fail(p, "%s of %s is never %s", parser__shown(p, field),
				    fact_label(fact), parser__shown(p, written));
	return 0;
}
