/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of targets: when processes that somebody else started are all gone. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "launch/targets.h"

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool readable(const struct targets *t, int ms)
{
	struct pollfd p = {.fd = targets__fd(t), .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

static void all_must_end(void **state)
{
	pid_t pids[] = {sleeper(), sleeper()};
	struct targets *t = targets__new(pids, 2);

	assert_non_null(t);
	assert_false(readable(t, 0));
	assert_false(targets__gone(t));
	end(pids[1]);
	assert_true(readable(t, 5000));
	assert_false(targets__gone(t));
	/* One that is known to have ended does not become readable again. */
	assert_false(readable(t, 0));
	end(pids[0]);
	assert_true(readable(t, 5000));
	assert_true(targets__gone(t));
	targets__free(t);
}

static void the_same_twice(void **state)
{
	pid_t pid = sleeper(), twice[] = {pid, pid};
	struct targets *t = targets__new(twice, 2);

	assert_non_null(t);
	end(pid);
	assert_true(readable(t, 5000));
	assert_true(targets__gone(t));
	targets__free(t);
}

static void who_is_gone_is_left_out(void **state)
{
	pid_t pids[] = {sleeper(), sleeper()};
	struct targets *t;

	end(pids[1]);
	t = targets__new(pids, 2);
	assert_non_null(t);
	assert_false(targets__gone(t));
	end(pids[0]);
	assert_true(readable(t, 5000));
	assert_true(targets__gone(t));
	targets__free(t);
	assert_null(targets__new(pids, 2));
	assert_null(targets__new(pids, 1));
	targets__free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_must_end),
	    cmocka_unit_test(the_same_twice),
	    cmocka_unit_test(who_is_gone_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
