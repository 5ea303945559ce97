// SPDX-License-Identifier: GPL-2.0
/* Which functions the one program of system calls is hooked to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/programs.h"

static const char *functions[PROGRAM_CALLS];

static bool hooked(size_t n, const char *function)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(functions[i], function))
			return true;
	return false;
}

static void reads_and_writes_begin_in_the_pipe_code(void **state)
{
	size_t n = program__calls(&(struct tracer_opts){0}, functions);

	(void)state;
	assert_false(hooked(n, "__x64_sys_read"));
	assert_false(hooked(n, "__x64_sys_writev"));
	assert_true(hooked(n, "__x64_sys_close"));
	assert_true(hooked(n, "__x64_sys_semget"));
}

static void a_function_with_another_name_than_its_call(void **state)
{
	size_t n = program__calls(&(struct tracer_opts){0}, functions);

	(void)state;
	assert_true(hooked(n, "__x64_sys_sendfile64"));
	assert_false(hooked(n, "__x64_sys_sendfile"));
}

static void only_what_the_mechanisms_need_is_hooked(void **state)
{
	struct tracer_opts opts = {.filter.mechs = 1U << MECH_PIPE};
	size_t n = program__calls(&opts, functions);

	(void)state;
	assert_true(hooked(n, "__x64_sys_close"));
	assert_false(hooked(n, "__x64_sys_semget"));
	assert_false(hooked(n, "__x64_sys_mmap"));

	/* Who watches words must know where they are mapped. */
	opts.watch = true;
	n = program__calls(&opts, functions);
	assert_true(hooked(n, "__x64_sys_mmap"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_and_writes_begin_in_the_pipe_code),
	    cmocka_unit_test(a_function_with_another_name_than_its_call),
	    cmocka_unit_test(only_what_the_mechanisms_need_is_hooked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
