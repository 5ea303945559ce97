// SPDX-License-Identifier: GPL-2.0
/* Tests of which functions the one program for system calls is attached to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "kern/probe.h"
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

static void what_a_kernel_calls_its_functions(void **state)
{
	struct probe p = {.vmlinux = btf__new_empty()};
	int proto;

	(void)state;
	assert_non_null(p.vmlinux);
	assert_string_equal(probe__function(&p, "pipe_read"), "pipe_read");
	assert_string_equal(probe__function(&p, "pipe_release"), "pipe_release");
	proto = btf__add_func_proto(p.vmlinux, 0);
	assert_true(btf__add_func(p.vmlinux, "anon_pipe_read", BTF_FUNC_STATIC, proto) > 0);
	assert_string_equal(probe__function(&p, "pipe_read"), "anon_pipe_read");
	assert_string_equal(probe__function(&p, "pipe_write"), "pipe_write");
	btf__free(p.vmlinux);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_and_writes_begin_in_the_pipe_code),
	    cmocka_unit_test(a_function_with_another_name_than_its_call),
	    cmocka_unit_test(only_what_the_mechanisms_need_is_hooked),
	    cmocka_unit_test(what_a_kernel_calls_its_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
