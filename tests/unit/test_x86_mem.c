/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of which memory an instruction is about to access. The bytes are what as(1) makes of the
 * text beside them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch_x86/mem.h"

/* ax 0x1000, cx 0x1001, dx 0x1002 ... r15 0x100f */
static struct x86_before before(void)
{
	struct x86_before b = {.ip = 0x400000, .fs = 0x70000, .gs = 0x80000};

	for (unsigned int i = 0; i < 16; i++)
		b.regs[i] = 0x1000 + i;
	return b;
}

enum { L = 1, S = 2 };

struct row {
	const char *text, *code;
	size_t len;
	unsigned int n;
	struct {
		__u64 addr;
		unsigned int size, does;
	} refs[2];
	bool atomic, moves, number, unsure;
};

#define CODE(bytes) (bytes), sizeof(bytes) - 1

static const struct row rows[] = {
    {"mov %eax,(%rbx)", CODE("\x89\x03"), 1, {{0x1003, 4, S}}, .moves = true},
    {"mov (%rbx),%rax", CODE("\x48\x8b\x03"), 1, {{0x1003, 8, L}}, .moves = true},
    {"movl $7,(%rbx)",
     CODE("\xc7\x03\x07\0\0\0"),
     1,
     {{0x1003, 4, S}},
     .moves = true,
     .number = true},
    {"movb $7,0x10(%r13)",
     CODE("\x41\xc6\x45\x10\x07"),
     1,
     {{0x101d, 1, S}},
     .moves = true,
     .number = true},
    {"mov %ax,-2(%rbp,%rcx,4)",
     CODE("\x66\x89\x44\x8d\xfe"),
     1,
     {{0x1005 + 4 * 0x1001 - 2, 2, S}},
     .moves = true},
    {"mov 0x20(%rip),%eax",
     CODE("\x8b\x05\x20\0\0\0"),
     1,
     {{0x400000 + 6 + 0x20, 4, L}},
     .moves = true},
    {"movl $1,0x20(%rip)",
     CODE("\xc7\x05\x20\0\0\0\x01\0\0\0"),
     1,
     {{0x400000 + 10 + 0x20, 4, S}},
     .moves = true,
     .number = true},
    {"mov %fs:0x28,%rax",
     CODE("\x64\x48\x8b\x04\x25\x28\0\0\0"),
     1,
     {{0x70028, 8, L}},
     .moves = true},
    {"mov %eax,%gs:(%rbx)", CODE("\x65\x89\x03"), 1, {{0x81003, 4, S}}, .moves = true},
    {"mov (%ebx),%eax", CODE("\x67\x8b\x03"), 1, {{0x1003, 4, L}}, .moves = true},
    {"movabs %al,0x1122334455667788",
     CODE("\xa2\x88\x77\x66\x55\x44\x33\x22\x11"),
     1,
     {{0x1122334455667788, 1, S}},
     .moves = true},
    {"addl $1,(%rbx)", CODE("\x83\x03\x01"), 1, {{0x1003, 4, L | S}}, .moves = false},
    {"lock incl (%rbx)", CODE("\xf0\xff\x03"), 1, {{0x1003, 4, L | S}}, .atomic = true},
    {"xchg %eax,(%rbx)", CODE("\x87\x03"), 1, {{0x1003, 4, L | S}}, .atomic = true},
    {"lock cmpxchg %ecx,(%rbx)", CODE("\xf0\x0f\xb1\x0b"), 1, {{0x1003, 4, L | S}}, .atomic = true},
    {"lock xadd %rcx,(%rbx)",
     CODE("\xf0\x48\x0f\xc1\x0b"),
     1,
     {{0x1003, 8, L | S}},
     .atomic = true},
    {"lock cmpxchg16b (%rbx)",
     CODE("\xf0\x48\x0f\xc7\x0b"),
     1,
     {{0x1003, 16, L | S}},
     .atomic = true},
    {"cmpl $0,(%rbx)", CODE("\x83\x3b\0"), 1, {{0x1003, 4, L}}, .moves = false},
    {"lock btsl $3,(%rbx)", CODE("\xf0\x0f\xba\x2b\x03"), 1, {{0x1003, 4, L | S}}, .atomic = true},
    {"bt %eax,(%rbx)", CODE("\x0f\xa3\x03"), 1, {{0x1003 + 0x1000 / 32 * 4, 4, L}}, .moves = false},
    {"movzbl (%rbx),%eax", CODE("\x0f\xb6\x03"), 1, {{0x1003, 1, L}}, .moves = true},
    {"sete (%rbx)", CODE("\x0f\x94\x03"), 1, {{0x1003, 1, S}}, .moves = true},
    {"lea (%rbx),%eax", CODE("\x8d\x03"), 0, {{0}}, .moves = false},
    {"prefetcht0 (%rbx)", CODE("\x0f\x18\x0b"), 0, {{0}}, .moves = false},
    {"nopw 0x0(%rax,%rax,1)", CODE("\x66\x0f\x1f\x44\0\0"), 0, {{0}}, .moves = false},
    {"mov %eax,%ebx", CODE("\x89\xc3"), 0, {{0}}, .moves = false},
    {"push %rax", CODE("\x50"), 1, {{0x1004 - 8, 8, S}}, .moves = false},
    {"pushq (%rbx)", CODE("\xff\x33"), 2, {{0x1003, 8, L}, {0x1004 - 8, 8, S}}, .moves = false},
    {"pop %rax", CODE("\x58"), 1, {{0x1004, 8, L}}, .moves = false},
    {"call .", CODE("\xe8\0\0\0\0"), 1, {{0x1004 - 8, 8, S}}, .moves = false},
    {"call *(%rbx)", CODE("\xff\x13"), 2, {{0x1003, 8, L}, {0x1004 - 8, 8, S}}, .moves = false},
    {"jmp *(%rbx)", CODE("\xff\x23"), 1, {{0x1003, 8, L}}, .moves = false},
    {"ret", CODE("\xc3"), 1, {{0x1004, 8, L}}, .moves = false},
    {"leave", CODE("\xc9"), 1, {{0x1005, 8, L}}, .moves = false},
    {"rep stosl", CODE("\xf3\xab"), 1, {{0x1007, 4, S}}, .moves = false},
    {"rep movsb", CODE("\xf3\xa4"), 2, {{0x1006, 1, L}, {0x1007, 1, S}}, .moves = false},
    {"movsq", CODE("\x48\xa5"), 2, {{0x1006, 8, L}, {0x1007, 8, S}}, .moves = false},
    {"repe cmpsb", CODE("\xf3\xa6"), 2, {{0x1006, 1, L}, {0x1007, 1, L}}, .moves = false},
    {"repne scasb", CODE("\xf2\xae"), 1, {{0x1007, 1, L}}, .moves = false},
    {"lodsb %fs:(%rsi)", CODE("\x64\xac"), 1, {{0x71006, 1, L}}, .moves = false},
    {"movups %xmm0,(%rbx)", CODE("\x0f\x11\x03"), 1, {{0x1003, 16, S}}, .moves = true},
    {"movss (%rbx),%xmm0", CODE("\xf3\x0f\x10\x03"), 1, {{0x1003, 4, L}}, .moves = true},
    {"movsd %xmm0,(%rbx)", CODE("\xf2\x0f\x11\x03"), 1, {{0x1003, 8, S}}, .moves = true},
    {"movq %xmm0,(%rbx)", CODE("\x66\x0f\xd6\x03"), 1, {{0x1003, 8, S}}, .moves = true},
    {"movd %xmm0,(%rbx)", CODE("\x66\x0f\x7e\x03"), 1, {{0x1003, 4, S}}, .moves = true},
    {"movq (%rbx),%mm0", CODE("\x0f\x6f\x03"), 1, {{0x1003, 8, L}}, .moves = true},
    {"pcmpeqb (%rbx),%xmm0", CODE("\x66\x0f\x74\x03"), 1, {{0x1003, 16, L}}, .moves = false},
    {"addsd (%rbx),%xmm0", CODE("\xf2\x0f\x58\x03"), 1, {{0x1003, 8, L}}, .moves = false},
    {"pextrd $1,%xmm0,(%rbx)",
     CODE("\x66\x0f\x3a\x16\x03\x01"),
     1,
     {{0x1003, 4, S}},
     .moves = true},
    {"vmovdqu %ymm0,(%rbx)", CODE("\xc5\xfe\x7f\x03"), 1, {{0x1003, 32, S}}, .moves = true},
    {"vmovdqu -0x20(%rsi,%rdx,1),%ymm1",
     CODE("\xc5\xfe\x6f\x4c\x16\xe0"),
     1,
     {{0x1006 + 0x1002 - 0x20, 32, L}},
     .moves = true},
    {"vmovdqu %xmm8,(%r11)", CODE("\xc4\x41\x7a\x7f\x03"), 1, {{0x100b, 16, S}}, .moves = true},
    {"vmovdqu64 %zmm0,0x40(%rbx)",
     CODE("\x62\xf1\xfe\x48\x7f\x43\x01"),
     1,
     {{0x1043, 64, S}},
     .moves = true},
    {"vmovdqu64 %ymm16,-0x20(%rdi,%rdx,1)",
     CODE("\x62\xe1\xfe\x28\x7f\x44\x17\xff"),
     1,
     {{0x1007 + 0x1002 - 0x20, 32, S}},
     .moves = true},
    {"vmovdqu8 %ymm0,(%rbx){%k1}",
     CODE("\x62\xf1\x7f\x29\x7f\x03"),
     1,
     {{0x1003, 32, S}},
     .moves = true,
     .unsure = true},
    {"vpbroadcastb (%rbx),%ymm0", CODE("\xc4\xe2\x7d\x78\x03"), 1, {{0x1003, 1, L}}, .moves = true},
    {"vzeroupper", CODE("\xc5\xf8\x77"), 0, {{0}}, .moves = false},
    {"fstpt (%rbx)", CODE("\xdb\x3b"), 1, {{0x1003, 10, S}}, .moves = false},
    {"fldl (%rbx)", CODE("\xdd\x03"), 1, {{0x1003, 8, L}}, .moves = false},
    {"jne .", CODE("\x75\xfe"), 0, {{0}}, .moves = false},
    {"bswap %eax", CODE("\x0f\xc8"), 0, {{0}}, .moves = false},
};

static void test_operands(void **state)
{
	struct x86_before at = before();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct x86_mem m;

		if (!x86_mem(&m, (const __u8 *)r->code, r->len, &at) || m.n != r->n)
			fail_msg("%s: %u operands, not %u", r->text, m.n, r->n);
		for (unsigned int k = 0; k < r->n; k++)
			if (m.refs[k].addr != r->refs[k].addr ||
			    m.refs[k].size != r->refs[k].size ||
			    (m.refs[k].loads ? L : 0U) + (m.refs[k].stores ? S : 0U) !=
				r->refs[k].does)
				fail_msg("%s: operand %u at %#llx, %u bytes, loads %d, stores %d",
					 r->text, k, (unsigned long long)m.refs[k].addr,
					 m.refs[k].size, m.refs[k].loads, m.refs[k].stores);
		if (m.atomic != r->atomic || m.moves != r->moves || m.number != r->number ||
		    m.unsure != r->unsure)
			fail_msg("%s: atomic %d, moves %d, number %d, unsure %d", r->text, m.atomic,
				 m.moves, m.number, m.unsure);
	}
}

static void test_nothing_to_repeat(void **state)
{
	struct x86_before at = before();
	struct x86_mem m;

	(void)state;
	at.regs[1] = 0;
	assert_true(x86_mem(&m, (const __u8 *)"\xf3\xab", 2, &at));
	assert_int_equal(m.n, 0);
	/* lodsb without a prefix does not look at cx. */
	assert_true(x86_mem(&m, (const __u8 *)"\xac", 1, &at));
	assert_int_equal(m.n, 1);
}

static void test_special(void **state)
{
	struct x86_before at = before();
	struct x86_mem m;

	(void)state;
	assert_true(x86_mem(&m, (const __u8 *)"\x0f\x05", 2, &at));
	assert_int_equal(m.special, X86_SYSCALL);
	assert_true(x86_mem(&m, (const __u8 *)"\xcd\x80", 2, &at));
	assert_int_equal(m.special, X86_SYSCALL);
	assert_true(x86_mem(&m, (const __u8 *)"\x9c", 1, &at));
	assert_int_equal(m.special, X86_PUSHF);
	/* vpgatherdd %ymm0,(%rbx,%ymm1,4),%ymm2 */
	assert_true(x86_mem(&m, (const __u8 *)"\xc4\xe2\x7d\x90\x14\x8b", 6, &at));
	assert_true(m.anywhere);
	assert_int_equal(m.n, 0);
}

/* Nothing is told of an instruction whose bytes end too soon. */
static void test_cut(void **state)
{
	struct x86_before at = before();
	struct x86_mem m;

	(void)state;
	assert_false(x86_mem(&m, (const __u8 *)"\x8b\x05\x20", 3, &at));
	assert_false(x86_mem(&m, (const __u8 *)"\x66", 1, &at));
	assert_false(x86_mem(&m, (const __u8 *)"\xc4\xe2", 2, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_operands),
	    cmocka_unit_test(test_nothing_to_repeat),
	    cmocka_unit_test(test_special),
	    cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
