/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the shapes of rings, and of the maps that they are read from. */
#include "ring_rig.h"

static void shape_is(size_t size, unsigned int cpus, __u64 bytes, __u32 piece, __u32 pieces)
{
	struct ring_shape shape = rings__shape(size, cpus);

	assert_int_equal(shape.bytes, bytes);
	assert_int_equal(shape.piece, piece);
	assert_int_equal(shape.pieces, pieces);
	assert_int_equal(shape.cpus, cpus);
}

static void each_processor_has_an_equal_share(void **state)
{
	shape_is(1 << 20, 1, 1 << 20, 1 << 20, 1);
	shape_is(1 << 20, 2, 512 << 10, 512 << 10, 1);
	shape_is(1 << 20, 128, 8 << 10, 8 << 10, 1);
}

static void a_share_is_a_power_of_two(void **state)
{
	shape_is(1 << 20, 3, 256 << 10, 256 << 10, 1);
	shape_is(1 << 20, 5, 128 << 10, 128 << 10, 1);
	shape_is(8 << 20, 3, 2 << 20, RING_PIECE, 2);
}

static void a_share_is_a_page_at_least(void **state)
{
	shape_is(4096, 1, 4096, 4096, 1);
	shape_is(4096, 2, 4096, 4096, 1);
	shape_is(8192, 3, 4096, 4096, 1);
	shape_is(1, 128, 4096, 4096, 1);
}

static void a_large_ring_is_of_pieces(void **state)
{
	shape_is(2 << 20, 1, 2 << 20, RING_PIECE, 2);
	shape_is(64 << 20, 4, 16 << 20, RING_PIECE, 16);
	shape_is(1UL << 30, 1, 1 << 30, RING_PIECE, 1024);
}

static void the_default_goes_by_the_processors(void **state)
{
	shape_is(0, 1, 16 << 20, RING_PIECE, 16);
	shape_is(0, 2, 8 << 20, RING_PIECE, 8);
	shape_is(0, 3, 4 << 20, RING_PIECE, 4);
	shape_is(0, 16, 1 << 20, RING_PIECE, 1);
	shape_is(0, 17, 1 << 20, RING_PIECE, 1);
	shape_is(0, 128, 1 << 20, RING_PIECE, 1);
}

static void the_longest_record_fits_the_slack(void **state)
{
	assert_true(sizeof(union any_event) <= LONGEST);
	assert_true(RING_SLACK <= RING_BYTES);
	assert_int_equal(RING_SLACK % sizeof(__u64), 0);
}

static int memory(size_t size)
{
	int fd = memfd_create("ring", 0);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void *mapped(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static void rings_are_read_from_maps(void **state)
{
	struct rig g = {.shape = shape_of(2 * SMALL, SMALL, 3)};
	struct ring_ends ends[3] = {0};
	size_t size = pieces_size(&g.shape);
	int pieces = memory(size);

	g.ends = ends;
	g.pieces = mapped(pieces, size);
	g.rings = rings__map(&g.shape, ends, pieces);
	assert_non_null(g.rings);
	close(pieces);
	for (int lap = 0; lap < 3; lap++) {
		for (char name = 'a'; name <= 'p'; name++)
			assert_true(put_longest(&g, 2, name, (__u64)name));
		put(&g, 0, 'q', 1000);
		drains(&g, "abcdefghijklmnopq");
		all_given_back(&g);
	}
	rings__free(g.rings);
	munmap(g.pieces, size);
}

static void a_map_that_is_not_there_is_refused(void **state)
{
	struct ring_shape shape = shape_of(SMALL, SMALL, 1);
	struct ring_ends ends = {0};

	errno = 0;
	assert_null(rings__map(&shape, &ends, -1));
	assert_int_equal(errno, EBADF);
	rings__free(NULL);
}

static void there_is_a_processor(void **state)
{
	assert_true(rings__processors() >= (unsigned int)sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(rings__processors() <= RING_CPUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_processor_has_an_equal_share),
	    cmocka_unit_test(a_share_is_a_power_of_two),
	    cmocka_unit_test(a_share_is_a_page_at_least),
	    cmocka_unit_test(a_large_ring_is_of_pieces),
	    cmocka_unit_test(the_default_goes_by_the_processors),
	    cmocka_unit_test(the_longest_record_fits_the_slack),
	    cmocka_unit_test(rings_are_read_from_maps),
	    cmocka_unit_test(a_map_that_is_not_there_is_refused),
	    cmocka_unit_test(there_is_a_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
