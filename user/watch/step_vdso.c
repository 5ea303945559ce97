/* SPDX-License-Identifier: GPL-2.0 */
/* The vDSO: the kernel's functions in every process that read the clock without a system call. */
#include "watch/step_vdso.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch_x86/regs.h"
#include "watch/step_proc.h"

static const struct {
	const char *name;
	long nr;
} functions[VDSO_CALLS] = {
    {"__vdso_clock_gettime", SYS_clock_gettime},
    {"__vdso_gettimeofday", SYS_gettimeofday},
    {"__vdso_time", SYS_time},
    {"__vdso_clock_getres", SYS_clock_getres},
    {"__vdso_getcpu", SYS_getcpu},
};

static void add_function(struct step_vdso *v, const char *name, __u64 at)
{
	for (unsigned int i = 0; i < VDSO_CALLS && v->n < VDSO_CALLS; i++) {
		if (strcmp(name, functions[i].name))
			continue;
		v->calls[v->n].at = at;
		v->calls[v->n++].nr = functions[i].nr;
	}
}

/* The kernel's image has a table of sections, which is where symbols are counted. */
static void look_at_symbols(struct step_vdso *v, const char *image, const Elf64_Ehdr *eh)
{
	const Elf64_Shdr *sh = (const void *)(image + eh->e_shoff);

	for (unsigned int i = 0; i < eh->e_shnum; i++) {
		const Elf64_Sym *sym = (const void *)(image + sh[i].sh_offset);
		const char *names = image + sh[sh[i].sh_link].sh_offset;

		if (sh[i].sh_offset + sh[i].sh_size > v->size)
			v->size = sh[i].sh_offset + sh[i].sh_size;
		for (size_t k = 0; sh[i].sh_type == SHT_DYNSYM && k < sh[i].sh_size / sizeof(*sym);
		     k++)
			add_function(v, names + sym[k].st_name, sym[k].st_value);
	}
}

static bool look_at_code(struct step_vdso *v, const char *image, const Elf64_Ehdr *eh)
{
	const Elf64_Shdr *sh = (const void *)(image + eh->e_shoff);

	for (unsigned int i = 0; i < eh->e_shnum; i++) {
		const char *code = image + sh[i].sh_offset, *at;

		if (!(sh[i].sh_flags & SHF_EXECINSTR))
			continue;
		at = memmem(code, sh[i].sh_size, X86_SYSCALL_CODE, X86_SYSCALL_CODE_LEN);
		if (at) {
			v->syscall = (__u64)(at - image);
			return true;
		}
	}
	return false;
}

void step_vdso__look(struct step_vdso *v)
{
	const char *image = (const char *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Ehdr *eh = (const void *)image;

	memset(v, 0, sizeof(*v));
	if (!image || memcmp(eh->e_ident, ELFMAG, SELFMAG) || !eh->e_shoff)
		return;
	look_at_symbols(v, image, eh);
	if (!look_at_code(v, image, eh))
		v->n = 0;
}

__u64 step_vdso__base(pid_t pid)
{
	Elf64_auxv_t auxv[64];
	char path[64];
	ssize_t n;
	int fd;

	if (step_proc__status(pid, "Seccomp:", 10))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, auxv, sizeof(auxv)) : 0;
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(auxv[0]); i++)
		if (auxv[i].a_type == AT_SYSINFO_EHDR)
			return auxv[i].a_un.a_val;
	return 0;
}

long step_vdso__call(const struct step_vdso *v, __u64 base, __u64 ip)
{
	for (unsigned int i = 0; base && i < v->n; i++)
		if (base + v->calls[i].at == ip)
			return v->calls[i].nr;
	return -1;
}
