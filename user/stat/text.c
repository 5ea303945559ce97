// SPDX-License-Identifier: GPL-2.0
/* Prints a tally as text: where the time went, the longest first. */
#include <string.h>

#include "words/explain_text.h"
#include "names/mech.h"
#include "lib/escape.h"
#include "stat/report.h"
#include "lib/units.h"
#include "lib/utf8.h"

#define ROWS_SHOWN 16
#define NAMED	   4 /* users of one object */
#define NAME	   26
#define COUNT	   9
#define COLUMN	   9
#define WIDTH	   (NAME + COUNT + 5 * COLUMN)
#define SENTENCE   512

static struct text text_of(char *buf)
{
	buf[0] = '\0';
	return (struct text){.buf = buf, .size = SENTENCE};
}

static void put_right(const struct style *st, enum ink ink, int width, const char *text)
{
	style__pad(st, width - utf8__width(text));
	style__put(st, ink, text);
}

static void put_head(const struct style *st, const char *what)
{
	static const char *const columns[] = {"total", "p50", "p90", "p99", "max"};
	char rule[WIDTH * 4 + 1] = "";

	putc('\n', st->out);
	style__put(st, INK_BOLD, what);
	style__pad(st, NAME - utf8__width(what));
	put_right(st, INK_DIM, COUNT, "waits");
	for (int i = 0; i < 5; i++)
		put_right(st, INK_DIM, COLUMN, columns[i]);
	putc('\n', st->out);
	for (int i = 0; i < WIDTH && i < st->columns; i++)
		strcat(rule, style__glyph(st, GLYPH_RULE));
	style__fill(st, INK_DIM, 0, 0, rule);
}

/* A name, which stands alone when it is too long, and its figures. */
static void put_row(const struct style *st, enum ink ink, enum ink figures, const char *name,
		    const struct dist *d)
{
	int at = utf8__width(name);
	char buf[UNIT_LEN];

	style__put(st, ink, name);
	if (at > NAME) {
		putc('\n', st->out);
		at = 0;
	}
	style__pad(st, NAME - at);
	put_right(st, figures, COUNT, format_count(buf, d->n));
	if (d->n) {
		put_right(st, figures, COLUMN, format_duration(buf, d->sum));
		for (int i = 0; i < 3; i++) {
			static const unsigned int percents[] = {50, 90, 99};

			put_right(st, figures, COLUMN,
				  format_duration(buf, dist__percentile(d, percents[i])));
		}
		put_right(st, figures, COLUMN, format_duration(buf, d->max));
	}
	putc('\n', st->out);
}

static void put_waits(const struct style *st, const struct tally_waits *w)
{
	char buf[SENTENCE];
	struct text t = text_of(buf);

	if (w->delay.n)
		put_row(st, INK_DIM, INK_DIM, "  woken, until it ran", &w->delay);
	if (w->open)
		text__add(&t, "%llu not over: counted as long as it was seen to last",
			  (unsigned long long)w->open);
	if (w->earlier)
		text__add(&t, "%s%llu begun before tracing: the true time is longer",
			  *buf ? "; " : "", (unsigned long long)w->earlier);
	if (*buf) {
		style__pad(st, 2);
		style__fill(st, INK_DOUBT, 2, 4, buf);
	}
}

static void add_process(struct text *t, const struct tally_name *who)
{
	char safe[4 * COMM_LEN + 1];

	escape_text(safe, sizeof(safe), who->comm, strnlen(who->comm, COMM_LEN));
	text__add(t, "%s %u", *safe ? safe : "process", who->pid);
	if (who->inner_pid)
		text__add(t, " (%u inside)", who->inner_pid);
}

static void add_moved(struct text *t, const char **sep, const char *verb, __u64 n, __u64 bytes)
{
	char a[UNIT_LEN], b[UNIT_LEN];

	if (!n)
		return;
	text__add(t, "%s%s %s in %s", *sep, verb, format_bytes(a, bytes), format_count(b, n));
	*sep = ", ";
}

static void add_flow(struct text *t, const struct tally_flow *f)
{
	__u64 rest = f->ops - f->reads - f->writes - f->splices;
	const char *sep = " ";
	char buf[UNIT_LEN];

	add_moved(t, &sep, "wrote", f->writes, f->write_bytes);
	add_moved(t, &sep, "read", f->reads, f->read_bytes);
	add_moved(t, &sep, "spliced", f->splices, f->splice_bytes);
	if (rest)
		text__add(t, "%s%s other %s", sep, format_count(buf, rest),
			  rest == 1 ? "call" : "calls");
}

static void put_users(const struct style *st, const struct tally_rows *rows,
		      const struct tally_object *o)
{
	size_t n, named = 0, first = tally_rows__uses(rows, o, &n);
	char buf[SENTENCE];
	struct text t = text_of(buf);

	for (size_t i = first; i < first + n; i++) {
		const struct tally_use *u = rows->uses[i];

		if (!u->flow.ops || named++ >= NAMED)
			continue;
		text__add(&t, "%s", *buf ? "; " : "");
		add_process(&t, &u->who);
		add_flow(&t, &u->flow);
	}
	if (named > NAMED)
		text__add(&t, "; and %zu more", named - NAMED);
	if (!*buf && o->flow.ops) {
		text__add(&t, "all:");
		add_flow(&t, &o->flow);
	}
	if (*buf) {
		style__pad(st, 2);
		style__fill(st, INK_PLAIN, 2, 4, buf);
	}
}

/* Sleeps in a call, on no object, have no reason: their row has named the call. */
static void put_reasons(const struct style *st, const struct tally_object *o, bool of_call)
{
	char buf[SENTENCE], span[UNIT_LEN], count[UNIT_LEN];
	struct text t = text_of(buf);

	for (unsigned int i = 0; i < TALLY_REASONS; i++) {
		const struct reason *reason = reason__get(i);

		if (o->reasons[i].n && (i != WAIT_UNKNOWN || !of_call))
			text__add(
			    &t, "%s%s %s %s %s", *buf ? ", " : "",
			    reason ? reason->name : "unknown", format_count(count, o->reasons[i].n),
			    style__glyph(st, GLYPH_ARROW), format_duration(span, o->reasons[i].ns));
	}
	if (*buf) {
		style__pad(st, 2);
		style__fill(st, INK_WHY, 2, 4, buf);
	}
}

static void put_object(const struct style *st, const struct tally_rows *rows,
		       const struct tally_object *o)
{
	char name[128], buf[SENTENCE];
	struct text t = text_of(buf);

	stat_report__object(name, sizeof(name), o);
	if (o == rows->other_objects) {
		text__add(&t, "all others");
	} else if (*name) {
		escape_text(buf, SENTENCE, name, strlen(name));
		t.used = strlen(buf);
		if (o->generation)
			text__add(&t, " (used again)");
	} else if (o->nr >= 0) {
		text__add(&t, "in ");
		text__call(&t, o->nr);
	} else if (o->nr == TALLY_STOPPED) {
		text__add(&t, "stopped by a signal");
	} else {
		text__add(&t, "in 32-bit calls");
	}
	put_row(st, INK_BOLD, INK_SLEEP, buf, &o->w.wait);
	put_waits(st, &o->w);
	put_reasons(st, o, !o->key.mech && o != rows->other_objects);
	put_users(st, rows, o);
}

static const char *nobody(__u8 ctx)
{
	switch (ctx) {
	case WAKE_TIMER:
		return "its own timer";
	case WAKE_SIGNAL:
		return "a timer's signal";
	case WAKE_IRQ:
		return "an interrupt";
	default:
		return "nobody that was seen";
	}
}

static void put_pair(const struct style *st, const struct tally_rows *rows,
		     const struct tally_pair *p)
{
	char buf[SENTENCE], bytes[UNIT_LEN], count[UNIT_LEN];
	struct text t = text_of(buf);

	if (p == rows->other_pairs)
		text__add(&t, "all others");
	else
		add_process(&t, &p->who);
	put_row(st, INK_BOLD, INK_SLEEP, buf, &p->w.wait);
	put_waits(st, &p->w);
	t = text_of(buf);
	if (p != rows->other_pairs && p->w.wait.n > p->w.open)
		text__add(&t, "woken by ");
	if (p != rows->other_pairs && p->by.pid)
		add_process(&t, &p->by);
	else if (p != rows->other_pairs)
		text__add(&t, "%s", p->w.open == p->w.wait.n ? "not woken yet" : nobody(p->ctx));
	if (p->reads)
		text__add(&t, "%s %s in %s", p->w.wait.n ? ", and read what it wrote:" : ": read",
			  format_bytes(bytes, p->bytes), format_count(count, p->reads));
	if (!*buf)
		return;
	style__pad(st, 2);
	style__fill(st, INK_WAKE, 2, 4, buf);
}

static void put_more(const struct style *st, size_t n, const char *what, __u64 waits, __u64 ns)
{
	char buf[SENTENCE], count[UNIT_LEN], span[UNIT_LEN];

	if (!n)
		return;
	snprintf(buf, sizeof(buf), "and %zu more %s: %s waits, %s; -f json tells them all", n, what,
		 format_count(count, waits), format_duration(span, ns));
	style__fill(st, INK_DIM, 0, 2, buf);
}

static void put_objects(const struct style *st, const struct tally_rows *rows)
{
	__u64 waits = 0, ns = 0;

	if (rows->n_objects)
		put_head(st, "waits on");
	for (size_t i = 0; i < rows->n_objects; i++) {
		const struct tally_object *o = rows->objects[i];

		if (i < ROWS_SHOWN)
			put_object(st, rows, o);
		else
			waits += o->w.wait.n, ns += o->w.wait.sum;
	}
	if (rows->n_objects > ROWS_SHOWN)
		put_more(st, rows->n_objects - ROWS_SHOWN, "objects", waits, ns);
	if (rows->other_objects)
		put_object(st, rows, rows->other_objects);
}

static void put_pairs(const struct style *st, const struct tally_rows *rows)
{
	__u64 waits = 0, ns = 0;

	if (rows->n_pairs)
		put_head(st, "who waits for whom");
	for (size_t i = 0; i < rows->n_pairs; i++) {
		const struct tally_pair *p = rows->pairs[i];

		if (i < ROWS_SHOWN)
			put_pair(st, rows, p);
		else
			waits += p->w.wait.n, ns += p->w.wait.sum;
	}
	if (rows->n_pairs > ROWS_SHOWN)
		put_more(st, rows->n_pairs - ROWS_SHOWN, "pairs", waits, ns);
	if (rows->other_pairs)
		put_pair(st, rows, rows->other_pairs);
}

void stat_report__text(const struct tally_rows *rows, const char *doubt, const struct style *st)
{
	char buf[2 * SENTENCE], span[UNIT_LEN], why[SENTENCE];

	put_objects(st, rows);
	put_pairs(st, rows);
	putc('\n', st->out);
	snprintf(buf, sizeof(buf), "%zu %s, %zu %s in %s", rows->n_objects,
		 rows->n_objects == 1 ? "object" : "objects", rows->n_pairs,
		 rows->n_pairs == 1 ? "pair" : "pairs", format_duration(span, rows->span));
	style__fill(st, INK_DIM, 0, 2, buf);
	if (doubt) {
		escape_text(why, sizeof(why), doubt, strlen(doubt));
		snprintf(buf, sizeof(buf), "all sums are lower bounds: %s", why);
		style__fill(st, INK_DOUBT, 0, 2, buf);
	}
}
