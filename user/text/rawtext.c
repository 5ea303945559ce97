// SPDX-License-Identifier: GPL-2.0
/* --raw: one line a fact, every field by its name. */
#include "text/rawtext.h"

#include <string.h>

#include "words/fields.h"
#include "words/labels.h"
#include "lib/escape.h"
#include "lib/units.h"

static void put_value(FILE *out, const struct field *f)
{
	char text[4 * 256];

	switch (f->type) {
	case FIELD_INT:
		fprintf(out, "%lld", (long long)f->i);
		break;
	case FIELD_BOOL:
		fputs(f->i ? "true" : "false", out);
		break;
	case FIELD_STRING:
		escape_text(text, sizeof(text), f->s, strlen(f->s));
		/* A word stands bare, so that it can be copied into an .expect file. */
		fprintf(out, strpbrk(text, " \"") || !*text ? "\"%s\"" : "%s", text);
		break;
	}
}

void rawtext__fact(FILE *out, const struct fact *fact)
{
	char time[UNIT_LEN], comm[4 * COMM_LEN + 1];
	struct fields fs;

	fact__fields(fact, &fs);
	fprintf(out, "%s", format_time(time, fact->t));
	if (fact->kind != FACT_LOST) {
		escape_text(comm, sizeof(comm), fact->who.comm, strnlen(fact->who.comm, COMM_LEN));
		fprintf(out, " %s/%u", comm, fact->who.tid);
	}
	fprintf(out, " %s", fact_label(fact->kind));
	for (size_t i = 0; i < fs.n; i++) {
		const char *name = fs.f[i].name;

		/* Said already. */
		if (!strcmp(name, "t") || !strcmp(name, "tid") || !strcmp(name, "comm"))
			continue;
		fprintf(out, " %s=", name);
		put_value(out, &fs.f[i]);
	}
	putc('\n', out);
}
