/* SPDX-License-Identifier: GPL-2.0 */
/* Tests files that are made anew: nothing that exists is written to, no link is followed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/new_file.h"

static char dir[] = "/tmp/ipctrace-new-file.XXXXXX";
static char path[PATH_MAX];

static const char *in_dir(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int enter(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int leave(void **state)
{
	static const char *const names[] = {"new", "old", "link", "loose", "fifo", "target"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_dir(names[i]));
	return rmdir(dir);
}

static void put(const char *name, const char *text)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void holds(const char *name, const char *text)
{
	char buf[64] = "";
	int fd = open(in_dir(name), O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
	assert_string_equal(buf, text);
	close(fd);
}

static void opened(const char *name, bool replace, const char *text)
{
	int fd = new_file__open(in_dir(name), replace);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	close(fd);
	holds(name, text);
}

static void test_made_anew(void **state)
{
	umask(0);
	opened("new", false, "first");
	assert_int_equal(new_file__open(in_dir("new"), false), -EEXIST);
	holds("new", "first");
	opened("new", true, "second");
	/* With replace, but there is nothing. */
	unlink(in_dir("new"));
	opened("new", true, "third");
}

/* Who has the old file open keeps it as it was, under whatever mode it was. */
static void test_replaced_by_another_file(void **state)
{
	char buf[16] = "";
	int fd;

	put("old", "old");
	fd = open(in_dir("old"), O_RDONLY);
	opened("old", true, "newer");
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "old");
	close(fd);
}

static void test_no_link_is_followed(void **state)
{
	put("target", "precious");
	assert_int_equal(symlink("target", in_dir("link")), 0);
	assert_int_equal(symlink("nowhere", in_dir("loose")), 0);
	assert_int_equal(new_file__open(in_dir("link"), false), -EEXIST);
	assert_int_equal(new_file__open(in_dir("loose"), false), -EEXIST);
	opened("link", true, "mine");
	opened("loose", true, "mine");
	holds("target", "precious");
	assert_int_equal(access(in_dir("nowhere"), F_OK), -1);
}

static void test_what_is_no_file(void **state)
{
	assert_int_equal(mkfifo(in_dir("fifo"), 0666), 0);
	for (int replace = 0; replace < 2; replace++) {
		assert_int_equal(new_file__open(in_dir("fifo"), replace), -EEXIST);
		assert_int_equal(new_file__open(dir, replace), -EISDIR);
		assert_int_equal(new_file__open(in_dir(""), replace), -EISDIR);
		assert_int_equal(new_file__open(in_dir("none/new"), replace), -ENOENT);
		assert_int_equal(new_file__open("/dev/zero", replace), -EEXIST);
		close(new_file__open("/dev/null", replace));
		close(new_file__open("/dev/full", replace));
	}
}

static void test_own_descriptors(void **state)
{
	char name[64];
	int ends[2], fd;

	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), i ? "/proc/self/fd/%d" : "/dev/fd/%d", ends[1]);
		fd = new_file__open(name, false);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "x", 1), 1);
		close(fd);
	}
	assert_int_equal(read(ends[0], name, sizeof(name)), 2);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(new_file__open("/dev/fd/987654", false), -EBADF);
	assert_true(new_file__open("/dev/fd/1x", false) < 0);
}

static void owned(const char *uid, const char *gid, uid_t want_uid, gid_t want_gid)
{
	struct stat st;
	int fd;

	setenv("SUDO_UID", uid, 1);
	setenv("SUDO_GID", gid, 1);
	fd = new_file__open(in_dir("new"), true);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	close(fd);
	assert_int_equal(st.st_uid, want_uid);
	assert_int_equal(st.st_gid, want_gid);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
}

static void test_belongs_to_the_user_behind_sudo(void **state)
{
	if (geteuid())
		skip();
	owned("65534", "65533", 65534, 65533);
	owned("0", "65533", 0, 0);
	owned("junk", "65533", 0, 0);
	owned("65534", "-1", 0, 0);
	owned("4294967295", "65533", 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_made_anew),
	    cmocka_unit_test(test_replaced_by_another_file),
	    cmocka_unit_test(test_no_link_is_followed),
	    cmocka_unit_test(test_what_is_no_file),
	    cmocka_unit_test(test_own_descriptors),
	    cmocka_unit_test(test_belongs_to_the_user_behind_sudo),
	};

	return cmocka_run_group_tests_name("new_file", tests, enter, leave);
}
