/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of watched words: how they are named, and what an instruction moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "names/watch_spec.h"
#include "arch_x86/move.h"

#define WORD 0x7f0000001000ULL

static void words(void **state)
{
	struct watch_spec s;

	(void)state;
	assert_null(watch_spec__parse(&s, "shm:1234+0:4"));
	assert_int_equal(s.word.mech, MECH_SHM);
	assert_int_equal(s.word.id, 1234);
	assert_false(s.word.by_id);
	assert_int_equal(s.word.len, 4);
	assert_string_equal(s.text, "shm:1234+0:4");
	assert_null(watch_spec__parse(&s, "shm:0x4d2+0x10:8"));
	assert_int_equal(s.word.id, 0x4d2);
	assert_int_equal(s.word.offset, 16);
	assert_null(watch_spec__parse(&s, "shm:4294967295+1:1"));
	assert_null(watch_spec__parse(&s, "shm:#0+6:2"));
	assert_true(s.word.by_id);
	assert_null(watch_spec__parse(&s, "shmem:/a+b:c+8:8"));
	assert_int_equal(s.word.mech, MECH_SHMEM);
	assert_string_equal(s.word.name, "a+b:c");
	assert_null(watch_spec__parse(&s, "shmem:memfd:x+0:1"));
	assert_string_equal(s.word.name, "memfd:x");
}

static void no_words(void **state)
{
	static const char *const wrong[] = {
	    "",
	    "shm",
	    "shm:",
	    "shm:1",
	    "shm:1+0",
	    "shm:1:4",
	    "shm:+0:4",
	    "shm:#+0:4",
	    "shm:-1+0:4",
	    "shm:1+-4:4",
	    "shm:4294967296+0:4",
	    "shm:1+0:",
	    "shm:1+0:4 ",
	    "shm:01x+0:4",
	    "shm:0+0:4",
	    "shm:1+0:0",
	    "shm:1+0:3",
	    "shm:1+0:16",
	    "shm:1+2:4",
	    "shm:1+4:8",
	    "shm:1+18446744073709551612:4",
	    "shmem:a+0:4",
	    "shmem:/+0:4",
	    "shmem:/a/b+0:4",
	    "shmem:memfd:+0:4",
	    "pipe:1+0:4",
	    "shmem:/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa+0:4"};
	struct watch_spec s;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!watch_spec__parse(&s, wrong[i]))
			fail_msg("'%s' is taken", wrong[i]);
}

static void as_many_as_there_is_room_for(void **state)
{
	struct watch_spec all[WATCH_WORDS];
	char text[32];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < WATCH_WORDS; i++) {
		snprintf(text, sizeof(text), "shm:1+%d:4", 4 * i);
		assert_null(watch_spec__add(all, &n, text));
	}
	assert_null(watch_spec__add(all, &n, "shm:1+0x4:4")); /* the second again */
	assert_int_equal(n, WATCH_WORDS);
	assert_string_equal(watch_spec__add(all, &n, "shm:1+4096:4"), "64 words at most");
	assert_int_equal(n, WATCH_WORDS);
	n = 1;
	assert_non_null(watch_spec__add(all, &n, "shm:1+0:1")); /* another length */
	assert_null(watch_spec__add(all, &n, "shm:#1+0:1"));
	assert_int_equal(n, 2);
}

/* The hardware has four registers; a request for more gets advice what to do. */
static void more_than_the_hardware_has(void **state)
{
	const char *why = watch_spec__beyond(5, WATCH_BY_HARDWARE);

	(void)state;
	assert_null(watch_spec__beyond(4, WATCH_BY_HARDWARE));
	assert_non_null(why);
	assert_non_null(strstr(why, "--watch-by step"));
	assert_null(watch_spec__beyond(WATCH_WORDS, WATCH_BY_STEP));
	assert_null(watch_spec__beyond(WATCH_WORDS, WATCH_BY_ANY));
}

/* bytes end where the instruction does. */
static struct x86_after after(const char *bytes, size_t len)
{
	struct x86_after at = {.ip = 0x401000};

	memset(at.code, 0x90, sizeof(at.code));
	memcpy(at.code + X86_CODE - len, bytes, len);
	return at;
}

#define AFTER(bytes) after(bytes, sizeof(bytes) - 1)

static void loads(void **state)
{
	struct x86_after at = AFTER("\x8b\x03"); /* mov (%rbx),%eax */
	struct x86_move m;

	(void)state;
	at.regs[3] = WORD;
	at.regs[0] = 5;
	assert_true(x86_move(&at, WORD, 4, false, &m));
	assert_true(m.known && m.loads && !m.stores);
	assert_int_equal(m.value, 5);
	/* It is not what stored, and not what accessed another word. */
	assert_false(x86_move(&at, WORD, 4, true, &m));
	assert_false(x86_move(&at, WORD + 8, 4, false, &m));

	at = AFTER("\x44\x8b\x44\x8f\x10"); /* mov 0x10(%rdi,%rcx,4),%r8d */
	at.regs[7] = WORD - 0x10 - 8;
	at.regs[1] = 2;
	at.regs[8] = 0xffffffff00000007;
	assert_true(x86_move(&at, WORD, 4, false, &m));
	assert_int_equal(m.value, 7);

	at = AFTER("\x8b\x05\x00\x01\x00\x00"); /* mov 0x100(%rip),%eax */
	at.regs[0] = 9;
	assert_true(x86_move(&at, 0x401100, 4, false, &m));
	assert_int_equal(m.value, 9);

	at = AFTER("\x0f\xb6\x42\x01"); /* movzbl 1(%rdx),%eax */
	at.regs[2] = WORD;
	at.regs[0] = 200;
	assert_true(x86_move(&at, WORD + 1, 1, false, &m));
	assert_int_equal(m.value, 200);
	/* One byte of a longer word is not its value. */
	assert_true(x86_move(&at, WORD, 4, false, &m));
	assert_false(m.known);

	at = AFTER("\x48\x8b\x03"); /* mov (%rbx),%rax: the word is its upper half */
	at.regs[3] = WORD - 4;
	at.regs[0] = 0x600000005;
	assert_true(x86_move(&at, WORD, 4, false, &m));
	assert_int_equal(m.value, 6);
}

/* What it was addressed by is gone: nothing speaks against it, if it is as long as the word. */
static void a_load_into_its_own_base(void **state)
{
	struct x86_after at = AFTER("\x48\x8b\x00"); /* mov (%rax),%rax */
	struct x86_move m;

	(void)state;
	at.regs[0] = 77;
	assert_true(x86_move(&at, WORD, 8, false, &m));
	assert_true(m.known);
	assert_int_equal(m.value, 77);
	assert_true(x86_move(&at, WORD, 4, false, &m));
	assert_false(m.known);
}

static void stores(void **state)
{
	struct x86_after at = AFTER("\x89\x03"); /* mov %eax,(%rbx) */
	struct x86_move m;

	(void)state;
	at.regs[3] = WORD;
	at.regs[0] = 0x100000006;
	assert_true(x86_move(&at, WORD, 4, true, &m));
	assert_true(m.known && m.stores && !m.loads);
	assert_int_equal(m.value, 6);

	at = AFTER("\xc7\x03\x2a\x00\x00\x00"); /* movl $42,(%rbx) */
	at.regs[3] = WORD;
	assert_true(x86_move(&at, WORD, 4, true, &m));
	assert_int_equal(m.value, 42);
	assert_true(m.number);

	at = AFTER("\x48\xc7\x43\x08\xff\xff\xff\xff"); /* movq $-1,8(%rbx) */
	at.regs[3] = WORD - 8;
	assert_true(x86_move(&at, WORD, 8, true, &m));
	assert_true(m.value == ~0ULL);

	at = AFTER("\x66\xc7\x03\x34\x12"); /* movw $0x1234,(%rbx) */
	at.regs[3] = WORD;
	assert_true(x86_move(&at, WORD, 2, true, &m));
	assert_int_equal(m.value, 0x1234);

	at = AFTER("\x88\x23"); /* mov %ah,(%rbx) */
	at.regs[3] = WORD;
	at.regs[0] = 0x1200;
	assert_true(x86_move(&at, WORD, 1, true, &m));
	assert_int_equal(m.value, 0x12);

	at = AFTER("\x40\x88\x33"); /* mov %sil,(%rbx) */
	at.regs[3] = WORD;
	at.regs[6] = 0x1234;
	assert_true(x86_move(&at, WORD, 1, true, &m));
	assert_int_equal(m.value, 0x34);
}

static void updates(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool atomic;
	} cases[] = {
	    {"\x83\x03\x01", 3, false},		    /* addl $1,(%rbx) */
	    {"\xff\x03", 2, false},		    /* incl (%rbx) */
	    {"\xf0\xff\x03", 3, true},		    /* lock incl (%rbx) */
	    {"\xf0\x0f\xc1\x03", 4, true},	    /* lock xadd %eax,(%rbx) */
	    {"\xf0\x48\x0f\xc1\x03", 5, true},	    /* lock xadd %rax,(%rbx) */
	    {"\x87\x03", 2, true},		    /* xchg %eax,(%rbx) */
	    {"\x81\x03\x8b\x03\x00\x00", 6, false}, /* addl $0x38b,(%rbx) */
	};
	struct x86_move m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct x86_after at = after(cases[i].bytes, cases[i].len);

		at.regs[3] = WORD;
		if (!x86_move(&at, WORD, 4, true, &m) || !m.loads || !m.stores || m.known ||
		    m.atomic != cases[i].atomic)
			fail_msg("case %zu", i);
	}
}

static void compare_and_exchange(void **state)
{
	struct x86_after at = AFTER("\xf0\x0f\xb1\x0b"); /* lock cmpxchg %ecx,(%rbx) */
	struct x86_move m;

	(void)state;
	at.regs[3] = WORD;
	at.regs[0] = 5;
	at.regs[1] = 6;
	at.flags = 0x40;
	assert_true(x86_move(&at, WORD, 4, true, &m));
	assert_true(m.stores && m.loads && m.atomic && m.known);
	assert_int_equal(m.value, 6);
	/* ax was another value, and is what was there. */
	at.flags = 0;
	assert_true(x86_move(&at, WORD, 4, true, &m));
	assert_true(!m.stores && m.loads && m.known);
	assert_int_equal(m.value, 5);
}

/* f0 is LOCK, and the displacement -0x10 of the instruction before. */
static void locked_or_not(void **state)
{
	struct x86_after at =
	    AFTER("\x48\x8b\x55\xf0\x83\x03\x05"); /* mov -0x10(%rbp),%rdx; addl */
	struct x86_move m;

	(void)state;
	at.regs[3] = WORD;
	assert_true(x86_move(&at, WORD, 4, true, &m));
	assert_true(m.loads && m.stores && m.unsure && !m.atomic);
	at = AFTER("\x48\x8b\x54\x24\xf0\x83\x03\x05"); /* mov -0x10(%rsp),%rdx; addl */
	at.regs[3] = WORD;
	assert_true(x86_move(&at, WORD, 4, true, &m) && m.unsure && !m.atomic);
	at = AFTER("\xb9\x01\x00\x00\x00\xf0\x0f\xb1\x0b"); /* mov $1,%ecx; lock cmpxchg */
	at.regs[3] = WORD;
	assert_true(x86_move(&at, WORD, 4, true, &m) && m.atomic && !m.unsure);
}

/* With as many words as that nothing but the instruction tells. */
static void load_or_store(void **state)
{
	struct x86_after at = AFTER("\x8b\x03"); /* mov (%rbx),%eax */
	struct x86_move m;

	(void)state;
	at.regs[3] = WORD;
	assert_true(x86_move_any(&at, WORD, 4, &m) && m.loads && !m.stores);
	at = AFTER("\x89\x03"); /* mov %eax,(%rbx) */
	at.regs[3] = WORD;
	assert_true(x86_move_any(&at, WORD, 4, &m) && m.stores && !m.loads);
	at = AFTER("\x81\x03\x8b\x03\x00\x00"); /* addl $0x38b,(%rbx) */
	at.regs[3] = WORD;
	assert_true(x86_move_any(&at, WORD, 4, &m) && m.stores && m.loads);
	/* addl $0x38b0000,(%rbx), or mov (%rbx),%eax behind something else. */
	at = AFTER("\x81\x03\x00\x00\x8b\x03");
	at.regs[3] = WORD;
	assert_false(x86_move_any(&at, WORD, 4, &m));
	at = AFTER("\x0f\x29\x03"); /* movaps %xmm0,(%rbx) */
	at.regs[3] = WORD;
	assert_false(x86_move_any(&at, WORD, 4, &m));
}

/* No value rather than a wrong one. */
static void what_is_not_sure(void **state)
{
	struct x86_move m;
	struct x86_after at;

	(void)state;
	at = AFTER("\x0f\x29\x03"); /* movaps %xmm0,(%rbx), which ends like sub %eax,(%rbx) */
	at.regs[3] = WORD;
	assert_false(x86_move(&at, WORD, 4, true, &m));
	at = AFTER("\xc5\xfa\x11\x03"); /* vmovss %xmm0,(%rbx) */
	at.regs[3] = WORD;
	assert_false(x86_move(&at, WORD, 4, true, &m));
	at = AFTER("\x81\x3b\x00\x00\x8b\x03"); /* cmpl $0x038b0000,(%rbx): ends like a mov */
	at.regs[3] = WORD;
	assert_false(x86_move(&at, WORD, 4, false, &m));
	at = AFTER("\xa5"); /* movsl */
	assert_false(x86_move(&at, WORD, 4, true, &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(no_words),
	    cmocka_unit_test(as_many_as_there_is_room_for),
	    cmocka_unit_test(more_than_the_hardware_has),
	    cmocka_unit_test(loads),
	    cmocka_unit_test(a_load_into_its_own_base),
	    cmocka_unit_test(stores),
	    cmocka_unit_test(load_or_store),
	    cmocka_unit_test(locked_or_not),
	    cmocka_unit_test(updates),
	    cmocka_unit_test(compare_and_exchange),
	    cmocka_unit_test(what_is_not_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
