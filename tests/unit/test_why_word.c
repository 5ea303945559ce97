/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of waits on a word in shared memory: what /proc/PID/maps says about it, and what is told
 * about the wait.
 */
#include <stdio.h>

#include "why/shared_word.h"
#include "why_rig.h"

static void named(const char *text, __u32 ns, __u32 home, const char *want)
{
	char line[256], name[PATH_LEN + 16];
	struct map_line m;

	snprintf(line, sizeof(line), "%s", text);
	assert_true(map_line__parse(line, &m));
	map_line__name(name, sizeof(name), &m, ns, home);
	assert_string_equal(name, want);
}

static void lines_of_maps(void **state)
{
	char line[] = "7f0a1000-7f0a3000 rw-s 00002000 00:1a 4242                   /dev/shm/a b\n";
	char private[] = "7f0a1000-7f0a3000 rw-p 00000000 fe:01 17    /lib/x.so\n";
	char broken[] = "7f0a1000-7f0a3000 rw-s\n";
	struct map_line m;

	(void)state;
	assert_true(map_line__parse(line, &m));
	assert_true(m.start == 0x7f0a1000 && m.end == 0x7f0a3000 && m.offset == 0x2000);
	assert_true(m.dev == 0x1a && m.inode == 4242 && m.shared);
	assert_string_equal(m.path, "/dev/shm/a b");
	assert_true(map_line__parse(private, &m));
	assert_false(m.shared);
	assert_true(m.dev == (0xfeULL << 32 | 1));
	assert_false(map_line__parse(broken, &m));
}

static void names(void **state)
{
	(void)state;
	named("1-2 rw-s 0 00:1a 4 /dev/shm/sem.q", 0, 0, "shmem:/sem.q");
	named("1-2 rw-s 0 00:1a 4 /dev/shm/q (deleted)", 0, 0, "shmem:/q");
	named("1-2 rw-s 0 00:01 4 /memfd:box (deleted)", 0, 0, "shmem:memfd:box");
	named("1-2 rw-s 0 00:01 4 /dev/zero (deleted)", 0, 0, "shmem:[4]");
	named("1-2 rw-s 0 00:01 4 /SYSV00001234 (deleted)", 77, 77, "shm:[4]");
	named("1-2 rw-s 0 00:01 4 /SYSV00001234 (deleted)", 78, 77, "shm:[78:4]");
	named("1-2 rw-s 0 fe:01 4 /var/lib/db", 0, 0, "/var/lib/db");
}

/* Process tid waits at offset 8 of "shmem:/q". */
static void on_word(__u32 tid, __u8 flags, __u32 slept_for, __u32 value)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_UNKNOWN, 0, SYS_futex);

	t.flags = LOOK_WORD;
	w.e.flags |= flags;
	w.value = slept_for;
	feed(&t);
	feed(&w);
	now.tasks[now.n_tasks - 1].word =
	    (struct shared_word){.offset = 8, .value = value, .known = true, .value_known = true};
}

static void says(__u32 tid, const char *want)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__reason(&t, &now, node(tid)->task);
	assert_string_equal(buf, want);
}

static void mapped_by(size_t n, bool known)
{
	struct shared_object *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	*o = (struct shared_object){.name = "shmem:/q", .n_users = n, .users_known = known};
	o->users = calloc(n, sizeof(*o->users));
	assert_non_null(o->users);
	for (size_t i = 0; i < n; i++)
		o->users[i] = i;
	now.shared = o;
	now.n_shared = 1;
}

static void reasons(void **state)
{
	(void)state;
	on_word(10, 0, 0, 0);
	on_word(11, 0, 0, 0x80000007);
	on_word(12, EVF_NO_WORD, 0, 10);
	for (__u32 tid = 13; tid < 15; tid++) {
		struct look_task t = a_task(tid, LOOK_RUNS);

		feed(&t);
	}
	mapped_by(5, true);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_WORD);
	verdict_says(10, "unknown: whoever has the word mapped could change it and wake it");
	says(10, "the word at offset 8 of shmem:/q is 0; it waits until somebody changes it and "
		 "wakes it; "
		 "it is mapped by process 11, process 12, process 13 and 1 more");
	says(11,
	     "the word at offset 8 of shmem:/q was 0 when it went to sleep and is 0x80000007 now; "
	     "nobody has woken it since; it is mapped by process 10, process 12, process 13 and 1 "
	     "more");
	says(
	    12,
	    "the word at offset 8 of shmem:/q is a lock that somebody has; it is mapped by process "
	    "10, process 11, process 13 and 1 more");
}

static void nobody_else(void **state)
{
	(void)state;
	on_word(10, 0, 2, 2);
	mapped_by(1, true);
	build();
	says(10, "the word at offset 8 of shmem:/q is 2; it waits until somebody changes it and "
		 "wakes it; "
		 "no other process has it mapped");
	now.tasks[0].word.value_known = false;
	now.shared->users_known = false;
	says(10, "the word at offset 8 of shmem:/q was 2 when it went to sleep; it waits until "
		 "somebody changes it and wakes it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_of_maps),
	    TEST(names),
	    TEST(reasons),
	    TEST(nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
