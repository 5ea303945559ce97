/* SPDX-License-Identifier: GPL-2.0 */
/* The wait-for graph for Graphviz: tasks are boxes, objects ellipses, what is deadlocked is red. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names/mech.h"
#include "why/report.h"
#include "why/words.h"

struct drawing {
	FILE *out;
	const struct graph *g;
	bool *seen;
	size_t *queue;
	size_t n;
};

/* A string of DOT; what comes from the system is escaped already, but for quotes and backslashes. */
static void put_quoted(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', out);
		putc(*s, out);
	}
	putc('"', out);
}

static void visit(struct drawing *d, size_t task)
{
	if (d->seen[task])
		return;
	d->seen[task] = true;
	d->queue[d->n++] = task;
}

static void put_task(const struct drawing *d, const struct node *nd)
{
	char buf[1024] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__task(&t, d->g->look, nd->task);
	if (!nd->task->waits || !nd->task->wait.reason) {
		text__add(&t, " ");
		words__doing(&t, d->g->look, nd->task);
	}
	fprintf(d->out, "\tt%u [label=", nd->task->rec.e.tid);
	put_quoted(d->out, buf);
	if (nd->verdict == VERDICT_DEADLOCK)
		fputs(" color=red fontcolor=red", d->out);
	fputs("];\n", d->out);
}

static void put_object_id(FILE *out, const struct ipc_object *obj)
{
	fprintf(out, "o%u_%u_%llu", obj->mech, obj->dev, (unsigned long long)obj->id);
}

static void put_object(const struct drawing *d, const struct ipc_object *obj)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__object(&t, d->g->look, obj);
	putc('\t', d->out);
	put_object_id(d->out, obj);
	fputs(" [shape=ellipse label=", d->out);
	put_quoted(d->out, buf);
	fputs("];\n", d->out);
}

static void put_wait_edge(const struct drawing *d, const struct node *nd,
			  const struct ipc_object *obj)
{
	const struct reason *r = reason__get(nd->task->wait.reason);
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	text__call(&t, nd->task->wait.nr);
	text__add(&t, ": %s", r ? r->name : "unknown");
	put_object(d, obj);
	fprintf(d->out, "\tt%u -> ", nd->task->rec.e.tid);
	put_object_id(d->out, obj);
	fputs(" [label=", d->out);
	put_quoted(d->out, buf);
	fputs(nd->verdict == VERDICT_DEADLOCK ? " color=red];\n" : "];\n", d->out);
}

/* Both ends of a connection, as they hold together. */
static void put_peer_edge(const struct drawing *d, const struct ev_wait *w)
{
	struct ipc_object peer;

	if (!reason__by_peer(w->reason) || peer__find(d->g->look, &w->obj, &w->state, &peer))
		return;
	put_object(d, &peer);
	putc('\t', d->out);
	put_object_id(d->out, &w->obj);
	fputs(" -> ", d->out);
	put_object_id(d->out, &peer);
	fputs(" [label=peer dir=both];\n", d->out);
}

static void put_hold_edges(struct drawing *d, const struct node *nd, const struct hold *h)
{
	const struct look *l = d->g->look;
	const struct ev_object *rec = &l->held[h->held];
	bool second = h->way == WAY_SIZE || h->way == WAY_CONTROL || h->way == WAY_SHUTDOWN;

	for (size_t i = 0; i < nd->n_enders; i++) {
		const struct node *ender = &d->g->nodes[nd->enders[i]];

		if (ender->task->rec.files != l->tables[h->held] ||
		    (second && ender->task->rec.e.pid == nd->task->rec.e.pid))
			continue;
		visit(d, nd->enders[i]);
		putc('\t', d->out);
		put_object_id(d->out, &rec->obj);
		fprintf(d->out, " -> t%u [label=\"fd %d, %s\"%s];\n", ender->task->rec.e.tid,
			rec->fd, way_name(h->way),
			nd->verdict == VERDICT_DEADLOCK ? " color=red" : " style=dashed");
	}
}

static void put_node(struct drawing *d, const struct node *nd)
{
	const struct seen_task *task = nd->task;

	put_task(d, nd);
	if (!task->waits || !task->wait.reason)
		return;
	if (task->wait.obj.mech) {
		put_wait_edge(d, nd, &task->wait.obj);
		put_peer_edge(d, &task->wait);
	}
	for (size_t i = 0; i < task->n_watches; i++) {
		struct ipc_object obj = look__watched(&task->watches[i]);

		if (obj.mech)
			put_wait_edge(d, nd, &obj);
	}
	for (size_t i = 0; i < nd->n_holds; i++)
		put_hold_edges(d, nd, &nd->holds[i]);
	if (reason__enders(task->wait.reason) == ENDERS_OWNER)
		for (size_t i = 0; i < nd->n_enders; i++) {
			visit(d, nd->enders[i]);
			putc('\t', d->out);
			put_object_id(d->out, &task->wait.obj);
			fprintf(d->out, " -> t%u [label=\"has its mutex\"];\n",
				d->g->nodes[nd->enders[i]].task->rec.e.tid);
		}
}

int report__dot(const struct report *r, FILE *out)
{
	size_t n = r->graph->look->n_tasks;
	struct drawing d = {.out = out, .g = r->graph};
	int rc = 0;

	d.seen = calloc(n + 1, sizeof(*d.seen));
	d.queue = calloc(n + 1, sizeof(*d.queue));
	if (!d.seen || !d.queue) {
		rc = -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < r->n_shown; i++)
		visit(&d, r->shown[i]);
	fputs("strict digraph why {\n\trankdir=LR;\n\tnode [shape=box fontname=\"sans-serif\"];\n"
	      "\tedge [fontname=\"sans-serif\" fontsize=10];\n",
	      out);
	for (size_t i = 0; i < d.n; i++)
		put_node(&d, &r->graph->nodes[d.queue[i]]);
	fputs("}\n", out);
out:
	free(d.seen);
	free(d.queue);
	return rc;
}
