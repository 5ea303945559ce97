/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of which of a kernel's types are taken for an object; both are made by hand. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include <cmocka.h>

#include "kern/core_types.h"

/* A kernel: struct task { struct list tasks; struct huge *huge; state_t states[4]; run_fn run; } */
static struct btf *kernel(__u32 *task)
{
	struct btf *b = btf__new_empty();
	int i = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	int huge = btf__add_struct(b, "huge", 4), pointer, list, state, states, run;

	btf__add_field(b, "i", i, 0, 0);
	pointer = btf__add_ptr(b, huge);
	list = btf__add_struct(b, "list", 8);
	btf__add_field(b, "next", pointer, 0, 0);
	state = btf__add_typedef(b, "state_t", btf__add_const(b, i));
	states = btf__add_array(b, i, state, 4);
	run = btf__add_typedef(b, "run_fn", btf__add_ptr(b, btf__add_func_proto(b, huge)));
	*task = (__u32)btf__add_struct(b, "task", 40);
	btf__add_field(b, "tasks", list, 0, 0);
	btf__add_field(b, "huge", pointer, 64, 0);
	btf__add_field(b, "states", states, 128, 0);
	btf__add_field(b, "run", run, 256, 0);
	btf__add_enum(b, "color", 4);
	btf__add_enum_value(b, "RED", 7);
	btf__add_struct(b, "color", 4); /* a name of two kinds */
	btf__add_func(b, "task_new", BTF_FUNC_GLOBAL, run);
	return b;
}

/* An object file, ELF, whose BTF has the names. */
struct file {
	Elf64_Ehdr head;
	Elf64_Shdr sections[3];
	char names[8];
	char btf[1024];
};

static struct file object(const char *const *names)
{
	struct btf *b = btf__new_empty();
	struct file f = {
	    .head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				 EV_CURRENT},
		     .e_type = ET_REL,
		     .e_machine = EM_BPF,
		     .e_version = EV_CURRENT,
		     .e_ehsize = sizeof(Elf64_Ehdr),
		     .e_shentsize = sizeof(Elf64_Shdr),
		     .e_shoff = offsetof(struct file, sections),
		     .e_shnum = 3,
		     .e_shstrndx = 1},
	    .sections = {[1] = {.sh_type = SHT_STRTAB,
				.sh_offset = offsetof(struct file, names),
				.sh_size = sizeof(f.names)},
			 [2] = {.sh_name = 1,
				.sh_type = SHT_PROGBITS,
				.sh_addralign = 1,
				.sh_offset = offsetof(struct file, btf)}},
	    .names = "\0.BTF",
	};
	const void *raw;
	__u32 size;

	for (; *names; names++)
		btf__add_struct(b, *names, 4);
	raw = btf__raw_data(b, &size);
	assert_true(size <= sizeof(f.btf));
	memcpy(f.btf, raw, size);
	f.sections[2].sh_size = size;
	btf__free(b);
	return f;
}

static struct core_types *taken(const char *const *names, struct btf **small, __u32 *task)
{
	struct btf *k = kernel(task);
	struct file f = object(names);
	struct core_types *ct = core_types__new(k, &f, sizeof(f));

	btf__free(k);
	assert_non_null(ct);
	*small = btf__parse(core_types__path(ct), NULL);
	assert_non_null(*small);
	return ct;
}

static const struct btf_type *member(const struct btf *b, const struct btf_type *t, int i)
{
	return btf__type_by_id(b, btf_members(t)[i].type);
}

static void what_it_consists_of_is_taken(void **state)
{
	static const char *const names[] = {"mine", "task___flavor", NULL};
	const struct btf_type *t, *m;
	struct core_types *ct;
	struct btf *b;
	__u32 task;
	int id;

	(void)state;
	ct = taken(names, &b, &task);
	id = btf__find_by_name_kind(b, "task", BTF_KIND_STRUCT);
	assert_true(id > 0);
	t = btf__type_by_id(b, (__u32)id);
	assert_int_equal(t->size, 40);
	assert_int_equal(btf_vlen(t), 4);
	assert_string_equal(btf__name_by_offset(b, btf_members(t)[0].name_off), "tasks");
	assert_string_equal(btf__name_by_offset(b, member(b, t, 0)->name_off), "list");
	assert_true(btf_is_ptr(member(b, t, 1)) && member(b, t, 1)->type == 0);
	m = member(b, t, 2);
	assert_true(btf_is_array(m));
	assert_int_equal(btf_array(m)->nelems, 4);
	assert_int_equal(btf__resolve_size(b, btf_members(t)[2].type), 16);
	m = member(b, t, 3);
	assert_string_equal(btf__name_by_offset(b, m->name_off), "run_fn");
	assert_true(btf_is_ptr(btf__type_by_id(b, m->type)));
	/* What is only pointed to, and what is not used. */
	assert_true(btf__find_by_name(b, "huge") < 0);
	assert_true(btf__find_by_name(b, "color") < 0);
	assert_true(btf__find_by_name(b, "task_new") < 0);
	btf__free(b);
	core_types__free(ct);
}

static void ids_are_the_kernels(void **state)
{
	static const char *const names[] = {"task", "mine", "color", NULL};
	struct core_types *ct;
	struct btf *b;
	__u32 task;

	(void)state;
	ct = taken(names, &b, &task);
	assert_int_equal(core_types__kernel_id(ct, "task"), task);
	assert_int_equal(core_types__kernel_id(ct, "mine"), 0);
	assert_int_equal(core_types__kernel_id(ct, "list"), 0);
	/* All that have the name: which is meant libbpf decides. */
	assert_true(btf__find_by_name_kind(b, "color", BTF_KIND_ENUM) > 0);
	assert_true(btf__find_by_name_kind(b, "color", BTF_KIND_STRUCT) > 0);
	btf__free(b);
	core_types__free(ct);
}

static void flavors(void **state)
{
	static const char *const same[] = {"task___x", "task___x_y", "task___x___y", NULL};
	static const char *const others[] = {"task___", "___task", "task____x", "task__x", NULL};
	struct core_types *ct;
	struct btf *b;
	__u32 task;

	(void)state;
	for (int i = 0; same[i]; i++) {
		const char *const names[] = {same[i], NULL};
		bool two = i == 2; /* the last one counts, as for libbpf */

		ct = taken(names, &b, &task);
		assert_int_equal(btf__find_by_name(b, "task") > 0, !two);
		btf__free(b);
		core_types__free(ct);
	}
	ct = taken(others, &b, &task);
	assert_true(btf__find_by_name(b, "task") < 0);
	btf__free(b);
	core_types__free(ct);
}

static void other_files_are_refused(void **state)
{
	static const char *const names[] = {"task", NULL};
	struct file f = object(names);
	__u32 task;
	struct btf *k = kernel(&task);

	(void)state;
	errno = 0;
	assert_null(core_types__new(k, &f, sizeof(f.head) - 1));
	assert_int_equal(errno, ENOEXEC);
	f.names[1] = 'x';
	errno = 0;
	assert_null(core_types__new(k, &f, sizeof(f)));
	assert_int_equal(errno, ENOEXEC);
	btf__free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_it_consists_of_is_taken),
	    cmocka_unit_test(ids_are_the_kernels),
	    cmocka_unit_test(flavors),
	    cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
