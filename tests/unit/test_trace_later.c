/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of files of versions to come: what is known is read, what is not is counted. */
#include <stdlib.h>

#include "future_rig.h"
#include "trace_rig.h"

static int future_file(__u16 minor)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_int_equal(future_write(dup(fd), minor, NULL), 0);
	return fd;
}

/* Its records; what they do not tell is counted. */
static unsigned int read_future(union any_event *recs, __u64 *unknown)
{
	char why[200];
	struct reader *r = reader__new(future_file(TRACE_MINOR + 1), why, sizeof(why));
	struct trace_item item;
	unsigned int n = 0;

	assert_non_null(r);
	assert_true(reader__newer(r));
	assert_string_equal(reader__about(r)->version, "9.9");
	*unknown = 0;
	do {
		assert_int_equal(reader__next(r, &item), 0);
		assert_int_not_equal(item.kind, TRACE_DAMAGE);
		if (item.kind == TRACE_RECORD)
			memcpy(&recs[n++], item.rec, item.rec->size);
		if (item.kind == TRACE_UNKNOWN)
			*unknown += item.unknown;
		if (item.kind == TRACE_RUN_END)
			assert_non_null(item.end);
	} while (item.kind != TRACE_EOF);
	assert_true(item.complete);
	reader__free(r);
	return n;
}

static void what_is_known_of_a_newer_minor_version_is_read(void **state)
{
	union any_event recs[2 * FUTURE_KNOWN];
	__u64 unknown;

	assert_int_equal(read_future(recs, &unknown), FUTURE_KNOWN);
	assert_int_equal(unknown, FUTURE_CUT);
	/* Longer records are cut, and no word of theirs is another's. */
	assert_int_equal(recs[0].e.size, sizeof(struct ev_life));
	assert_string_equal(recs[0].life.comm, "writer");
	assert_int_equal(recs[0].life.inner_tid, 0);
	/* By the number where the id is not known, else by the id. */
	assert_string_equal(syscall_name(recs[3].op.nr), "write");
	assert_int_equal(recs[3].op.ret, 13);
	assert_int_equal(recs[3].op.after.v[PIPE_WRITERS], 1);
	assert_string_equal(syscall_name(recs[4].op.nr), "write");
	assert_int_equal(recs[4].op.ret, 12);
	assert_int_equal(recs[4].e.size, sizeof(struct ev_op));
	/* A sleep is one without its reason, and without its waker. */
	assert_int_equal(recs[5].e.kind, EV_WAIT);
	assert_int_equal(recs[5].wait.reason, WAIT_UNKNOWN);
	assert_int_equal(recs[5].wait.obj.mech, MECH_NONE);
	assert_int_equal(recs[5].wait.obj.id, 0);
	assert_int_equal(recs[6].wait.reason, WAIT_PIPE_EMPTY);
	assert_int_equal(recs[6].wait.obj.id, FUTURE_PIPE);
	assert_int_equal(recs[6].wait.waker.ctx, WAKE_NONE);
	assert_int_equal(recs[6].wait.waker.tid, 0);
	assert_int_equal(recs[7].signal.sig, SIGTERM);
	assert_int_equal(recs[8].e.kind, EV_EXIT);
}

/* A file of this version that has such things is a damaged one. */
static void in_a_file_of_this_version_they_are_damage(void **state)
{
	int fd = future_file(TRACE_MINOR);
	struct told told = read_file(fd);

	assert_true(told.lost_bytes > 0);
	assert_int_equal(told.unknown, 0);
	assert_int_equal(told.records + told.lost_records, FUTURE_KNOWN + 5);
	close(fd);
}

/* An item of as many words as the masks allow, each as long as can be, at the end of a chunk. */
static void the_longest_item_stays_within_its_pad(void **state)
{
	size_t len = 2 + 10 + 1 + 8;
	__u8 *bytes = malloc(len + CODEC_PAD), *at = bytes;
	struct codec *c = calloc(1, sizeof(*c));
	enum codec_item item;
	union any_event rec;

	assert_non_null(bytes);
	assert_non_null(c);
	memset(bytes, 0xff, len + CODEC_PAD);
	*at++ = FUTURE_KIND;
	c->newer = true;
	assert_non_null(codec__get(c, bytes, &item, &rec));
	assert_int_equal(item, CODEC_UNKNOWN);
	c->newer = false;
	assert_null(codec__get(c, bytes, &item, &rec));
	free(bytes);
	free(c);
}

/* Each record of an older version lacks some of its end: that is 0, whatever was there before. */
static void a_shorter_record_has_zeros(void **state)
{
	struct codec *c = calloc(1, sizeof(*c));
	union any_event life = rec_exec(1, 1000, "cat"), got;
	__u8 bytes[CODEC_MAX + CODEC_PAD] = {0};
	enum codec_item item;
	__u32 words[sizeof(struct ev_life) / 4];

	assert_non_null(c);
	memset(&got, 0xff, sizeof(got));
	life.e.size = offsetof(struct ev_life, inner_pid);
	memcpy(words, &life, sizeof(words));
	future_item(bytes, EV_EXEC, 0, 1000, words + 2, life.e.size / 4 - 2);
	assert_non_null(codec__get(c, bytes, &item, &got));
	assert_int_equal(got.e.size, sizeof(struct ev_life));
	assert_string_equal(got.life.comm, "cat");
	assert_int_equal(got.life.inner_pid, 0);
	assert_int_equal(got.life.inner_tid, 0);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_known_of_a_newer_minor_version_is_read),
	    cmocka_unit_test(in_a_file_of_this_version_they_are_damage),
	    cmocka_unit_test(the_longest_item_stays_within_its_pad),
	    cmocka_unit_test(a_shorter_record_has_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
