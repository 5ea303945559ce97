/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the options that say which tasks are followed, and what is recorded of them. */
#include <mntent.h>
#include <sys/stat.h>

#include "lib/kernel_dev.h"
#include "opts_rig.h"

static void attach(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "attach -p 12,34 -p 56 --for 2s"), -1);
	assert_true(o.attach && !o.all);
	assert_int_equal(o.n_pids, 3);
	assert_int_equal(o.pids[0], 12);
	assert_int_equal(o.pids[1], 34);
	assert_int_equal(o.pids[2], 56);
	assert_int_equal(o.for_ms, 2000);
	assert_int_equal(o.filter.flags, FILTER_PARTNERS | FILTER_CHILDREN);
	assert_int_equal(parse(&o, "attach --all"), -1);
	assert_true(o.attach && o.all);
	assert_int_equal(o.filter.flags, FILTER_ALL);
	assert_int_equal(o.for_ms, 0);
	assert_int_equal(parse(&o, "attach --all --for 0"), -1);
	assert_int_equal(o.for_ms, 0);
	assert_int_equal(parse(&o, "record -o f -p 7"), -1);
	assert_true(o.attach && o.silent);
	assert_string_equal(o.record, "f");
	assert_int_equal(parse(&o, "record -o f --all"), -1);
	assert_true(o.attach);
	assert_int_equal(parse(&o, "why --all"), -1);
	assert_false(o.attach);
	assert_int_equal(parse(&o, "run x"), -1);
	assert_false(o.attach);
	assert_int_equal(o.filter.flags, 0);
	refused("attach", "attach to what?");
	refused("attach -p 1 --all", "to some or to all?");
	refused("attach -p 0", "process ids");
	refused("attach -p 1,,2", "process ids");
	refused("attach -p x", "process ids");
	refused("run --for 1s x", "--for is for");
	refused("run -p 1 x", "--pid");
	refused("record -o f --all -- x", "one of");
	assert_int_equal(parse(&o, "attach 12 34,56"), -1);
	assert_true(o.n_pids == 3 && o.pids[0] == 12 && o.pids[2] == 56 && o.attach);
	refused("attach x", "attach takes process ids");
}

static void cgroup(void **state)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *m;
	char line[512];
	struct opts o;

	assert_non_null(mounts);
	while ((m = getmntent(mounts)) && strcmp(m->mnt_type, "cgroup2"))
		;
	snprintf(line, sizeof(line), "run --cgroup %s x", m ? m->mnt_dir : "");
	endmntent(mounts);
	if (!m)
		skip();
	assert_int_equal(parse(&o, line), -1);
	assert_int_equal(o.filter.flags, FILTER_CGROUP);
	assert_int_not_equal(o.filter.cgroup, 0);
}

static void filters(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "run --comm fifteen-letters --user 12345 x"), -1);
	assert_int_equal(o.filter.flags, FILTER_COMM | FILTER_USER);
	assert_string_equal(o.filter.comm, "fifteen-letters");
	assert_int_equal(o.filter.uid, 12345);
	assert_int_equal(parse(&o, "run --user 4294967294 --pipe 18446744073709551615 x"), -1);
	assert_int_equal(o.filter.uid, 4294967294);
	assert_int_equal(o.filter.objects[0].id, 18446744073709551615ULL);
	assert_int_equal(parse(&o, "run --user root --min-wait 20ms --waits x"), -1);
	assert_int_equal(o.filter.uid, 0);
	assert_int_equal(o.filter.flags, FILTER_USER);
	assert_int_equal(o.filter.min_wait, 20000000);
	assert_int_equal(o.filter.waits_only, 1);
	assert_int_equal(parse(&o, "run --mech pipe,signal x"), -1);
	assert_true(o.filter.mechs & 1U << MECH_PIPE);
	assert_false(o.filter.mechs & 1U << MECH_FIFO);
	assert_int_equal(o.filter.no_signals, 0);
	assert_int_equal(parse(&o, "run --mech signal --mech pipe x"), -1);
	assert_true(o.filter.mechs & 1U << MECH_PIPE);
	assert_int_equal(o.filter.no_signals, 0);
	assert_int_equal(parse(&o, "run --mech pipe --mech fifo --mech signal x"), -1);
	assert_true(o.filter.mechs & 1U << MECH_PIPE && o.filter.mechs & 1U << MECH_FIFO);
	assert_int_equal(o.filter.no_signals, 0);
	assert_int_equal(parse(&o, "run --mech fifo x"), -1);
	assert_int_equal(o.filter.mechs, 1U << MECH_FIFO);
	assert_int_equal(o.filter.no_signals, 1);
	assert_int_equal(parse(&o, "run --mech signal x"), -1);
	assert_int_not_equal(o.filter.mechs, 0);
	assert_int_equal(parse(&o, "run --pipe 5123 --pipe pipe:[77] x"), -1);
	assert_int_equal(o.filter.n_objects, 2);
	assert_int_equal(o.filter.objects[0].id, 5123);
	assert_int_equal(o.filter.objects[1].id, 77);
	assert_int_equal(o.filter.objects[1].dev, 0);
	assert_int_equal(o.filter.objects[1].mech, MECH_PIPE);
	assert_int_equal(parse(&o, "run --shm 0 --sem sem:[5] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 0);
	assert_int_equal(o.filter.objects[0].mech, MECH_SHM);
	assert_int_equal(o.filter.objects[1].id, 5);
	assert_int_equal(o.filter.objects[1].mech, MECH_SEM);
	assert_int_equal(parse(&o, "run --msg msg:[9] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 9);
	assert_int_equal(o.filter.objects[0].mech, MECH_MSG);
	assert_int_equal(parse(&o, "replay --mq jobs --msg 9 --mq mq:/others --mq /jobs-2 f"), -1);
	assert_int_equal(o.filter.n_objects, 4);
	assert_int_equal(o.filter.by_name, 1);
	assert_int_equal(o.filter.objects[0].mech, MECH_MQ);
	assert_true(o.filter.objects[0].id == FILTER_NO_ID);
	assert_string_equal(o.filter.names[0].text, "jobs");
	assert_int_equal(o.filter.names[0].len, 4);
	assert_int_equal(o.filter.names[1].len, 0);
	assert_string_equal(o.filter.names[2].text, "others");
	assert_string_equal(o.filter.names[3].text, "jobs-2");
	assert_int_equal(parse(&o, "run --sock socket:[13] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 13);
	refused("run --pipe socket:[1] x", "an inode like");
	assert_int_equal(parse(&o, "run --sock sock:[12] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 12);
	assert_int_equal(o.filter.objects[0].mech, MECH_SOCK);
	assert_int_equal(parse(&o, "run --unix @ab x"), -1);
	assert_int_equal(o.filter.objects[0].mech, MECH_SOCK);
	assert_true(o.filter.objects[0].id == FILTER_NO_ID);
	assert_int_equal(o.filter.names[0].len, 3);
	assert_memory_equal(o.filter.names[0].text, "\0ab\0", 4);
	assert_int_equal(parse(&o, "run --unix /s x"), -1);
	assert_int_equal(o.filter.names[0].len, 2);
	assert_string_equal(o.filter.names[0].text, "/s");
	assert_int_equal(parse(&o, "run --port 80 --port 65535 x"), -1);
	assert_int_equal(o.filter.objects[0].mech, MECH_SOCK);
	assert_true(o.filter.objects[0].id == (FILTER_PORT | 80));
	assert_true(o.filter.objects[1].id == (FILTER_PORT | 65535));
	refused("run --port 0 x", "1 to 65535");
	refused("run --port 65536 x", "1 to 65535");
	refused("run --port http x", "1 to 65535");
	refused("replay --port 80 f", "--port");
	refused("run --unix @ x", "one name");
	refused("run --unix a --unix b x", "one name");
	refused("replay --unix a f", "--unix");
	refused("run --comm= x", "a name of 15 bytes at most");
	refused("run --comm sixteen--letters x", "a name of 15 bytes at most");
	refused("replay --comm seventeen-letters f", "a name of 15 bytes at most");
	refused("run --user no-such-user x", "a user's name or number");
	refused("run --user 12x x", "a user's name or number");
	refused("run --user 4294967295 x", "a user's name or number");
	refused("run --user 4294967296 x", "a user's name or number");
	refused("run --user 18446744073709551616 x", "a user's name or number");
	refused("run --user -1 x", "a user's name or number");
	refused("run --user= x", "a user's name or number");
	refused("run --mech socket x", "it takes some of pipe, fifo, epoll, shm, shmem, sem, msg, "
				       "eventfd, timerfd, mq, sock, signal");
	refused("run --mech= x", "it takes some of pipe, fifo, epoll, shm, shmem, sem, msg, "
				 "eventfd, timerfd, mq, sock, signal");
	refused("run --pipe 12x x", "an inode like");
	refused("run --pipe pipe:[12 x", "an inode like");
	refused("run --pipe x x", "an inode like");
	refused("run --pipe 18446744073709551616 x", "an inode like");
	refused("run --pipe pipe:[99999999999999999999] x", "an inode like");
	refused("run --pipe shm:[1] x", "an inode like");
	refused("run --shm sem:[1] x", "an id like");
	refused("run --sem -1 x", "an id like");
	refused("run --msg sem:[1] x", "an id like");
	refused("run --shm 4294967296 x", "an id like");
	refused("stat --watch shm:1+0:4 x", "--watch");
	refused("run --path /dev/null x", "a FIFO");
	refused("run --mq / x", "the name of a queue");
	refused("run --mq a/b x", "the name of a queue");
	refused("replay --mq 47-bytes-are-one-more-than-a-record-has-room-fo x",
		"46 bytes at most");
	refused("run --cgroup /dev/null x", "a directory of a cgroup2");
	refused("run --cgroup /proc x", "a directory of a cgroup2");
	refused("run --cgroup / x", "a directory of a cgroup2");
	refused("run --cgroup /no/such x", "a directory of a cgroup2");
	refused("run --min-wait 5 --waits=1 x", "takes no value");
	refused("pipe-cases --comm x", "means nothing to 'pipe-cases'");
}

static void a_fifo(void **state)
{
	char path[] = "/tmp/ipctrace-fifo.XXXXXX", line[64];
	struct stat st;
	struct opts o;
	int rc;

	close(mkstemp(path));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(line, sizeof(line), "run --path %s x", path);
	rc = parse(&o, line);
	assert_int_equal(stat(path, &st), 0);
	unlink(path);
	assert_int_equal(rc, -1);
	assert_int_equal(o.filter.objects[0].mech, MECH_FIFO);
	assert_int_equal(o.filter.objects[0].id, st.st_ino);
	assert_int_equal(o.filter.objects[0].dev, kernel_dev(&st));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(attach),
	    cmocka_unit_test(cgroup),
	    cmocka_unit_test(filters),
	    cmocka_unit_test(a_fifo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
