/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types that a BPF object uses, as separate BTF. */
#include "kern/core_types.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <gelf.h>

#define PATH_SIZE sizeof("/proc/self/fd/2147483647")

struct name {
	const char *text; /* of the object's BTF, not ended by a NUL */
	size_t len;
	__u32 kernel_id; /* of the first struct of that name; 0: none */
};

struct core_types {
	struct btf *object;
	struct name *names; /* sorted, each once */
	size_t n_names;
	struct btf *small;
	__u32 *ids; /* the kernel's to those of small; 0: not in it */
	int fd;
	char path[PATH_SIZE];
};

static bool has_name(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_TYPEDEF:
		return t->name_off != 0;
	}
	return false;
}

/* What follows three underscores is a flavor: another view of the type (libbpf's CO-RE). */
static struct name essential(const char *text)
{
	struct name name = {.text = text, .len = strlen(text)};

	for (size_t i = name.len; i-- > 1;)
		if (!strncmp(text + i, "___", 3) && text[i - 1] != '_' && text[i + 3] != '_' &&
		    text[i + 3]) {
			name.len = i;
			break;
		}
	return name;
}

static int compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->text, y->text, x->len);
}

static struct name *find(const struct core_types *ct, const char *text)
{
	struct name name = essential(text);

	return bsearch(&name, ct->names, ct->n_names, sizeof(name), compare);
}

static int read_names(struct core_types *ct)
{
	__u32 count = btf__type_cnt(ct->object);
	size_t n = 0;

	ct->names = calloc(count, sizeof(*ct->names));
	if (!ct->names)
		return -ENOMEM;
	for (__u32 id = 1; id < count; id++) {
		const struct btf_type *t = btf__type_by_id(ct->object, id);

		if (has_name(t))
			ct->names[n++] = essential(btf__name_by_offset(ct->object, t->name_off));
	}
	qsort(ct->names, n, sizeof(*ct->names), compare);
	for (size_t i = 0; i < n; i++)
		if (!ct->n_names || compare(&ct->names[ct->n_names - 1], &ct->names[i]))
			ct->names[ct->n_names++] = ct->names[i];
	return 0;
}

static struct btf *object_btf(const void *elf, size_t size)
{
	struct btf *btf = NULL;
	Elf_Scn *section = NULL;
	size_t names;
	Elf *e;

	elf_version(EV_CURRENT);
	e = elf_memory((char *)elf, size);
	if (!e || elf_getshdrstrndx(e, &names))
		goto out;
	while ((section = elf_nextscn(e, section))) {
		Elf_Data *data = elf_rawdata(section, NULL);
		const char *name;
		GElf_Shdr head;

		if (!data || !gelf_getshdr(section, &head))
			break;
		name = elf_strptr(e, names, head.sh_name);
		if (name && !strcmp(name, ".BTF")) {
			btf = btf__new(data->d_buf, (__u32)data->d_size);
			break;
		}
	}
out:
	elf_end(e);
	if (!btf)
		errno = ENOEXEC;
	return btf;
}

/* Takes a type and what it consists of, because a field's place depends on the types before it. */
static int take(struct core_types *ct, const struct btf *kernel, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(kernel, id);
	int err;

	if (!id || ct->ids[id])
		return 0;
	err = btf__add_type(ct->small, kernel, t);
	if (err < 0)
		return err;
	ct->ids[id] = (__u32)err;
	err = 0;
	if (btf_is_composite(t)) {
		for (__u32 i = 0; !err && i < btf_vlen(t); i++)
			err = take(ct, kernel, btf_members(t)[i].type);
	} else if (btf_is_array(t)) {
		err = take(ct, kernel, btf_array(t)->type);
		if (!err)
			err = take(ct, kernel, btf_array(t)->index_type);
	} else if (btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t)) {
		err = take(ct, kernel, t->type);
	}
	return err;
}

static int take_named(struct core_types *ct, const struct btf *kernel)
{
	__u32 count = btf__type_cnt(kernel);

	for (__u32 id = 1; id < count; id++) {
		const struct btf_type *t = btf__type_by_id(kernel, id);
		struct name *name;
		int err;

		if (!has_name(t))
			continue;
		name = find(ct, btf__name_by_offset(kernel, t->name_off));
		if (!name)
			continue;
		if (btf_is_struct(t) && !name->kernel_id)
			name->kernel_id = id;
		err = take(ct, kernel, id);
		if (err)
			return err;
	}
	return 0;
}

/* From the kernel's ids to those here; what was not taken is void. */
static void renumber(struct core_types *ct)
{
	for (__u32 id = 1; id < btf__type_cnt(ct->small); id++) {
		struct btf_type *t = (struct btf_type *)btf__type_by_id(ct->small, id);

		if (btf_is_composite(t)) {
			for (__u32 i = 0; i < btf_vlen(t); i++)
				btf_members(t)[i].type = ct->ids[btf_members(t)[i].type];
		} else if (btf_is_array(t)) {
			btf_array(t)->type = ct->ids[btf_array(t)->type];
			btf_array(t)->index_type = ct->ids[btf_array(t)->index_type];
		} else if (btf_is_func_proto(t)) {
			t->type = ct->ids[t->type];
			for (__u32 i = 0; i < btf_vlen(t); i++)
				btf_params(t)[i].type = ct->ids[btf_params(t)[i].type];
		} else if (btf_is_ptr(t) || btf_is_mod(t) || btf_is_typedef(t) ||
			   btf_is_type_tag(t)) {
			t->type = ct->ids[t->type];
		}
	}
}

static int write_out(struct core_types *ct)
{
	__u32 size;
	const char *raw = btf__raw_data(ct->small, &size);
	ssize_t n;

	if (!raw)
		return -ENOMEM;
	ct->fd = memfd_create("btf", MFD_CLOEXEC);
	if (ct->fd < 0)
		return -errno;
	for (; size; raw += n, size -= (__u32)n) {
		n = write(ct->fd, raw, size);
		if (n < 0)
			return -errno;
	}
	snprintf(ct->path, sizeof(ct->path), "/proc/self/fd/%d", ct->fd);
	return 0;
}

struct core_types *core_types__new(const struct btf *kernel, const void *elf, size_t size)
{
	struct core_types *ct = calloc(1, sizeof(*ct));
	int err = -ENOMEM;

	if (!ct)
		return NULL;
	ct->fd = -1;
	ct->object = object_btf(elf, size);
	if (!ct->object) {
		err = -errno;
		goto fail;
	}
	ct->small = btf__new_empty();
	ct->ids = calloc(btf__type_cnt(kernel), sizeof(*ct->ids));
	if (!ct->small || !ct->ids)
		goto fail;
	err = read_names(ct);
	if (!err)
		err = take_named(ct, kernel);
	if (!err) {
		renumber(ct);
		err = write_out(ct);
	}
	if (!err)
		return ct;
fail:
	core_types__free(ct);
	errno = -err;
	return NULL;
}

const char *core_types__path(const struct core_types *ct)
{
	return ct->path;
}

__u32 core_types__kernel_id(const struct core_types *ct, const char *name)
{
	const struct name *found = find(ct, name);

	return found ? found->kernel_id : 0;
}

void core_types__free(struct core_types *ct)
{
	if (!ct)
		return;
	if (ct->fd >= 0)
		close(ct->fd);
	btf__free(ct->small);
	btf__free(ct->object);
	free(ct->names);
	free(ct->ids);
	free(ct);
}
