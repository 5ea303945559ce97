/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the symbol and line at an address of an ELF file. */
#include "watch/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>

struct image {
	dev_t dev;
	ino_t ino;
	int fd;
	Elf *elf;
	Dwarf *dwarf; /* NULL: it has no lines */
};

/* Opening a device, or a FIFO that has the path now, may have an effect, so it first checks what
 * is there. -1 with errno. */
static int open_same(const char *path, dev_t dev, ino_t ino)
{
	int at = open(path, O_PATH | O_CLOEXEC), fd;
	char again[32];
	struct stat st;

	if (at < 0)
		return -1;
	if (fstat(at, &st) || !S_ISREG(st.st_mode) || st.st_dev != dev || st.st_ino != ino) {
		close(at);
		errno = ENOENT;
		return -1;
	}
	snprintf(again, sizeof(again), "/proc/self/fd/%d", at);
	fd = open(again, O_RDONLY | O_CLOEXEC);
	close(at);
	return fd;
}

struct image *image__open(const char *path, dev_t dev, ino_t ino)
{
	struct image *im = calloc(1, sizeof(*im));
	int err = ENOMEM;

	if (!im)
		return NULL;
	im->dev = dev;
	im->ino = ino;
	im->fd = open_same(path, dev, ino);
	if (im->fd < 0) {
		err = errno;
		goto fail;
	}
	err = ENOEXEC;
	elf_version(EV_CURRENT);
	/* Read, not mapped: the owner of the file may truncate it, which would be a SIGBUS. */
	im->elf = elf_begin(im->fd, ELF_C_READ, NULL);
	if (!im->elf || elf_kind(im->elf) != ELF_K_ELF)
		goto fail;
	im->dwarf = dwarf_begin_elf(im->elf, DWARF_C_READ, NULL);
	return im;
fail:
	image__free(im);
	errno = err;
	return NULL;
}

bool image__is(const struct image *im, dev_t dev, ino_t ino)
{
	return im->dev == dev && im->ino == ino;
}

/* From a place in the file to the address that symbols and lines have; false: it is not loaded. */
static bool to_address(struct image *im, __u64 at, __u64 *addr)
{
	size_t n;

	if (elf_getphdrnum(im->elf, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(im->elf, (int)i, &ph) || ph.p_type != PT_LOAD ||
		    at < ph.p_offset || at - ph.p_offset >= ph.p_filesz)
			continue;
		*addr = at - ph.p_offset + ph.p_vaddr;
		return true;
	}
	return false;
}

static void find_in_table(struct image *im, Elf_Scn *scn, const GElf_Shdr *sh, __u64 addr,
			  struct image_place *place)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t n = data && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

	for (size_t i = 0; i < n && !place->symbol; i++) {
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym) || GELF_ST_TYPE(sym.st_info) != STT_FUNC ||
		    addr < sym.st_value || addr - sym.st_value >= sym.st_size)
			continue;
		place->symbol = elf_strptr(im->elf, sh->sh_link, sym.st_name);
		place->offset = addr - sym.st_value;
	}
}

static void find_symbol(struct image *im, __u64 addr, struct image_place *place)
{
	static const GElf_Word types[] = {SHT_SYMTAB, SHT_DYNSYM};

	for (size_t i = 0; i < 2 && !place->symbol; i++) {
		Elf_Scn *scn = NULL;

		while ((scn = elf_nextscn(im->elf, scn))) {
			GElf_Shdr sh;

			if (gelf_getshdr(scn, &sh) && sh.sh_type == types[i])
				find_in_table(im, scn, &sh, addr, place);
		}
	}
}

/* The compilation unit of an address: by the index, or, without one, by a search in all. */
static bool find_unit(Dwarf *dwarf, __u64 addr, Dwarf_Die *die)
{
	Dwarf_CU *cu = NULL;
	uint8_t type;

	if (dwarf_addrdie(dwarf, addr, die))
		return true;
	while (!dwarf_get_units(dwarf, cu, &cu, NULL, &type, die, NULL))
		if (dwarf_haspc(die, addr) == 1)
			return true;
	return false;
}

static void find_line(struct image *im, __u64 addr, struct image_place *place)
{
	Dwarf_Line *line;
	Dwarf_Die die;
	int number;

	if (!im->dwarf || !find_unit(im->dwarf, addr, &die))
		return;
	line = dwarf_getsrc_die(&die, addr);
	if (!line || dwarf_lineno(line, &number) || number <= 0)
		return;
	place->file = dwarf_linesrc(line, NULL, NULL);
	place->line = (unsigned int)number;
}

void image__find(struct image *im, __u64 at, struct image_place *place)
{
	__u64 addr;

	memset(place, 0, sizeof(*place));
	if (!to_address(im, at, &addr))
		return;
	find_symbol(im, addr, place);
	find_line(im, addr, place);
}

void image__free(struct image *im)
{
	if (!im)
		return;
	if (im->dwarf)
		dwarf_end(im->dwarf);
	if (im->elf)
		elf_end(im->elf);
	if (im->fd >= 0)
		close(im->fd);
	free(im);
}
