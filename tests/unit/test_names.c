// SPDX-License-Identifier: GPL-2.0
/* Tests names/names.c and utf8.c: names of numbers and back, and what foreign text becomes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <locale.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "lib/escape.h"
#include "names/names.h"
#include "lib/units.h"
#include "lib/utf8.h"

static void test_syscalls(void **state)
{
	assert_string_equal(syscall_name(SYS_write), "write");
	assert_string_equal(syscall_name(SYS_epoll_pwait2), "epoll_pwait2");
	assert_null(syscall_name(-1));
	assert_null(syscall_name(100000));
	assert_int_equal(syscall_number("vmsplice"), SYS_vmsplice);
	assert_int_equal(syscall_number("Write"), -1);
	assert_int_equal(syscall_number(""), -1);
}

static void test_signals(void **state)
{
	char name[32];

	assert_string_equal(signal_name(SIGPIPE), "SIGPIPE");
	assert_string_equal(signal_name(SIGRTMIN), "SIGRTMIN");
	assert_string_equal(signal_name(SIGRTMIN + 3), "SIGRTMIN+3");
	assert_null(signal_name(0));
	assert_null(signal_name(-1));
	assert_null(signal_name(65));
	assert_int_equal(signal_number("SIGPIPE"), SIGPIPE);
	assert_int_equal(signal_number("PIPE"), SIGPIPE);
	assert_int_equal(signal_number("SIGNOPE"), -1);
	for (int sig = 1; sig < 65; sig++) {
		strcpy(name, signal_name(sig));
		assert_int_equal(signal_number(name), sig);
	}
}

static void test_errors(void **state)
{
	assert_string_equal(errno_name(EPIPE), "EPIPE");
	assert_string_equal(errno_name(EAGAIN), "EAGAIN");
	assert_string_equal(errno_name(512), "ERESTARTSYS");
	assert_string_equal(errno_name(513), "ERESTARTNOINTR");
	assert_string_equal(errno_name(514), "ERESTARTNOHAND");
	assert_string_equal(errno_name(516), "ERESTART_RESTARTBLOCK");
	assert_null(errno_name(0));
	assert_null(errno_name(-EPIPE));
	assert_null(errno_name(4000));
	assert_int_equal(errno_number("EPIPE"), EPIPE);
	assert_int_equal(errno_number("EWOULDBLOCK"), EAGAIN);
	assert_int_equal(errno_number("ERESTARTSYS"), 512);
	assert_int_equal(errno_number("ENOPE"), -1);
	assert_string_equal(fcntl_name(F_SETPIPE_SZ), "F_SETPIPE_SZ");
	assert_string_equal(fcntl_name(F_GETFL), "F_GETFL");
	assert_null(fcntl_name(99999));
	assert_true(fcntl_takes_number(F_SETPIPE_SZ));
	assert_false(fcntl_takes_number(F_GETFD));
	assert_false(fcntl_takes_number(F_SETLK));
}

static void check_escape(const char *in, size_t len, const char *want)
{
	char out[128];

	assert_int_equal(escape_text(out, sizeof(out), in, len), strlen(want));
	assert_string_equal(out, want);
}

#define ESCAPE(in, want) check_escape(in, sizeof(in) - 1, want)

static void test_escape(void **state)
{
	ESCAPE("plain text", "plain text");
	ESCAPE("a\nb\tc", "a\\nb\\tc");
	ESCAPE("\033[2J", "\\x1b[2J");
	ESCAPE("\0x", "\\x00x");
	ESCAPE("\xc2\x9b"
	       "31m",
	       "\\xc2\\x9b"
	       "31m"); /* C1 control: CSI */
	ESCAPE("管道", "管道");
	ESCAPE("é", "é");
	ESCAPE("\xff\xfe", "\\xff\\xfe");
	ESCAPE("\xc0\xaf", "\\xc0\\xaf");		    /* overlong */
	ESCAPE("\xed\xa0\x80", "\\xed\\xa0\\x80");	    /* surrogate */
	ESCAPE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
	ESCAPE("\xe7\xae", "\\xe7\\xae");		    /* cut short */
	ESCAPE("\xe2\x80\xae", "\\xe2\\x80\\xae");	    /* right-to-left override */
	ESCAPE("\xe2\x81\xa6", "\\xe2\\x81\\xa6");	    /* left-to-right isolate */
	ESCAPE("\x7f", "\\x7f");
}

static void test_escape_room(void **state)
{
	char out[8];

	/* Neither a character nor an escape is split. */
	assert_int_equal(escape_text(out, 6, "管道", 6), 3);
	assert_string_equal(out, "管");
	assert_int_equal(escape_text(out, 4, "\033", 1), 0);
	assert_string_equal(out, "");
	assert_int_equal(escape_text(out, 5, "\033", 1), 4);
	assert_int_equal(escape_text(out, 1, "abc", 3), 0);
	assert_string_equal(out, "");
	out[0] = 'x';
	assert_int_equal(escape_text(out, 0, "abc", 3), 0);
	assert_int_equal(out[0], 'x');
}

static void test_width(void **state)
{
	assert_int_equal(utf8__width("abc"), 3);
	assert_int_equal(utf8__width("管道"), 4);
	assert_int_equal(utf8__width("┌ ×"), 3);
	assert_int_equal(utf8__fit("管道", 3), 3);
	assert_int_equal(utf8__fit("管道", 4), 6);
	assert_int_equal(utf8__fit("abc", 0), 0);
	assert_int_equal(utf8__fit("abc", 9), 3);
	assert_int_equal(utf8__break("one two", 7), 7);
	assert_int_equal(utf8__break("one two", 6), 3);
	assert_int_equal(utf8__break("one two", 3), 3);
	assert_int_equal(utf8__break("one two", 2), 0);
	assert_int_equal(utf8__break("", 2), 0);
	/* Beside wide characters no space is needed. */
	assert_int_equal(utf8__break("管道管道", 5), 6);
	assert_int_equal(utf8__break("ab管道", 3), 2);
	/* A word that is too long is cut between its flags. */
	assert_int_equal(utf8__break_word("IPC_CREAT|IPC_EXCL|0600: makes", 22), 19);
	assert_int_equal(utf8__break_word("IPC_CREAT|IPC_EXCL|0600: makes", 18), 10);
	assert_int_equal(utf8__break_word("abcdefghij", 4), 4);
}

static void test_count(void **state)
{
	char buf[UNIT_LEN];

	assert_string_equal(format_count(buf, 9999999), "9999999");
	assert_string_equal(format_count(buf, 10000000), "10.0 M");
	assert_string_equal(format_count(buf, 999999999), "999 M");
	assert_string_equal(format_count(buf, 1234000000), "1.23 G");
}

static void test_counted(void **state)
{
	char buf[COUNTED_LEN];

	assert_string_equal(counted(buf, 1, "byte"), "1 byte");
	assert_string_equal(counted(buf, 0, "byte"), "0 bytes");
	assert_string_equal(counted(buf, 2, "attach"), "2 attaches");
	assert_string_equal(counted(buf, 3, "process"), "3 processes");
	assert_string_equal(records_lost(buf, 1), "1 record was lost");
	assert_string_equal(records_lost(buf, 0), "0 records were lost");
	assert_string_equal(records_lost(buf, ~0ULL), "18446744073709551615 records were lost");
}

static void test_units(void **state)
{
	char buf[UNIT_LEN];

	assert_string_equal(format_duration(buf, 0), "0 ns");
	assert_string_equal(format_duration(buf, 999), "999 ns");
	assert_string_equal(format_duration(buf, 1234), "1.23 us");
	assert_string_equal(format_duration(buf, 9996), "9.99 us");
	assert_string_equal(format_duration(buf, 99960), "99.9 us");
	assert_string_equal(format_duration(buf, 999499), "999 us");
	assert_string_equal(format_duration(buf, 999500), "999 us");
	assert_string_equal(format_duration(buf, 299100000), "299 ms");
	assert_string_equal(format_duration(buf, 999500000), "999 ms");
	assert_string_equal(format_duration(buf, 3600000000000ULL), "3600 s");
	assert_string_equal(format_bytes(buf, 1023), "1023 B");
	assert_string_equal(format_bytes(buf, 1024), "1.00 KiB");
	assert_string_equal(format_bytes(buf, 65520), "63.9 KiB");
	assert_string_equal(format_bytes(buf, ~0ULL), "16777215 TiB");
	assert_string_equal(format_time(buf, 402000), "0.402");
	assert_string_equal(format_time(buf, 12345600000000ULL), "12345.6s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_syscalls),	cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_errors),	cmocka_unit_test(test_escape),
	    cmocka_unit_test(test_escape_room), cmocka_unit_test(test_width),
	    cmocka_unit_test(test_units),	cmocka_unit_test(test_count),
	    cmocka_unit_test(test_counted),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
