/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipctrace list: lists every scenario with what it shows, its section of the lesson, and its cases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims/claims.h"
#include "cmd/cmd.h"
#include "cmd/expect_file.h"
#include "opts/find.h"
#include "lib/log.h"
#include "print/wrap.h"

#define NAME_WIDTH 16
#define FIRST_TEXT (NAME_WIDTH + 8)

static const char about_lesson[] =
    "LESSON: the section of a Chinese lesson on interprocess communication (1 pipes, 2 shared "
    "memory, 3 message queues, 5 sockets) that the scenario tests. Each sentence tested is quoted "
    "beside its claim, in Chinese and English.";

static void print_scenario(const char *name, const struct expect *ex)
{
	const struct expect_case *cases;
	size_t n = expect__cases(ex, &cases), col = FIRST_TEXT;
	const char *lesson = expect__lesson(ex);

	printf("%-*s%-8s", NAME_WIDTH, name, lesson ? lesson : "");
	put_words(expect__title(ex), FIRST_TEXT, &col);
	putchar('\n');
	if (n == 0 || !*cases[0].name)
		return;
	printf("%*s", FIRST_TEXT, "");
	col = FIRST_TEXT;
	put_words(n == 1 ? "case" : "cases", FIRST_TEXT, &col);
	for (size_t i = 0; i < n; i++)
		put_words(cases[i].name, FIRST_TEXT, &col);
	putchar('\n');
}

static int list_one(const char *name)
{
	struct scenario_files files;
	struct expect *ex;
	struct blob text;
	int rc = find__scenario(name, &files);

	if (rc) {
		log_error("cannot find %s: %s", name, strerror(-rc));
		return EXIT_FAILED;
	}
	if (expect_file__read(files.expect, &text))
		return EXIT_FAILED;
	ex = expect_file__parse(&text, files.expect);
	free((char *)text.bytes);
	if (!ex)
		return EXIT_FAILED;
	print_scenario(name, ex);
	expect__free(ex);
	return 0;
}

static int list(const struct opts *o)
{
	char **names;
	size_t n, col = 0;
	int status = 0, rc = find__names(&names, &n);

	if (rc) {
		log_error("no scenarios beside this binary or in %s: %s", LIBDIR, strerror(-rc));
		return EXIT_FAILED;
	}
	printf("%-*s%-8s%s\n", NAME_WIDTH, "SCENARIO", "LESSON", "SHOWS");
	for (size_t i = 0; i < n; i++)
		status |= list_one(names[i]);
	putchar('\n');
	put_words(about_lesson, 0, &col);
	putchar('\n');
	find__free_names(names, n);
	return status;
}

const struct verb verb_list = {
    .name = "list",
    .args = "",
    .help = "the scenarios, and what each shows",
    .forms = {{"", 0}},
    .run = list,
};
