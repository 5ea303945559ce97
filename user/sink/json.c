// SPDX-License-Identifier: GPL-2.0
/* The JSON sink: one object a line, kind first. words/schema.c describes every line of it. */
#include <stdlib.h>
#include <string.h>

#include "names/mech.h"
#include "words/explain.h"
#include "words/fields.h"
#include "print/json.h"
#include "words/labels.h"
#include "sink/sink.h"

#define ATTACHED_MAX 64

struct sink {
	FILE *out;
};

static struct sink *json_new(const struct sink_opts *opts)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (s)
		s->out = opts->out;
	return s;
}

static void json_begin(struct sink *s, const struct run_info *info)
{
	struct json js;

	json__begin(&js, s->out);
	json__string(&js, "kind", "run");
	json__string(&js, "scenario", info->scenario);
	json__string(&js, "case", info->case_name);
	json__string(&js, "title", info->title);
	json__string(&js, "command", info->command);
	json__string(&js, "backend", info->backend);
	json__string(&js, "kernel", info->kernel);
	json__end(&js);
}

/* Length of the part before the dot; 0 without one. A name is too short for strchr() to pay. */
static size_t group_length(const char *name)
{
	for (const char *c = name; *c; c++)
		if (*c == '.')
			return (size_t)(c - name);
	return 0;
}

static void put_field(struct json *js, const char *name, const struct field *f)
{
	switch (f->type) {
	case FIELD_INT:
		json__int(js, name, f->i);
		break;
	case FIELD_BOOL:
		json__bool(js, name, f->i);
		break;
	case FIELD_STRING:
		json__string(js, name, f->s);
		break;
	}
}

static bool in_group(const char *name, const char *group, size_t len)
{
	for (size_t i = 0; i <= len; i++)
		if (name[i] != group[i])
			return false;
	return true;
}

static void open_group(struct json *js, const char *name, size_t len)
{
	char key[32];

	len = len < sizeof(key) ? len : sizeof(key) - 1;
	memcpy(key, name, len);
	key[len] = '\0';
	json__object(js, key);
}

/* Fields of one group stand together, so a change of the prefix closes one object and opens the
 * next. */
static void put_fields(struct json *js, const struct fields *fs)
{
	const char *group = "";
	size_t open = 0;

	for (size_t i = 0; i < fs->n; i++) {
		const char *name = fs->f[i].name;
		size_t len = open;

		if (!open || !in_group(name, group, open)) {
			len = group_length(name);
			if (open)
				json__object_end(js);
			if (len)
				open_group(js, name, len);
			group = name;
			open = len;
		}
		put_field(js, len ? name + len + 1 : name, &fs->f[i]);
	}
	if (open)
		json__object_end(js);
}

static void put_process(struct json *js, const struct actor *who)
{
	json__int(js, "pid", who->pid);
	json__text(js, "comm", who->comm, strnlen(who->comm, COMM_LEN));
}

/* Who has a segment attached, as the sentence has it: an entry for each mapping. */
static void put_attached(struct json *js, const struct fact *f)
{
	size_t n = 0;

	if (!fact__tells_attached(f))
		return;
	json__array(js, "attached");
	for (size_t i = 0; i < f->obj->n_mappers && n < ATTACHED_MAX; i++) {
		const struct mapper *m = &f->obj->mappers[i];

		if (!m->len)
			continue;
		n++;
		json__object(js, NULL);
		put_process(js, &m->who);
		if (m->orphan.forker.tid) {
			json__object(js, "orphan_of");
			put_process(js, &m->orphan.forker);
			json__int(js, "ended", (__s64)m->orphan.at);
			json__object_end(js);
		}
		json__object_end(js);
	}
	json__array_end(js);
}

static void json_fact(struct sink *s, const struct fact *fact)
{
	struct fields fs;
	struct json js;

	/* A wait is one line, at its end; the timeline ends every wait. */
	if (fact->kind == FACT_BLOCK)
		return;
	fact__fields(fact, &fs);
	json__begin(&js, s->out);
	json__string(&js, "kind", fs.kind);
	put_fields(&js, &fs);
	put_attached(&js, fact);
	json__end(&js);
}

static void json_output(struct sink *s, const char *text, size_t len)
{
	struct json js;

	json__begin(&js, s->out);
	json__string(&js, "kind", "output");
	json__text(&js, "text", text, len);
	json__end(&js);
}

static void json_end(struct sink *s)
{
	fflush(s->out);
}

/* Who has the object open for what would end the sleep, as the sentence has it. */
static void put_holders(struct json *js, const struct fact *f)
{
	enum enders enders = reason__enders(f->rec->wait.reason);
	bool writers = enders == ENDERS_WRITERS || enders == ENDERS_SETTERS;
	__u8 end = writers ? END_WRITE : enders == ENDERS_READERS ? END_READ : 0;

	json__array(js, "holders");
	for (size_t i = 0; f->obj && i < f->obj->n_holders; i++) {
		const struct holder *h = &f->obj->holders[i];

		if (!(h->end & end))
			continue;
		json__object(js, NULL);
		put_process(js, &h->who);
		json__int(js, "fd", h->fd);
		json__string(js, "end", end_label(h->end));
		json__object_end(js);
	}
	json__array_end(js);
}

static void json_asleep(struct sink *s, const struct fact *facts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ev_wait *w = &facts[i].rec->wait;
		char words[1024];
		struct fields fs;
		struct json js;

		fact__fields(&facts[i], &fs);
		json__begin(&js, s->out);
		json__string(&js, "kind", "asleep");
		put_fields(&js, &fs);
		json__int(&js, "slept", (__s64)(w->e.ts - w->slept));
		put_holders(&js, &facts[i]);
		explain_asleep(&facts[i], words, sizeof(words));
		json__string(&js, "words", words);
		json__end(&js);
	}
}

static void json_claim(struct sink *s, const struct verdict *v)
{
	static const char *const results[] = {
	    [CLAIM_HOLDS] = "holds",
	    [CLAIM_FAILS] = "fails",
	    [CLAIM_INCONCLUSIVE] = "inconclusive",
	};
	struct json js;

	json__begin(&js, s->out);
	json__string(&js, "kind", "claim");
	json__string(&js, "scenario", v->scenario);
	json__string(&js, "case", v->case_name);
	json__string(&js, "claim", v->claim);
	json__string(&js, "title", v->title);
	json__string(&js, "lesson", v->lesson);
	json__string(&js, "quote", v->quote);
	json__string(&js, "gloss", v->gloss);
	json__string(&js, "differs", v->differs);
	json__string(&js, "result", results[v->result]);
	json__string(&js, "why", v->why);
	json__int(&js, "line", v->line);
	json__string(&js, "pattern", v->pattern);
	json__array(&js, "evidence");
	for (size_t i = 0; i < v->n_evidence; i++)
		json__string(&js, NULL, v->evidence[i]);
	json__array_end(&js);
	json__end(&js);
}

static void json_summary(struct sink *s, const struct run_summary *sum)
{
	struct json js;

	json__begin(&js, s->out);
	json__string(&js, "kind", "summary");
	json__int(&js, "records", (__s64)sum->records);
	if (sum->summed)
		json__int(&js, "summed", (__s64)sum->summed);
	json__int(&js, "lost", (__s64)sum->lost_total);
	json__object(&js, "lost_by");
	for (unsigned int i = 0; i < LOST_CAUSES; i++)
		json__int(&js, lost_label(i), (__s64)sum->lost[i]);
	json__object_end(&js);
	json__string(&js, "backend", sum->backend);
	json__string(&js, "watched_by", sum->watched);
	json__string(&js, "kernel", sum->kernel);
	json__string(&js, "note", sum->note);
	json__int(&js, "claims_held", sum->held);
	json__int(&js, "claims_failed", sum->failed);
	json__int(&js, "claims_inconclusive", sum->inconclusive);
	json__bool(&js, "incomplete", sum->incomplete);
	json__end(&js);
	fflush(s->out);
}

static void json_free(struct sink *s)
{
	free(s);
}

const struct sink_ops sink_json = {
    .name = "json",
    .new = json_new,
    .begin = json_begin,
    .fact = json_fact,
    .output = json_output,
    .end = json_end,
    .asleep = json_asleep,
    .claim = json_claim,
    .summary = json_summary,
    .free = json_free,
};
