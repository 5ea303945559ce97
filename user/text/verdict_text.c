// SPDX-License-Identifier: GPL-2.0
/* Prints verdicts and the trust line as text. */
#include "text/verdict_text.h"

#include <string.h>

#include "words/labels.h"
#include "lib/escape.h"
#include "lib/units.h"
#include "lib/utf8.h"

#define NAME_WIDTH 16 /* claims' names */
#define HANG	   6

static const struct {
	enum glyph glyph;
	enum ink ink;
} results[] = {
    [CLAIM_HOLDS] = {GLYPH_HOLDS, INK_GOOD},
    [CLAIM_FAILS] = {GLYPH_FAILS, INK_BAD},
    [CLAIM_INCONCLUSIVE] = {GLYPH_DOUBT, INK_DOUBT},
};

/* A label and a text from an .expect file or from records, filled. */
static void paragraph(const struct style *st, enum ink ink, const char *label, const char *text)
{
	char safe[2048];
	int at = HANG + utf8__width(label);

	escape_text(safe, sizeof(safe), text, strlen(text));
	style__pad(st, HANG);
	style__put(st, ink, label);
	style__fill(st, ink, at, HANG + 2, safe);
}

static void print_quote(const struct style *st, const struct verdict *v)
{
	char label[64], lesson[48];

	if (!v->lesson)
		return;
	escape_text(lesson, sizeof(lesson), v->lesson, strlen(v->lesson));
	snprintf(label, sizeof(label), v->quote ? "lesson %s: " : "lesson %s", lesson);
	paragraph(st, INK_DIM, label, v->quote ? v->quote : "");
	if (v->gloss)
		paragraph(st, INK_DIM, "in English: ", v->gloss);
}

static void print_reason(const struct style *st, const struct verdict *v)
{
	char label[128], file[97];

	if (v->why)
		paragraph(st, results[v->result].ink, "", v->why);
	if (v->pattern) {
		const char *slash = v->file ? strrchr(v->file, '/') : NULL;

		const char *name = slash ? slash + 1 : v->file ? v->file : "line";

		escape_text(file, sizeof(file), name, strlen(name));
		snprintf(label, sizeof(label), "%s:%d: ", file, v->line);
		paragraph(st, INK_PLAIN, label, v->pattern);
	}
}

static void print_evidence(const struct style *st, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_evidence; i++)
		paragraph(st, INK_DIM, "  ", v->evidence[i]);
}

void verdict_text__claim(const struct style *st, const struct verdict *v, bool evidence)
{
	const char *mark = style__glyph(st, results[v->result].glyph);
	char name[256], title[1024];
	int at = 2, width;

	escape_text(name, sizeof(name), v->claim, strlen(v->claim));
	escape_text(title, sizeof(title), v->title ? v->title : "",
		    v->title ? strlen(v->title) : 0);
	style__pad(st, at);
	style__put(st, results[v->result].ink, mark);
	style__pad(st, 1);
	at += utf8__width(mark) + 1;
	style__put(st, INK_BOLD, name);
	width = utf8__width(name);
	style__pad(st, width < NAME_WIDTH ? NAME_WIDTH - width : 1);
	at += width < NAME_WIDTH ? NAME_WIDTH : width + 1;
	style__fill(st, INK_PLAIN, at, HANG, title);
	print_quote(st, v);
	if (v->differs)
		paragraph(st, INK_DOUBT, "lesson differs: ", v->differs);
	if (v->result != CLAIM_HOLDS)
		print_reason(st, v);
	if (v->result != CLAIM_HOLDS || evidence)
		print_evidence(st, v);
}

/* How words were watched. */
static const char *words_text(const char *how)
{
	if (!strcmp(how, "step"))
		return "by stepping";
	return strcmp(how, "hardware") ? "not watched" : "by hardware";
}

static void trust_line(const struct style *st, const struct run_summary *sum)
{
	const char *dot = style__glyph(st, GLYPH_DOT);
	char text[1024], records[COUNTED_LEN], backend[128], kernel[256];
	size_t at;

	at = (size_t)snprintf(text, sizeof(text), "%s %s ",
			      counted(records, sum->records, "record"), dot);
	if (sum->summed)
		at +=
		    (size_t)snprintf(text + at, sizeof(text) - at, "%llu summed in the kernel %s ",
				     (unsigned long long)sum->summed, dot);
	at += (size_t)snprintf(text + at, sizeof(text) - at, "%llu lost",
			       (unsigned long long)sum->lost_total);
	if (sum->lost_total) {
		const char *sep = " (";

		for (unsigned int i = 0; i < LOST_CAUSES && at < sizeof(text); i++) {
			if (!sum->lost[i])
				continue;
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s %llu", sep,
					       lost_label(i), (unsigned long long)sum->lost[i]);
			sep = ", ";
		}
		if (sep[0] == ',' && at < sizeof(text))
			at += (size_t)snprintf(text + at, sizeof(text) - at, ")");
	}
	escape_text(backend, sizeof(backend), sum->backend, strlen(sum->backend));
	escape_text(kernel, sizeof(kernel), sum->kernel, strlen(sum->kernel));
	if (at < sizeof(text))
		at +=
		    (size_t)snprintf(text + at, sizeof(text) - at, " %s backend %s", dot, backend);
	if (sum->watched && at < sizeof(text))
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %s words %s", dot,
				       words_text(sum->watched));
	if (at < sizeof(text))
		snprintf(text + at, sizeof(text) - at, " %s kernel %s", dot, kernel);
	style__fill(st, sum->lost_total ? INK_BAD : INK_DIM, 0, 2, text);
}

void verdict_text__summary(const struct style *st, const struct run_summary *sum)
{
	unsigned int claims = sum->held + sum->failed + sum->inconclusive;
	enum ink ink = sum->failed ? INK_BAD : sum->inconclusive ? INK_DOUBT : INK_GOOD;
	char text[128];

	trust_line(st, sum);
	if (sum->note)
		style__fill(st, INK_DOUBT, 0, 2, sum->note);
	if (sum->incomplete)
		style__fill(st, INK_DOUBT, 0, 2,
			    sum->not_whole ? "incomplete: the trace file is not whole"
					   : "incomplete: the run did not come to its end");
	if (!claims)
		return;
	snprintf(text, sizeof(text), "claims: %u %s, %u %s, %u inconclusive", sum->held,
		 sum->held == 1 ? "holds" : "hold", sum->failed,
		 sum->failed == 1 ? "fails" : "fail", sum->inconclusive);
	style__fill(st, ink, 0, 2, text);
}
