/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the calls that become calls of the kernel's functions, in a file made by hand. */
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kern/lend.h"
#include "abi/lend_call.h"

struct object {
	Elf64_Ehdr head;
	struct bpf_insn code[12], data[1];
	Elf64_Shdr sections[2];
};

static const struct lent lent = {.functions = {[LENT_bpf_rdonly_cast] = 4711,
					       [LENT_FUNCTION_COUNT - 1] = 4712,
					       [LENT_bpf_task_from_pid] = -2},
				 .types = {[LENT_task_struct] = 100, [LENT_COUNT - 1] = 200}};
static const struct bpf_insn call = {.code = BPF_JMP | BPF_CALL, .imm = LEND_CALL};

static struct object make(void)
{
	struct object o = {
	    .head = {.e_shoff = offsetof(struct object, sections), .e_shnum = 2},
	    .code = {call,
		     {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_ns},
		     {.code = BPF_LD | BPF_DW | BPF_IMM, .imm = LEND_CALL},
		     call, /* half of a number */
		     call,
		     {.code = BPF_ALU | BPF_MOV | BPF_K, .imm = LEND_TYPE + LENT_task_struct},
		     {.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = LEND_TYPE + LENT_COUNT - 1},
		     {.code = BPF_ALU | BPF_MOV | BPF_K, .imm = LEND_TYPE + LENT_COUNT},
		     {.code = BPF_ALU | BPF_ADD | BPF_K, .imm = LEND_TYPE},
		     {.code = BPF_JMP | BPF_CALL, .imm = LEND_CALL + LENT_bpf_task_from_pid},
		     {.code = BPF_JMP | BPF_CALL, .imm = LEND_CALL + LENT_FUNCTION_COUNT},
		     {.code = BPF_JMP | BPF_CALL, .imm = LEND_CALL + LENT_FUNCTION_COUNT - 1}},
	    .data = {call},
	    .sections = {{.sh_type = SHT_PROGBITS,
			  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
			  .sh_offset = offsetof(struct object, code),
			  .sh_size = sizeof(o.code)},
			 {.sh_type = SHT_PROGBITS,
			  .sh_flags = SHF_ALLOC,
			  .sh_offset = offsetof(struct object, data),
			  .sh_size = sizeof(o.data)}},
	};

	memcpy(o.head.e_ident, ELFMAG, SELFMAG);
	o.head.e_ident[EI_CLASS] = ELFCLASS64;
	return o;
}

static void calls_are_turned(void **state)
{
	struct object o = make(), *got = lend__types(&o, sizeof(o), &lent);

	(void)state;
	assert_non_null(got);
	for (int i = 0; i < 5; i += 4) {
		assert_int_equal(got->code[i].imm, 4711);
		assert_int_equal(got->code[i].src_reg, BPF_PSEUDO_KFUNC_CALL);
	}
	assert_memory_equal(&got->code[1], &o.code[1], 3 * sizeof(call));
	assert_int_equal(got->code[5].imm, 100);
	assert_int_equal(got->code[6].imm, 200);
	/* What this kernel lacks stays as it is, and so does what only looks like a call of it. */
	assert_memory_equal(&got->code[7], &o.code[7], 4 * sizeof(call));
	assert_int_equal(got->code[11].imm, 4712);
	assert_memory_equal(got->data, o.data, sizeof(o.data));
	free(got);
}

static void refused(const struct object *o, size_t size)
{
	errno = 0;
	assert_null(lend__types(o, size, &lent));
	assert_int_equal(errno, ENOEXEC);
}

static void other_files_are_refused(void **state)
{
	struct object o = make();

	(void)state;
	refused(&o, 0);
	refused(&o, sizeof(o.head) - 1);
	refused(&o, sizeof(o) - 1);
	o.sections[0].sh_size = sizeof(o);
	refused(&o, sizeof(o));
	o = make();
	o.sections[0].sh_offset = (Elf64_Off)-8;
	refused(&o, sizeof(o));
	o = make();
	o.head.e_shoff = (Elf64_Off)-8;
	refused(&o, sizeof(o));
	o = make();
	o.head.e_ident[EI_CLASS] = ELFCLASS32;
	refused(&o, sizeof(o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(calls_are_turned),
	    cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
