/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints the answer of `ipctrace why` as text: for each thread a sentence, the verdict, the holders
 * of the other end.
 */
#include "names/mech.h"
#include "why/report.h"
#include "lib/units.h"
#include "lib/utf8.h"
#include "why/words.h"

#define INDENT	       4
#define LABEL	       11
#define HOLDS_MAX      6 /* processes named for one end */
#define FDS_MAX	       4
#define OPENERS_MAX    3
#define PATH_MAX_NAMED 12
#define SENTENCE       1024

struct writer {
	const struct report *r;
	const struct look *look;
	const struct style *st;
};

static struct text text_of(char *buf)
{
	buf[0] = '\0';
	return (struct text){.buf = buf, .size = SENTENCE};
}

/* "read end   " and what belongs under it. */
static void put_row(const struct writer *w, const char *label, enum ink ink, const char *text)
{
	char padded[LABEL + 8];

	snprintf(padded, sizeof(padded), "%-*s", LABEL, label);
	style__pad(w->st, INDENT);
	style__put(w->st, INK_DIM, padded);
	style__fill(w->st, ink, INDENT + LABEL, INDENT + LABEL, text);
}

/* Whether two descriptors stand in the same row: the same process could use them in the same way. */
static bool same_row(const struct look *l, const struct hold *a, const struct hold *b)
{
	return a->way == b->way && l->held[a->held].e.pid == l->held[b->held].e.pid;
}

static bool first_of_row(const struct look *l, const struct node *nd, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_row(l, &nd->holds[k], &nd->holds[i]))
			return false;
	return true;
}

/* "(fd 3, 5)"; where there are several objects, " (fd 3 of pipe:[1], 5 of pipe:[2])". */
static void add_fds(struct text *t, const struct look *l, const struct node *nd, size_t i)
{
	const char *sep = " (fd ";
	size_t named = 0, more = 0;

	for (size_t k = i; k < nd->n_holds; k++) {
		const struct ev_object *h = &l->held[nd->holds[k].held];

		if (!same_row(l, &nd->holds[i], &nd->holds[k]))
			continue;
		if (named++ >= FDS_MAX) {
			more++;
			continue;
		}
		text__add(t, "%s%d", sep, h->fd);
		sep = ", ";
		if (nd->task->n_watches > 1 && nd->holds[k].way != WAY_CONTROL) {
			text__add(t, " of ");
			words__object(t, l, &h->obj);
		}
	}
	if (more)
		text__add(t, ", and %zu more", more);
	text__add(t, ")");
}

/* What the threads of a holder do: for one thread in full, for several how many do what. */
static void add_threads(struct text *t, const struct writer *w, const struct node *nd, __u64 table)
{
	const struct look *l = w->look;
	const struct seen_task *only = NULL;
	unsigned int n = 0, blocked = 0, asleep = 0, stopped = 0;

	for (size_t i = 0; i < l->n_tasks; i++) {
		const struct seen_task *task = &l->tasks[i];

		if (task->rec.files != table)
			continue;
		n++;
		only = task;
		blocked += task->waits && task->wait.reason;
		asleep += task->rec.state == LOOK_SLEEPS && !(task->waits && task->wait.reason);
		stopped += task->rec.state == LOOK_STOPPED;
	}
	if (n == 1 && only == nd->task)
		return;
	text__add(t, ", ");
	if (n == 1) {
		words__doing(t, l, only);
		return;
	}
	text__add(t, "%u threads", n);
	if (blocked)
		text__add(t, ", %u blocked", blocked);
	if (asleep)
		text__add(t, ", %u asleep in other calls", asleep);
	if (stopped)
		text__add(t, ", %u stopped", stopped);
	if (n - blocked - asleep - stopped)
		text__add(t, ", %u not asleep", n - blocked - asleep - stopped);
}

static bool is_own(const struct look *l, const struct node *nd, size_t i)
{
	return l->held[nd->holds[i].held].e.pid == nd->task->rec.e.pid;
}

static void add_holder(struct text *t, const struct writer *w, const struct node *nd, size_t i)
{
	const struct ev_object *h = &w->look->held[nd->holds[i].held];
	const struct seen_task *holder = look__task(w->look, h->e.tid);

	if (is_own(w->look, nd, i))
		text__add(t, "itself");
	else if (holder)
		words__process(t, w->look, holder);
	else
		text__add(t, "process %u", h->e.pid);
	add_fds(t, w->look, nd, i);
	add_threads(t, w, nd, w->look->tables[nd->holds[i].held]);
}

/* What would be said of everybody is said of others only. */
static bool is_second_way(enum way way)
{
	return way == WAY_SIZE || way == WAY_CONTROL || way == WAY_SHUTDOWN;
}

static void put_holders(const struct writer *w, const struct node *nd, enum way way,
			const char *label)
{
	char buf[SENTENCE];
	size_t named = 0, more = 0;

	for (size_t i = 0; i < nd->n_holds; i++) {
		struct text t = text_of(buf);

		if (nd->holds[i].way != way || !first_of_row(w->look, nd, i) ||
		    (is_second_way(way) && is_own(w->look, nd, i)))
			continue;
		if (named == HOLDS_MAX) {
			more++;
			continue;
		}
		add_holder(&t, w, nd, i);
		put_row(w, named++ ? "" : label, INK_PLAIN, buf);
	}
	if (more) {
		snprintf(buf, sizeof(buf), "and %zu more", more);
		put_row(w, "", INK_PLAIN, buf);
	}
}

/* What they hold; of what has no ends, all of it. */
static const char *end_label_of(const struct writer *w, const struct node *nd, const char *end)
{
	const char *label = "held by";

	for (size_t i = 0; i < nd->n_holds; i++) {
		const struct ipc_object *obj = &w->look->held[nd->holds[i].held].obj;

		if (mech__has(obj->mech, MT_ENDS))
			return end;
		if (mech__has(obj->mech, MT_PEER) && !look__same_object(obj, &nd->task->wait.obj))
			label = "other end";
	}
	return label;
}

static void put_owner(const struct writer *w, const struct node *nd)
{
	char buf[SENTENCE];
	struct text t = text_of(buf);

	if (reason__enders(nd->task->wait.reason) != ENDERS_OWNER || !nd->n_enders)
		return;
	words__task(&t, w->look, w->r->graph->nodes[nd->enders[0]].task);
	text__add(&t, ", ");
	words__doing(&t, w->look, w->r->graph->nodes[nd->enders[0]].task);
	put_row(w, "mutex", INK_PLAIN, buf);
}

/* Round the cycle, or the way into it. */
static void put_path(const struct writer *w, const struct node *nd)
{
	char buf[SENTENCE];
	struct text t = text_of(buf);

	if (nd->n_path < 3 && (nd->in_cycle || !nd->n_path))
		return;
	for (size_t i = 0; i < nd->n_path && i < PATH_MAX_NAMED; i++) {
		const struct seen_task *task = &w->look->tasks[nd->path[i]];

		if (i)
			text__add(&t, " %s ", style__glyph(w->st, GLYPH_ARROW));
		words__task(&t, w->look, task);
	}
	if (nd->n_path > PATH_MAX_NAMED)
		text__add(&t, " %s %zu more", style__glyph(w->st, GLYPH_ARROW),
			  nd->n_path - PATH_MAX_NAMED);
	put_row(w, nd->in_cycle ? "cycle" : "behind", INK_PLAIN, buf);
}

static void put_verdict(const struct writer *w, const struct node *nd)
{
	enum glyph glyph = GLYPH_DOUBT;
	enum ink ink = INK_DOUBT;
	char buf[SENTENCE];
	struct text t = text_of(buf);

	switch (nd->verdict) {
	case VERDICT_NONE:
		return;
	case VERDICT_DEADLOCK:
		glyph = GLYPH_FAILS;
		ink = INK_BAD;
		break;
	case VERDICT_OPEN:
		glyph = GLYPH_HOLDS;
		ink = INK_GOOD;
		break;
	default:
		break;
	}
	words__verdict(&t, w->look, nd);
	style__pad(w->st, INDENT);
	style__put(w->st, ink, style__glyph(w->st, glyph));
	style__pad(w->st, 1);
	style__fill(w->st, ink, INDENT + (int)(w->st->ascii ? 3 : 2), INDENT + 2, buf);
}

/* Who it is, and what it does. */
static void put_sentence(const struct writer *w, const struct node *nd)
{
	const struct seen_task *task = nd->task;
	char name[SENTENCE], buf[SENTENCE];
	struct text n = text_of(name), t = text_of(buf);

	words__task(&n, w->look, task);
	if (task->rec.inner_tid)
		text__add(&n, " (%u in its own pid namespace)", task->rec.inner_tid);
	text__add(&t, " is ");
	words__doing(&t, w->look, task);
	if (task->rec.flags & LOOK_TRACED)
		text__add(&t, ": only the tracer can let it go on");
	if (task->waits) {
		words__asleep(&t, task);
		if (task->rec.asleep_max == ~0ULL)
			text__add(&t, ", since when is unknown");
		if (task->wait.reason || task__awaits_signal(task) ||
		    task->rec.flags & LOOK_ALONE || task->rec.child_wait || task->word.known) {
			text__add(&t, ": ");
			words__reason(&t, w->look, task);
		}
	}
	style__put(w->st, INK_BOLD, name);
	style__fill(w->st, INK_PLAIN, utf8__width(name), INDENT, buf);
}

static void put_zombies(const struct writer *w, const struct node *nd)
{
	char buf[SENTENCE];
	struct text t = text_of(buf);

	if (!nd->task->waits)
		return;
	words__zombies(&t, w->look, nd->task);
	if (buf[0])
		put_row(w, "zombies", INK_PLAIN, buf);
}

/*
 * Other tasks that wait in open of a FIFO: if two wait in crossed order, each is the one that the
 * other needs.
 */
static void put_openers(const struct writer *w, const struct node *nd)
{
	char buf[SENTENCE];
	struct text t = text_of(buf);
	size_t named = 0, more = 0;

	if (!(nd->doubts & DOUBT_OPENER))
		return;
	for (size_t i = 0; i < w->look->n_tasks; i++) {
		const struct seen_task *other = &w->look->tasks[i];

		if (other == nd->task || !task__opens_fifo(other))
			continue;
		if (named == OPENERS_MAX) {
			more++;
			continue;
		}
		text__add(&t, named++ ? "; " : "");
		words__task(&t, w->look, other);
		text__add(&t, ", in ");
		words__call(&t, w->look, other);
	}
	if (more)
		text__add(&t, "; and %zu more", more);
	if (named)
		put_row(w, "also open", INK_PLAIN, buf);
}

static void put_task(const struct writer *w, const struct node *nd)
{
	put_sentence(w, nd);
	put_verdict(w, nd);
	put_holders(w, nd, WAY_WRITE, end_label_of(w, nd, "write end"));
	put_holders(w, nd, WAY_READ, end_label_of(w, nd, "read end"));
	put_holders(w, nd, WAY_SET, "held by");
	put_holders(w, nd, WAY_CONTROL, "epoll fd");
	/* Only if none of the others is the way out, which is rare. */
	if (nd->best != NOBODY && !node__is_direct(nd, nd->best)) {
		put_holders(w, nd, WAY_SIZE, "any end");
		put_holders(w, nd, WAY_SHUTDOWN, "this end");
	}
	put_owner(w, nd);
	put_zombies(w, nd);
	put_openers(w, nd);
	if (nd->verdict == VERDICT_DEADLOCK)
		put_path(w, nd);
}

static void put_trust(const struct writer *w)
{
	const char *dot = style__glyph(w->st, GLYPH_DOT);
	char buf[SENTENCE], apart[UNIT_LEN], tasks[COUNTED_LEN], held[COUNTED_LEN];
	struct text t = text_of(buf);

	text__add(&t, "%s, %s %s two looks %s apart %s kernel %s",
		  counted(tasks, w->look->n_tasks, "task"),
		  counted(held, w->look->n_held, "descriptor"), dot,
		  format_duration(apart, w->r->apart), dot, w->r->kernel);
	style__fill(w->st, INK_DIM, 0, 0, buf);
}

void report__text(const struct report *r, const struct style *st)
{
	struct writer w = {.r = r, .look = r->graph->look, .st = st};

	for (size_t i = 0; i < r->n_shown; i++)
		put_task(&w, &r->graph->nodes[r->shown[i]]);
	if (!r->n_shown)
		style__fill(st, INK_PLAIN, 0, 0, "nobody waits");
	putc('\n', st->out);
	put_trust(&w);
}
