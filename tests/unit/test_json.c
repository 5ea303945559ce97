// SPDX-License-Identifier: GPL-2.0
/* Tests print/json.c and words/schema.c: whatever bytes go in, valid JSON comes out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "print/json.h"
#include "words/schema.h"
#include "lib/utf8.h"

static char *out;
static size_t out_len;

static FILE *open_out(void)
{
	free(out);
	out = NULL;
	return open_memstream(&out, &out_len);
}

static void test_shapes(void **state)
{
	FILE *f = open_out();
	struct json js;

	json__begin(&js, f);
	json__string(&js, "kind", "op");
	json__string(&js, "absent", NULL);
	json__int(&js, "n", -9223372036854775807LL - 1);
	json__object(&js, "in");
	json__object_end(&js);
	json__array(&js, "list");
	json__int(&js, NULL, 1);
	json__object(&js, NULL);
	json__bool(&js, "yes", true);
	json__object_end(&js);
	json__string(&js, NULL, "two");
	json__array_end(&js);
	json__bool(&js, "no", false);
	json__end(&js);
	fclose(f);
	assert_string_equal(out, "{\"kind\":\"op\",\"n\":-9223372036854775808,\"in\":{},"
				 "\"list\":[1,{\"yes\":true},\"two\"],\"no\":false}\n");
}

static const char *quoted(const char *s, size_t len)
{
	FILE *f = open_out();
	struct json js;

	json__begin(&js, f);
	json__text(&js, "s", s, len);
	json__end(&js);
	fclose(f);
	return out;
}

#define QUOTED(in) quoted(in, sizeof(in) - 1)

static void test_strings(void **state)
{
	assert_string_equal(QUOTED("a\"b\\c/"), "{\"s\":\"a\\\"b\\\\c/\"}\n");
	assert_string_equal(QUOTED("\n\t\r\b\0\x1f"),
			    "{\"s\":\"\\n\\t\\u000d\\u0008\\u0000\\u001f\"}\n");
	assert_string_equal(QUOTED("管道"), "{\"s\":\"管道\"}\n");
	assert_string_equal(QUOTED("\xf0\x9f\x98\x80"), "{\"s\":\"\xf0\x9f\x98\x80\"}\n");
	assert_string_equal(QUOTED("\xff"
				   "a\xe7\xae"),
			    "{\"s\":\"\\ufffda\\ufffd\\ufffd\"}\n");
	assert_string_equal(QUOTED("\xed\xa0\x80"), "{\"s\":\"\\ufffd\\ufffd\\ufffd\"}\n");
	assert_string_equal(QUOTED("\x7f\xc2\x9b"), "{\"s\":\"\\u007f\\u009b\"}\n");
	assert_string_equal(QUOTED("\xe2\x80\xae"), "{\"s\":\"\\u202e\"}\n");
}

/* Strings of random bytes: the line is valid UTF-8 without controls, and every quote is closed. */
static void test_random_bytes(void **state)
{
	unsigned int seed = 1;
	char in[64];

	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)rand_r(&seed) % sizeof(in), at, n;
		bool escaped = false;
		int quotes = 0;
		__u32 cp;

		for (size_t i = 0; i < len; i++)
			in[i] = (char)(rand_r(&seed) % 3 ? rand_r(&seed)
							 : "\"\\\n\xe7\xae\xa1"[rand_r(&seed) % 6]);
		quoted(in, len);
		assert_int_equal(out[out_len - 1], '\n');
		for (at = 0; at + 1 < out_len; at += n) {
			n = utf8__decode(out + at, out_len - at, &cp);
			assert_true(n > 0);
			assert_true(cp >= 0x20 && cp != 0x7f);
			quotes += cp == '"' && !escaped;
			escaped = cp == '\\' && !escaped;
		}
		assert_int_equal(quotes, 4);
	}
}

static void test_schema(void **state)
{
	static const char *const parts[] = {
	    "\"const\":\"op\"",
	    "\"const\":\"wait\"",
	    "\"const\":\"summary\"",
	    "\"const\":\"claim\"",
	    "\"no-readers\"",
	    "\"exit-closed\"",
	    "\"writers\":{\"type\":\"integer\"}",
	    "\"io_uring\"",
	};
	FILE *f = open_out();
	int depth = 0;

	schema__print(f);
	fclose(f);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_non_null(strstr(out, parts[i]));
	for (size_t i = 0; i < out_len; i++)
		depth += out[i] == '{' || out[i] == '['	  ? 1
			 : out[i] == '}' || out[i] == ']' ? -1
							  : 0;
	assert_int_equal(depth, 0);
	assert_null(strstr(out, "(null)"));
}

static int free_out(void **state)
{
	free(out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shapes),
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_random_bytes),
	    cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, free_out);
}
