/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace diff: compares two trace files, run by run, without times and ids. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "diff/text.h"
#include "lib/log.h"
#include "opts/words.h"
#include "print/output.h"
#include "file/reader.h"
#include "diff/side.h"

/* The same file both times, even if another has its name by then. */
static int read_once(struct side *s, const char *file, int fd, bool names)
{
	int rc, copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	char why[200] = "";
	struct reader *r = NULL;

	if (copy < 0)
		snprintf(why, sizeof(why), "%s", strerror(errno));
	else
		r = reader__new(copy, why, sizeof(why));
	if (!r) {
		log_error("cannot read %s: %s", file, why);
		return -EIO;
	}
	rc = names ? side__names(s, r) : side__facts(s, r);
	reader__free(r);
	if (rc)
		log_error("cannot read %s: %s", file,
			  rc == -ESTALE ? "it changed meanwhile; is it still being recorded?"
					: reader__why(rc));
	return rc;
}

static int read_side(struct side *s, const char *file)
{
	int rc, fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		log_error("cannot read %s: %s", file, strerror(errno));
		return -EIO;
	}
	rc = read_once(s, file, fd, true);
	if (!rc)
		rc = read_once(s, file, fd, false);
	close(fd);
	return rc;
}

static int compare(const struct side *a, const struct side *b, const struct style *st,
		   struct diff_count *count)
{
	int rc = 0;

	for (size_t i = 0; !rc && (i < a->n || i < b->n); i++) {
		bool both = i < a->n && i < b->n && !strcmp(a->runs[i].name, b->runs[i].name);

		if (i < a->n)
			rc = diff_text__run(st, a->runs[i].name, &a->runs[i].story,
					    both ? &b->runs[i].story : NULL, count);
		if (!rc && i < b->n && !both)
			rc = diff_text__run(st, b->runs[i].name, NULL, &b->runs[i].story, count);
	}
	return rc;
}

static int print(const struct opts *o, const struct side *a, const struct side *b)
{
	bool doubt = a->doubt || b->doubt;
	struct diff_count count = {0};
	char line[2 * PATH_MAX + 128];
	struct output out;
	struct style st;
	int rc;

	if (output__open(&out, o->output, o->force))
		return EXIT_USAGE;
	st = (struct style){.out = out.f,
			    .columns = output__columns(&out),
			    .colour = output__colour(&out, o->colour),
			    .ascii = o->ascii || !output__utf8()};
	rc = compare(a, b, &st, &count);
	if (count.differ) {
		putc('\n', st.out);
		snprintf(line, sizeof(line), "%zu of %zu lanes differ: - %s, + %s", count.differ,
			 count.differ + count.same, o->file, o->other_file);
		style__fill(&st, INK_PLAIN, 0, 2, line);
	} else {
		fprintf(st.out, "%zu lanes, none differs\n", count.same);
	}
	if (doubt)
		style__fill(&st, INK_DOUBT, 0, 2,
			    "inconclusive: records are missing, a run did not come to its end, or "
			    "it is longer than what is compared");
	if (rc)
		log_error("%s", strerror(-rc));
	if (output__close(&out) || rc)
		return EXIT_USAGE;
	return doubt ? EXIT_INCONCLUSIVE : count.differ ? EXIT_FAILED : EXIT_HELD;
}

static int take(struct opts *o, char *word)
{
	if (o->other_file)
		return opts__refuse_word(o, word);
	*(o->file ? &o->other_file : &o->file) = word;
	return -1;
}

static const char *check(const struct opts *o)
{
	return o->other_file
		   ? NULL
		   : "diff of what? it takes two trace files: try 'ipctrace diff FILE FILE'";
}

static int diff(const struct opts *o)
{
	struct side a = {0}, b = {0};
	int status = EXIT_USAGE;

	if (!read_side(&a, o->file) && !read_side(&b, o->other_file))
		status = print(o, &a, &b);
	side__clear(&a);
	side__clear(&b);
	return status;
}

const struct verb verb_diff = {
    .name = "diff",
    .args = "FILE FILE",
    .help = "what two trace files tell differently, but for times",
    .forms = {{"", OPTS_TEXT}},
    .take = take,
    .check = check,
    .run = diff,
};
