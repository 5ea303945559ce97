/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the spool: pieces come out as they were put, in order, wherever they waited. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>

#include <cmocka.h>

#include "session/spool.h"

#define MEMORY 4096
#define PAD    64

/* A piece of length and bytes that follow from its number. */
static size_t fill(char *bytes, unsigned int n)
{
	size_t len = n * 37 % 700;

	memset(bytes, (int)n, len);
	return len;
}

static void put(struct spool *s, unsigned int n)
{
	char bytes[700];
	size_t len = fill(bytes, n);

	assert_int_equal(spool__put(s, n % 5, n, bytes, len), 0);
}

static void expect_piece(struct spool *s, unsigned int n)
{
	struct spool_piece p;
	char bytes[700];
	size_t len = fill(bytes, n);

	assert_true(spool__take(s, &p));
	assert_int_equal(p.kind, n % 5);
	assert_int_equal(p.records, n);
	assert_int_equal(p.len, len);
	assert_memory_equal(p.bytes, bytes, len);
	/* The sanitizer reports it if that is not ours. */
	for (size_t i = 0; i < PAD; i++)
		(void)*(volatile const char *)(p.bytes + len + i);
}

static void in_memory_and_beyond(void **state)
{
	struct spool *s = spool__new(MEMORY, PAD);
	unsigned int in = 0, out = 0;

	assert_non_null(s);
	/* More and more behind, then less and less, over and over. */
	for (unsigned int round = 0; round < 50; round++) {
		for (unsigned int i = 0; i < round; i++)
			put(s, in++);
		for (unsigned int i = 0;
		     i < (round % 7 ? round - 1 : round + round / 2) && out < in; i++)
			expect_piece(s, out++);
	}
	while (out < in)
		expect_piece(s, out++);
	assert_true(spool__empty(s));
	spool__free(s);
}

static void a_poke_ends_the_waiting(void **state)
{
	struct spool *s = spool__new(MEMORY, PAD);
	struct spool_piece p;

	assert_non_null(s);
	put(s, 1);
	spool__poke(s);
	expect_piece(s, 1);
	assert_false(spool__take(s, &p));
	spool__free(s);
}

/* What was put before a full disk comes out, and what is put when there is room again. */
static void no_room(void **state)
{
	struct rlimit all, none = {0, 0};
	struct spool *s = spool__new(MEMORY, PAD);
	unsigned int in = 0, out = 0;
	char bytes[700];
	int err = 0;

	assert_non_null(s);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	none.rlim_max = all.rlim_max;
	setrlimit(RLIMIT_FSIZE, &none);
	while (!err && in < 1000)
		err = spool__put(s, in % 5, in, bytes, fill(bytes, in)), in += !err;
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(err, -EFBIG);
	put(s, in++);
	while (out < in)
		expect_piece(s, out++);
	put(s, in);
	expect_piece(s, in);
	spool__free(s);
}

#define MANY 20000U

static void *taker(void *arg)
{
	struct spool_piece p;
	char bytes[700];

	for (unsigned int n = 0; n < MANY; n++) {
		size_t len = fill(bytes, n);

		if (!spool__take(arg, &p) || p.records != n || p.len != len ||
		    memcmp(p.bytes, bytes, len))
			return (void *)(uintptr_t)(n + 1);
	}
	return NULL;
}

static void two_threads(void **state)
{
	struct spool *s = spool__new(MEMORY, PAD);
	pthread_t thread;
	void *wrong;

	assert_non_null(s);
	assert_int_equal(pthread_create(&thread, NULL, taker, s), 0);
	for (unsigned int n = 0; n < MANY; n++)
		put(s, n);
	pthread_join(thread, &wrong);
	assert_null(wrong);
	spool__free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(in_memory_and_beyond),
	    cmocka_unit_test(a_poke_ends_the_waiting),
	    cmocka_unit_test(no_room),
	    cmocka_unit_test(two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
