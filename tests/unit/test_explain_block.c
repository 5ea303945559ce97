/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the sentences for sleeps that begin, or had begun: each form once, word for word. */
#include <string.h>

#include "explain_rig.h"
#include "names/names.h"

static void block_and_one_holder(void **state)
{
	struct run *r = with_tasks();

	hold(r, 2, 4, END_WRITE);
	hold(r, 1, 3, END_READ);
	run_feed(r, full());
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); parent (fd 3) holds the read end "
	     "and is not reading");

	r = with_tasks();
	hold(r, 1, 3, END_READ);
	run_feed(r, rec_wait(1, 20, 400 * MS, 401 * MS, "wait4", 0, 0));
	run_feed(r, full());
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); parent (fd 3) holds the read end "
	     "and sleeps in wait4");

	r = with_tasks();
	hold(r, 1, 3, END_READ);
	run_feed(r, rec_op(1, MS / 2, 2 * MS, "read", 51, 1, 1));
	run_feed(r, full());
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); parent (fd 3) holds the read end "
	     "and is reading");

	r = with_tasks();
	hold(r, 1, 4, END_WRITE);
	run_feed(r, empty());
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; parent (fd 4) holds the write end and is not "
	     "writing");
}

/* What the holder did before, or what one thread of several does, says nothing. */
static void block_and_idle_holder(void **state)
{
	static const char *const want =
	    "writer sleeps: all 16 slots are full (65520 bytes); parent (fd 3) holds the read end "
	    "and is not reading";
	struct run *r = with_tasks();
	union any_event thread = rec_fork(1, 15, 1, "thread");

	hold(r, 1, 3, END_READ);
	run_feed(r, rec_op(1, MS / 4, MS / 2, "read", 51, 1, 1));
	run_feed(r, full());
	says(r, FACT_BLOCK, want);

	r = with_tasks();
	hold(r, 1, 3, END_READ);
	run_feed(r, rec_wait(1, 20, 30, 40, "wait4", 0, 0));
	run_feed(r, full());
	says(r, FACT_BLOCK, want);

	r = with_tasks();
	hold(r, 1, 3, END_READ);
	thread.life.child_tid = 11;
	run_feed(r, thread);
	run_feed(r, rec_wait(1, 20, 400 * MS, 401 * MS, "futex", 0, 0));
	run_feed(r, full());
	says(r, FACT_BLOCK, want);
}

static void block_and_itself(void **state)
{
	struct run *r = with_tasks();

	hold(r, 3, 3, END_READ);
	hold(r, 3, 4, END_WRITE);
	run_feed(r, empty());
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; its only writer is reader itself (fd 4): no end of "
	     "file can come");

	r = with_tasks();
	hold(r, 2, 3, END_READ);
	run_feed(r, full());
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); its only reader is writer itself "
	     "(fd 3): nobody else can make room");

	/* Another thread may still write, or close. */
	r = with_tasks();
	{
		union any_event thread = rec_fork(3, 15, 3, "thread");

		thread.life.child_tid = 33;
		run_feed(r, thread);
	}
	hold(r, 3, 4, END_WRITE);
	run_feed(r, empty());
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; its only writer is reader itself (fd 4)");

	/* Another task, which is not traced, writes, too. */
	r = with_tasks();
	hold(r, 3, 4, END_WRITE);
	{
		union any_event w = empty();

		w.wait.state.v[PIPE_WRITERS] = 2;
		run_feed(r, w);
	}
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; reader itself (fd 4) holds the write end; 1 more "
	     "writer, not known who");
}

static void block_and_many_holders(void **state)
{
	struct run *r = with_tasks();

	hold(r, 3, 4, END_WRITE);
	hold(r, 2, 4, END_WRITE);
	run_feed(r, empty());
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; the write end is held by writer (fd 4, not "
	     "writing) and reader itself (fd 4)");

	r = with_tasks();
	hold(r, 1, 4, END_WRITE);
	hold(r, 1, 7, END_WRITE);
	hold(r, 2, 4, END_WRITE);
	hold(r, 4, 4, END_WRITE);
	hold(r, 5, 4, END_WRITE);
	run_feed(r, rec_wait(4, 20, 400 * MS, 401 * MS, "pause", 0, 0));
	run_feed(r, empty());
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; the write end is held by parent (fd 4, 7, not "
	     "writing), writer (fd 4, not writing), five (fd 4, not writing) and 1 more");
}

static void block_and_nobody_known(void **state)
{
	struct run *r = with_tasks();
	union any_event w = full();

	run_feed(r, w);
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); 1 reader, not known who");
	r = with_tasks();
	w.wait.state.v[PIPE_READERS] = 2;
	run_feed(r, w);
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); 2 readers, not known who");
	r = with_tasks();
	w.e.flags = EVF_NO_STATE;
	run_feed(r, w);
	says(r, FACT_BLOCK, "writer sleeps: all ? slots are full (? bytes)");
	r = with_tasks();
	run_feed(r, rec_object(1, 10, OBJ_SENT, 3, END_READ, 51, 9));
	run_feed(r, full());
	says(r, FACT_BLOCK,
	     "writer sleeps: all 16 slots are full (65520 bytes); a message on its way from parent "
	     "holds the read end");
}

static void block_elsewhere(void **state)
{
	struct run *r = with_tasks();
	union any_event w = rec_wait(1, 10, 20, 30, "wait4", 0, 0);

	run_feed(r, w);
	says(r, FACT_BLOCK, "parent sleeps in wait4");
	r = with_tasks();
	w.e.flags = EVF_COMPAT;
	run_feed(r, w);
	says(r, FACT_BLOCK, "parent sleeps in a 32-bit system call");
	r = with_tasks();
	run_feed(r, rec_wait(1, 10, 20, 30, "poll", WAIT_PIPE_POLL, 51));
	says(r, FACT_BLOCK, "parent sleeps: no event that it polls for");
	r = run_new();
	w = rec_wait(77, 10, 20, 30, "write", WAIT_PIPE_MUTEX, 51);
	run_feed(r, w);
	says(r, FACT_BLOCK,
	     "process 77 sleeps: another task is inside the pipe and holds its mutex");
}

/* Tasks 2 and 3 were there before; 3 is only looked at because it holds an end. */
static struct run *found(void)
{
	struct run *r = run_new();

	run_feed(r, rec_task(2, 1, "writer", false));
	hold(r, 2, 4, END_WRITE);
	run_feed(r, rec_task(3, 1, "reader", true));
	hold(r, 3, 5, END_READ);
	return r;
}

static union any_event earlier(union any_event wait)
{
	wait.wait.e.flags |= EVF_BEFORE;
	return wait;
}

static void asleep_before(void **state)
{
	struct run *r = found();
	union any_event wait = full();

	wait.wait.state = pipe_state(16, 65536, 1, 1);
	run_feed(r, earlier(wait));
	says(r, FACT_BLOCK,
	     "writer has slept since before tracing began: all 16 slots are full (65536 bytes); "
	     "reader (fd 5) holds the read end and is not reading");

	r = found();
	run_feed(r, earlier(woken_by(full(), WAKE_TASK, 3, "reader", "read", 51)));
	run_finish(r);
	assert_non_null(strstr(run_get(r, FACT_WAKE, 0)->why, "woken after more than 299 ms: "));
	run_free(r);

	r = found();
	run_feed(r, earlier(rec_wait(2, 1 * MS, 300 * MS, 301 * MS, "wait4", WAIT_UNKNOWN, 0)));
	says(r, FACT_BLOCK, "writer has slept since before tracing began, in wait4");

	r = found();
	wait = earlier(full());
	wait.wait.e.flags |= EVF_OPEN;
	wait.wait.woken = 0;
	run_feed(r, wait);
	says(r, FACT_WAKE, "still asleep after more than 300 ms, when the run ended");
}

static void was_there_before(void **state)
{
	struct run *r = run_finish(found());

	assert_int_equal(run_count(r, FACT_TASK), 2);
	assert_string_equal(run_get(r, FACT_TASK, 0)->f.who.comm, "writer");
	assert_int_equal(run_get(r, FACT_TASK, 0)->rec.life.last, 0);
	assert_int_equal(run_get(r, FACT_TASK, 1)->rec.life.last, 1);
	assert_string_equal(run_get(r, FACT_OBJECT, 1)->f.who.comm, "reader");
	run_free(r);
}

static union any_event polls(__u8 reason, __u32 files, __u64 pipes)
{
	union any_event w = rec_wait(3, 1 * MS, 300 * MS, 301 * MS, "poll", reason, 51);

	w.wait.value = files;
	w.wait.arg = pipes;
	return w;
}

static union any_event watch(__u64 ino, __u32 events, __u8 end, bool item)
{
	union any_event r = {.watch = {.e = {.ts = 1 * MS,
					     .pid = 3,
					     .tid = 3,
					     .size = sizeof(struct ev_watch),
					     .kind = EV_WATCH},
				       .obj = pipe_key(ino),
				       .used = 1,
				       .slots = 16,
				       .readers = 1,
				       .writers = 1,
				       .fd = 3,
				       .events = events,
				       .end = end,
				       .item = item}};

	return r;
}

#define POLL_IN	 1u
#define POLL_OUT 4u
#define EDGE	 (1u << 31)
#define ONESHOT	 (1u << 30)

/* A poll names its pipes, each with who holds the other end. */
static void block_in_poll(void **state)
{
	struct run *r = with_tasks();

	hold(r, 1, 4, END_WRITE);
	run_feed(r, watch(51, POLL_IN, END_READ, false));
	run_feed(r, polls(WAIT_PIPE_POLL, 3, 1));
	says(r, FACT_BLOCK,
	     "reader sleeps: no event that it polls for: pipe:[51]; parent (fd 4) holds the write "
	     "end and is not writing; and 2 files that are not followed");

	/* Two pipes, and one of the many that has no record. */
	r = with_tasks();
	hold(r, 1, 4, END_WRITE);
	run_feed(r, rec_object(2, 10, OBJ_HELD, 7, END_READ, 52, 52));
	run_feed(r, watch(51, POLL_IN, END_READ, false));
	run_feed(r, watch(51, POLL_IN, END_READ, false));
	run_feed(r, watch(52, POLL_OUT, END_WRITE, false));
	run_feed(r, polls(WAIT_PIPE_POLL, 4, 4));
	says(r, FACT_BLOCK,
	     "reader sleeps: no event that it polls for: pipe:[51]; parent (fd 4) holds the write "
	     "end and is not writing; and pipe:[52]; writer (fd 7) holds the read end and is not "
	     "reading; 1 more pipe");

	/* Nothing is told of another sleep than the record's. */
	r = with_tasks();
	{
		union any_event other = watch(51, POLL_IN, END_READ, false);

		other.e.ts = MS / 2;
		run_feed(r, other);
	}
	run_feed(r, polls(WAIT_PIPE_POLL, 0, 0));
	says(r, FACT_BLOCK, "reader sleeps: no event that it polls for");
}

/* A file that an epoll instance reports no more makes no event, whoever writes. */
static void block_in_epoll(void **state)
{
	struct run *r = with_tasks();

	hold(r, 1, 4, END_WRITE);
	run_feed(r, watch(51, ONESHOT, END_READ, true));
	run_feed(r, polls(WAIT_EPOLL_EVENT, 1, 1));
	says(r, FACT_BLOCK,
	     "reader sleeps: no event on what the epoll instance watches: pipe:[51] (disarmed: "
	     "EPOLLONESHOT, and its event came; only epoll_ctl(EPOLL_CTL_MOD) arms it again)");

	r = with_tasks();
	hold(r, 1, 4, END_WRITE);
	run_feed(r, watch(51, POLL_IN | EDGE, END_READ, true));
	run_feed(r, polls(WAIT_EPOLL_EVENT, 1, 1 | POLLS_CUT));
	says(
	    r, FACT_BLOCK,
	    "reader sleeps: no event on what the epoll instance watches: pipe:[51] (holds data, "
	    "but edge-triggered: only what comes from now on is an event); parent (fd 4) holds the "
	    "write end and is not writing; and more than were looked at");
}

/* Tasks that inherited the end are counted; those that may end the sleep are named. */
static void block_and_likely_holders(void **state)
{
	struct run *r = with_tasks();

	for (__u32 tid = 6; tid < 11; tid++) {
		run_feed(r, rec_exec(tid, 1, "shell"));
		run_feed(r, rec_object(tid, 10, OBJ_HELD, 2, END_WRITE, 51, END_WRITE));
		run_feed(r, rec_wait(tid, 20, 400 * MS, 401 * MS, "wait4", 0, 0));
	}
	hold(r, 4, 2, END_WRITE);
	hold(r, 5, 2, END_WRITE);
	run_feed(r, rec_wait(4, 20, 400 * MS, 401 * MS, "nanosleep", 0, 0));
	run_feed(r, empty());
	says(r, FACT_BLOCK,
	     "reader sleeps: the pipe is empty; the write end is held by five (fd 2, not writing), "
	     "four (fd 2, asleep in nanosleep), shell 6 (fd 2, asleep in wait4) and 4 more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(block_and_one_holder),
	    cmocka_unit_test(block_and_idle_holder),
	    cmocka_unit_test(block_and_itself),
	    cmocka_unit_test(block_and_many_holders),
	    cmocka_unit_test(block_and_nobody_known),
	    cmocka_unit_test(block_elsewhere),
	    cmocka_unit_test(asleep_before),
	    cmocka_unit_test(was_there_before),
	    cmocka_unit_test(block_in_poll),
	    cmocka_unit_test(block_in_epoll),
	    cmocka_unit_test(block_and_likely_holders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
