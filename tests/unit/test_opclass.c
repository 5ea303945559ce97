// SPDX-License-Identifier: GPL-2.0
/* Tests of what the table of system calls says about classes and calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "names/opclass.h"

static void traits_are_of_classes(void **state)
{
	(void)state;
	assert_true(moves_data(OPC_VMSPLICE));
	assert_false(moves_data(OPC_MSG_SEND));
	assert_true(op_class__has(OPC_DUP2, T_CLOSES));
	assert_false(op_class__has(OPC_DUP, T_CLOSES));
	assert_true(op_class__has(OPC_SEM_UNDO, T_EXACT));
	assert_false(op_class__has(OPC_NONE, ~0U));
	assert_false(op_class__has(255, ~0U));
}

static void one_call_may_have_more_than_its_class(void **state)
{
	(void)state;
	assert_true(op_call__has(SYS_ioctl, T_ARG_ADDRESS));
	assert_false(op_call__has(SYS_fcntl, T_ARG_ADDRESS));
	assert_true(op_call__has(SYS_shmdt, T_ARG_ADDRESS));
	assert_false(op_call__has(SYS_getpid, ~0U));
	assert_false(op_call__has(-1, ~0U));
}

static void a_class_knows_its_mechanism(void **state)
{
	(void)state;
	assert_int_equal(op_class__mech(OPC_MSG_CTL), MECH_MSG);
	assert_int_equal(op_class__mech(OPC_MAP), MECH_SHMEM);
	assert_int_equal(op_class__mech(OPC_READ), MECH_NONE);
	assert_int_equal(op_class__mech(255), MECH_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(traits_are_of_classes),
	    cmocka_unit_test(one_call_may_have_more_than_its_class),
	    cmocka_unit_test(a_class_knows_its_mechanism),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
