/* SPDX-License-Identifier: GPL-2.0 */
/* Tests that no .expect file crashes its parser: not text, mutated, cut off. */
#include <stdlib.h>

#include "expect_rig.h"

/* Not text: bounded, and the message is safe to print. */
static void test_not_text(void **state)
{
	char *big = malloc(100001);
	char small[24];
	FILE *in;

	assert_null(parse_bytes("claim a \"b\"\n* ex\0it\n", 22));
	assert_non_null(strstr(err, ":2: a NUL byte"));
	memset(big, 'a', 100000);
	big[100000] = '\0';
	assert_null(parse(big));
	assert_non_null(strstr(err, ":1: line longer than 4095"));
	free(big);
	assert_null(parse("\033[31m\xff op\n"));
	assert_null(strchr(err, '\033'));
	assert_null(strchr(err, '\xff'));
	in = fopen("/", "r");
	assert_non_null(in);
	assert_null(expect__parse(in, "dir", err, sizeof(err)));
	assert_non_null(strstr(err, "dir:1: cannot read: "));
	rewind(in);
	assert_null(expect__parse(in, "a-long-name.expect", small, sizeof(small)));
	assert_true(strlen(small) < sizeof(small));
	fclose(in);
}

static const char *const pieces[] = {
    "\"",
    "\\",
    "$",
    "$_",
    "=",
    "!=",
    "<",
    "claim x \"y\"\n",
    "case 9 \"z\"\n",
    "count",
    "never",
    "\n",
    "#",
    " ",
    "*",
    "-E",
    "0x",
    "ms",
    "\xff",
    "\0",
    "\\x0",
    "op",
};

static size_t mutate(char *buf, size_t len, size_t size)
{
	size_t at = (size_t)rand() % (len + 1), n = (size_t)rand() % 12 + 1;
	const char *piece = pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))];
	size_t add = *piece ? strlen(piece) : 1;

	switch (rand() % 4) {
	case 0: /* drop */
		if (at + n > len)
			return at;
		memmove(buf + at, buf + at + n, len - at - n);
		return len - n;
	case 1: /* flip */
		if (at < len)
			buf[at] = (char)(buf[at] ^ (1 << rand() % 8));
		return len;
	case 2: /* add */
		if (len + add > size)
			return len;
		memmove(buf + at + add, buf + at, len - at);
		memcpy(buf + at, piece, add);
		return len + add;
	default: /* repeat */
		if (at + n > len || len + n > size)
			return len;
		memmove(buf + at + n, buf + at, len - at);
		return len + n;
	}
}

static void test_mutations(void **state)
{
	unsigned int taken = 0, refused = 0, i, j, n;
	char buf[2 * sizeof(good)];
	struct expect *ex;
	size_t len;

	srand(1);
	for (i = 0; i < 4000; i++) {
		len = sizeof(good) - 1;
		memcpy(buf, good, len);
		n = (unsigned int)rand() % 4 + 1;
		for (j = 0; j < n; j++)
			len = mutate(buf, len, sizeof(buf));
		ex = parse_bytes(buf, len);
		if (ex) {
			assert_string_equal(err, "");
			taken++;
		} else {
			assert_int_equal(strncmp(err, "f.expect:", 9), 0);
			assert_true(strlen(err) > 12);
			refused++;
		}
		expect__free(ex);
	}
	assert_true(taken > 100);
	assert_true(refused > 1000);
}

/* Cut anywhere: the file of an editor that died. */
static void test_truncations(void **state)
{
	size_t len;

	for (len = 0; len < sizeof(good); len++)
		expect__free(parse_bytes(good, len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_not_text),
	    cmocka_unit_test(test_mutations),
	    cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
