/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of commands that are written so that a shell would take them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/shell_words.h"

static void is(char *const *argv, const char *wanted)
{
	char *text = shell_words(argv);

	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
}

static void quoted(void **state)
{
	is((char *[]){"ls", "-l", "/tmp/a_b.c:1,2", NULL}, "ls -l /tmp/a_b.c:1,2");
	is((char *[]){"sh", "-c", "echo hi | cat", NULL}, "sh -c 'echo hi | cat'");
	is((char *[]){"printf", "it's", "", "a\nb", "$x", NULL},
	   "printf 'it'\\''s' '' 'a\nb' '$x'");
	is((char *[]){NULL}, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
