/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the names of AF_INET and AF_INET6 sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/types.h>
#include <cmocka.h>

#include "trace/inet_name.h"

static void put_end(__u32 to[4], const char *address)
{
	if (!inet_pton(AF_INET6, address, to))
		fail_msg("%s is no address", address);
}

static struct ev_object named(__u32 family, const char *here, __u16 here_port, const char *there,
			      __u16 there_port)
{
	struct inet_ends e = {.here_port = here_port, .there_port = there_port, .net = 1};
	struct ev_object ob = {.obj = {.id = 5, .mech = MECH_SOCK}};

	put_end(e.here, here);
	put_end(e.there, there);
	ob.state.v[SOCK_KIND] = family | SOCK_STREAM << 8;
	memcpy(ob.path, &e, sizeof(e));
	return ob;
}

static void has_name(struct ev_object ob, const char *want)
{
	inet_name__fill(&ob);
	assert_string_equal(ob.path, want);
}

static void both_ends(void **state)
{
	has_name(named(AF_INET, "::ffff:127.0.0.1", 40000, "::ffff:10.0.0.1", 80),
		 "127.0.0.1:40000>10.0.0.1:80");
	has_name(named(AF_INET6, "::1", 40000, "::1", 80), "[::1]:40000>[::1]:80");
	has_name(named(AF_INET6, "::ffff:127.0.0.1", 1, "::ffff:127.0.0.1", 65535),
		 "127.0.0.1:1>127.0.0.1:65535");
}

static void one_end(void **state)
{
	has_name(named(AF_INET, "::ffff:0.0.0.0", 80, "::", 0), "0.0.0.0:80");
	has_name(named(AF_INET6, "::", 80, "::", 0), "[::]:80");
	has_name(named(AF_INET, "::", 0, "::ffff:10.0.0.1", 80), "10.0.0.1:80");
	has_name(named(AF_INET, "::ffff:0.0.0.0", 0, "::", 0), "");
}

/* The longest that there are: the far end is whole. */
static void tail_of_long_ones(void **state)
{
	const char *longest = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff";

	has_name(named(AF_INET6, longest, 65535, longest, 65535),
		 ">[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65535");
}

/* The name of another socket is a text already; without a state it is not known what it is. */
static void left_alone(void **state)
{
	struct ev_object ob = {.obj = {.id = 5, .mech = MECH_SOCK}, .path = "/run/x"};

	ob.state.v[SOCK_KIND] = AF_UNIX;
	has_name(ob, "/run/x");
	ob.state.v[SOCK_KIND] = AF_INET;
	ob.e.flags = EVF_NO_STATE;
	has_name(ob, "/run/x");
	ob.obj.mech = MECH_FIFO;
	ob.e.flags = 0;
	has_name(ob, "/run/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_ends),
	    cmocka_unit_test(one_end),
	    cmocka_unit_test(tail_of_long_ones),
	    cmocka_unit_test(left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
