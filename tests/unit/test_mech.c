/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the mechanism table and of the sentences it fills in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "names/mech.h"

static void rows(void **state)
{
	assert_string_equal(mech__get(MECH_PIPE)->name, "pipe");
	assert_string_equal(mech__get(MECH_FIFO)->name, "fifo");
	assert_string_equal(mech__get(MECH_PIPE)->words[PIPE_USED], "used");
	assert_string_equal(mech__get(MECH_PIPE)->words[PIPE_WRITERS], "writers");
	assert_null(mech__get(MECH_EPOLL)->words[0]);
	assert_null(mech__get(MECH_NONE));
	assert_null(mech__get(200));
}

static void reasons(void **state)
{
	assert_string_equal(reason__get(WAIT_PIPE_FULL)->name, "full");
	assert_int_equal(reason__get(WAIT_FIFO_PARTNER)->mech, MECH_FIFO);
	assert_null(reason__get(WAIT_UNKNOWN));
	assert_null(reason__get(99));
}

static void is_called(const char *path, bool memfd, const char *want)
{
	char name[64];

	mech__memory_name(name, sizeof(name), path, strlen(path), memfd);
	assert_string_equal(name, want);
}

static void files_in_memory(void **state)
{
	char name[64];

	is_called("/dev/shm/a", false, "shmem:/a");
	is_called("/dev/shmem", false, "shmem:/dev/shmem");
	is_called("/dev/shm", false, "shmem:/dev/shm");
	is_called("/dev/shm/a", true, "shmem:memfd:/dev/shm/a");
	is_called("b", true, "shmem:memfd:b");
	mech__memory_name(name, sizeof(name), "/dev/shm/a (deleted)", 10, false);
	assert_string_equal(name, "shmem:/a");
}

static const char *say(const char *sentence, const struct ipc_state *st)
{
	static char buf[128];
	size_t n = mech__sentence(buf, sizeof(buf), sentence, mech__get(MECH_PIPE), st);

	assert_int_equal(n, strlen(buf));
	return buf;
}

static void sentences(void **state)
{
	struct ipc_state st = {{16, 16, 65520, 16, 1, 2}};

	assert_string_equal(say("all {slots} slots ({bytes} bytes)", &st),
			    "all 16 slots (65520 bytes)");
	assert_string_equal(say("{readers:reader}, {writers:writer}", &st), "1 reader, 2 writers");
	assert_string_equal(say("{readers:reader}{slots}", NULL), "? readers?");
	assert_string_equal(say("{nothing} {", &st), "{nothing} {");
	st.v[PIPE_READERS] = 0;
	assert_string_equal(say("{readers:reader}", &st), "0 readers");
	/* That or more. */
	st.v[PIPE_READERS] = UINT32_MAX;
	assert_string_equal(say("{readers:reader}, {readers}", &st),
			    "4294967295+ readers, 4294967295+");
}

static void short_buffer(void **state)
{
	struct ipc_state st = {{16, 16, 65520, 16, 1, 2}};
	char buf[8];

	memset(buf, 'x', sizeof(buf));
	assert_int_equal(mech__sentence(buf, 6, "{bytes}{bytes}", mech__get(MECH_PIPE), &st), 5);
	assert_string_equal(buf, "65520");
	assert_int_equal(buf[6], 'x');
	assert_int_equal(mech__sentence(buf, 0, "x", NULL, NULL), 0);
}

/* One id in two IPC namespaces is two objects; of other kinds dev is no namespace. */
static void ids_of_two_namespaces(void **state)
{
	const struct ipc_object home = {.mech = MECH_SEM, .id = 7, .dev = 40};
	const struct ipc_object away = {.mech = MECH_MSG, .id = 7, .dev = 41};
	const struct ipc_object pipe = {.mech = MECH_PIPE, .id = 7, .dev = 41};
	char buf[64];

	mech__object_name_in(buf, sizeof(buf), &home, 40);
	assert_string_equal(buf, "sem:[7]");
	mech__object_name_in(buf, sizeof(buf), &away, 40);
	assert_string_equal(buf, "msg:[41:7]");
	mech__object_name_in(buf, sizeof(buf), &away, 0);
	assert_string_equal(buf, "msg:[7]");
	mech__object_name_in(buf, sizeof(buf), &pipe, 40);
	assert_string_equal(buf, "pipe:[7]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(files_in_memory),
	    cmocka_unit_test(sentences),
	    cmocka_unit_test(short_buffer),
	    cmocka_unit_test(ids_of_two_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
