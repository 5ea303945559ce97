// SPDX-License-Identifier: GPL-2.0
/* Prints a tally as JSON: a line for each object and each pair, and one about all of them. */
#include <string.h>

#include "print/json.h"
#include "words/labels.h"
#include "names/mech.h"
#include "names/names.h"
#include "stat/report.h"

static void put_task(struct json *js, const struct tally_name *who)
{
	json__int(js, "pid", who->pid);
	if (who->inner_pid)
		json__int(js, "inner_pid", who->inner_pid);
	json__text(js, "comm", who->comm, strnlen(who->comm, COMM_LEN));
}

static void put_flow(struct json *js, const struct tally_flow *f)
{
	json__int(js, "ops", (__s64)f->ops);
	json__int(js, "reads", (__s64)f->reads);
	json__int(js, "read_bytes", (__s64)f->read_bytes);
	json__int(js, "writes", (__s64)f->writes);
	json__int(js, "write_bytes", (__s64)f->write_bytes);
	json__int(js, "splices", (__s64)f->splices);
	json__int(js, "splice_bytes", (__s64)f->splice_bytes);
}

static void put_dist(struct json *js, const char *key, const struct dist *d)
{
	json__object(js, key);
	json__int(js, "count", (__s64)d->n);
	json__int(js, "total", (__s64)d->sum);
	if (d->n) {
		json__int(js, "p50", (__s64)dist__percentile(d, 50));
		json__int(js, "p90", (__s64)dist__percentile(d, 90));
		json__int(js, "p99", (__s64)dist__percentile(d, 99));
		json__int(js, "max", (__s64)d->max);
	}
	json__object_end(js);
}

static void put_waits(struct json *js, const struct tally_waits *w)
{
	put_dist(js, "wait", &w->wait);
	put_dist(js, "delay", &w->delay);
	json__int(js, "open", (__s64)w->open);
	json__int(js, "earlier", (__s64)w->earlier);
}

static void put_reasons(struct json *js, const struct tally_object *o)
{
	json__array(js, "reasons");
	for (unsigned int i = 0; i < TALLY_REASONS; i++) {
		const struct reason *reason = reason__get(i);

		if (!o->reasons[i].n)
			continue;
		json__object(js, NULL);
		json__string(js, "reason", reason ? reason->name : "unknown");
		json__int(js, "count", (__s64)o->reasons[i].n);
		json__int(js, "total", (__s64)o->reasons[i].ns);
		json__object_end(js);
	}
	json__array_end(js);
}

static void put_users(struct json *js, const struct tally_rows *rows, const struct tally_object *o)
{
	size_t n, first = tally_rows__uses(rows, o, &n);

	json__array(js, "users");
	for (size_t i = first; i < first + n; i++) {
		const struct tally_use *u = rows->uses[i];

		json__object(js, NULL);
		put_task(js, &u->who);
		put_flow(js, &u->flow);
		json__int(js, "waits", (__s64)u->waits);
		json__int(js, "waited", (__s64)u->ns);
		json__object_end(js);
	}
	json__array_end(js);
	json__bool(js, "users_cut", o->cut);
}

static void put_object(const struct tally_rows *rows, const struct tally_object *o, FILE *out)
{
	bool rest = o == rows->other_objects;
	char name[128];
	struct json js;

	stat_report__object(name, sizeof(name), o);
	json__begin(&js, out);
	json__string(&js, "kind", "stat_object");
	json__bool(&js, "rest", rest);
	if (*name)
		json__string(&js, "object", name);
	if (o->generation)
		json__int(&js, "generation", o->generation);
	if (!rest && !o->key.mech)
		json__string(&js, "op", syscall_name(o->nr));
	put_flow(&js, &o->flow);
	put_waits(&js, &o->w);
	put_reasons(&js, o);
	put_users(&js, rows, o);
	json__end(&js);
}

static void put_pair(const struct tally_rows *rows, const struct tally_pair *p, FILE *out)
{
	bool rest = p == rows->other_pairs;
	struct json js;

	json__begin(&js, out);
	json__string(&js, "kind", "stat_pair");
	json__bool(&js, "rest", rest);
	if (!rest) {
		put_task(&js, &p->who);
		json__object(&js, "by");
		json__string(&js, "ctx", context_label(p->ctx));
		if (p->by.pid)
			put_task(&js, &p->by);
		json__object_end(&js);
	}
	json__int(&js, "reads", (__s64)p->reads);
	json__int(&js, "read_bytes", (__s64)p->bytes);
	put_waits(&js, &p->w);
	json__end(&js);
}

void stat_report__json(const struct tally_rows *rows, const char *doubt, FILE *out)
{
	struct json js;

	for (size_t i = 0; i < rows->n_objects; i++)
		put_object(rows, rows->objects[i], out);
	if (rows->other_objects)
		put_object(rows, rows->other_objects, out);
	for (size_t i = 0; i < rows->n_pairs; i++)
		put_pair(rows, rows->pairs[i], out);
	if (rows->other_pairs)
		put_pair(rows, rows->other_pairs, out);
	json__begin(&js, out);
	json__string(&js, "kind", "stat");
	json__int(&js, "span", (__s64)rows->span);
	json__int(&js, "objects", (__s64)rows->n_objects);
	json__int(&js, "pairs", (__s64)rows->n_pairs);
	json__bool(&js, "lower_bounds", doubt != NULL);
	json__string(&js, "doubt", doubt);
	json__end(&js);
}
