/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of a line of output whose pieces go on below it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/line.h"

/* The output of two pieces, the first 20 columns wide. The caller frees it. */
static char *printed(const char *narrow, const char *beside)
{
	struct line line = {};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct style st = {.out = out, .columns = 60, .ascii = true};

	assert_non_null(out);
	line__add(&line, 0, INK_PLAIN, "%s", narrow);
	line__add(&line, 21, INK_PLAIN, "%s", beside);
	line__print(&st, &line);
	fclose(out);
	return text;
}

/* A sleep that ends on a busy machine, in a lane of 20 columns, with all that its row may say. */
static void test_long_cell_is_whole(void **state)
{
	char *text =
	    printed("+ 105.01 ms, by receiver 1234567, ran 103.44 ms later: semtimedop 10/12 [250] "
		    "-32768 undo nowait -> EIDRM (the set is gone)",
		    "beside");

	assert_null(strstr(text, ".."));
	assert_non_null(strstr(text, "gone)"));
	free(text);
}

static void test_endless_cell_is_cut(void **state)
{
	char narrow[PIECE_SIZE];
	char *text;

	memset(narrow, 'x', sizeof(narrow) - 1);
	narrow[sizeof(narrow) - 1] = '\0';
	text = printed(narrow, "beside");
	assert_non_null(strstr(text, "..\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_long_cell_is_whole),
	    cmocka_unit_test(test_endless_cell_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
