/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory in a few words: mappings, touches and accesses. */
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "names/ipc_names.h"
#include "words/labels.h"
#include "lib/escape.h"
#include "names/names.h"
#include "text/phrase_shm.h"
#include "text/phrase_words.h"
#include "lib/units.h"

/* Addresses that were a mapping are none any more, or another's. */
static void phrase_cut(const struct ev_map *m, const char *bytes, char *buf, size_t size)
{
	const char *call = m->nr >= 0 ? syscall_name(m->nr) : NULL;
	const char *does = m->nr == SYS_shmat	 ? " SHM_REMAP replaces" /* nothing else can */
			   : m->nr == SYS_mmap	 ? " replaces"
			   : m->nr == SYS_mremap ? " drops"
						 : "";

	const char *part = m->change == MAP_CUT ? " of it" : "";
	const char *error = errno_name((int)m->err);

	if (m->err)
		snprintf(buf, size, "%s → %s drops %s%s all the same", call ? call : "call",
			 error ? error : "error", bytes, part);
	else
		snprintf(buf, size, "%s%s %s%s", call ? call : "unmaps", does, bytes, part);
}

/* SHM_RDONLY and SHM_EXEC are in what it may do. */
static void phrase_attach(const struct fact *fact, const char *bytes, char *buf, size_t size)
{
	const struct ev_map *m = &fact->rec->map;
	const char *call = m->nr >= 0 ? syscall_name(m->nr) : NULL;
	int bits = fact->at_flags & ~(SHM_RDONLY | SHM_EXEC);
	char flags[IPC_FLAGS_LEN] = "";

	if (bits)
		shmat_flags(flags, sizeof(flags), bits);
	snprintf(buf, size, "%s%s%s %s %s", call ? call : "maps", flags[0] ? " " : "", flags, bytes,
		 prot_label(m->prot));
}

void phrase_shm__map(const struct fact *fact, char *buf, size_t size)
{
	const struct ev_map *m = &fact->rec->map;
	char bytes[COUNTED_LEN];

	counted(bytes, m->len, "byte");
	switch (m->change) {
	case MAP_ATTACHED:
		phrase_attach(fact, bytes, buf, size);
		break;
	case MAP_HELD:
		snprintf(buf, size, "has %s %s", bytes, prot_label(m->prot));
		break;
	case MAP_INHERITED:
		snprintf(buf, size, "inherits %s", bytes);
		break;
	case MAP_PROTECTED:
		snprintf(buf, size, "mprotect %s %s", bytes, prot_label(m->prot));
		break;
	case MAP_DETACHED:
	case MAP_CUT:
		phrase_cut(m, bytes, buf, size);
		break;
	case MAP_EXEC_GONE:
		snprintf(buf, size, "exec drops %s", bytes);
		break;
	default:
		snprintf(buf, size, "exit drops %s", bytes);
	}
}

/* The place of an instruction, as far as it is known; a line tells more than a symbol. */
static void add_place(const struct ev_symbol *s, char *buf, size_t size)
{
	char name[4 * (PATH_LEN > SYMBOL_LEN ? PATH_LEN : SYMBOL_LEN)];

	if (s && s->file[0]) {
		escape_text(name, sizeof(name), s->file, strnlen(s->file, PATH_LEN));
		snprintf(buf, size, " (%s:%u)", name, s->line);
	} else if (s && s->symbol[0]) {
		escape_text(name, sizeof(name), s->symbol, strnlen(s->symbol, SYMBOL_LEN));
		snprintf(buf, size, " (%s+0x%x)", name, s->offset);
	}
}

static void add_word(const struct fact *fact, char *buf, size_t size)
{
	char name[4 * sizeof(fact->obj->name)] = "";

	buf[0] = '\0';
	if (fact->access.among == AMONG_NONE)
		return;
	if (fact->access.among == AMONG_OBJECTS && fact->obj)
		escape_text(name, sizeof(name), fact->obj->name, strlen(fact->obj->name));
	snprintf(buf, size, " at %s+%llu", name, (unsigned long long)fact->rec->access.offset);
}

/* The system call in which the kernel did it. */
static void add_call(const struct ev_access *a, char *buf, size_t size)
{
	size_t n = strlen(buf);

	if (a->nr >= 0)
		snprintf(buf + n, size - n, " in %s", phrase__call_name(a->nr));
}

static const char *kind_of(const struct ev_access *a)
{
	const char *kind = access_label(a->kind);

	return kind ? kind : "?";
}

void phrase_shm__word(const struct fact *fact, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s", kind_of(&fact->rec->access));

	add_word(fact, buf + n, size - (size_t)n);
	add_call(&fact->rec->access, buf, size);
}

/*
 * A value that was read from the word after the instruction is later than it, so no arrow leads to
 * it.
 */
static size_t add_value(const struct style *st, const struct ev_access *a, char *buf, size_t size)
{
	unsigned long long before = a->before, after = a->after;

	if (!a->from)
		return (size_t)snprintf(buf, size, " ?");
	if (a->from == FROM_MEMORY)
		return (size_t)snprintf(buf, size, ", later %llu", after);
	if (a->known && a->kind != ACCESS_LOAD)
		return (size_t)snprintf(buf, size, " %llu %s %llu", before,
					style__glyph(st, GLYPH_ARROW), after);
	return (size_t)snprintf(buf, size, " %llu", after);
}

void phrase_shm__access(const struct style *st, const struct fact *fact, char *buf, size_t size)
{
	const struct ev_access *a = &fact->rec->access;
	size_t n = (size_t)snprintf(buf, size, "%s", kind_of(a));

	n += add_value(st, a, buf + n, size - n);
	add_word(fact, buf + n, size - n);
	add_call(a, buf, size);
	n = strlen(buf);
	add_place(fact->access.symbol, buf + n, size - n);
}

void phrase_shm__fault(const struct ev_fault *f, char *buf, size_t size)
{
	int at = snprintf(buf, size, "%s%s %s page %llu",
			  f->denied   ? "forbidden "
			  : f->beyond ? ""
				      : "first ",
			  f->write ? "write" : "read", f->beyond ? "beyond the end," : "of",
			  (unsigned long long)f->offset >> 12);

	if (f->nr >= 0)
		snprintf(buf + at, size - (size_t)at, " in %s", phrase__call_name(f->nr));
}

void phrase_shm__pages(const struct touched_pages *p, bool write, int nr, char *buf, size_t size)
{
	const char *call = nr >= 0 ? syscall_name(nr) : NULL;
	bool all = p->last - p->first + 1 == p->n;
	int at =
	    snprintf(buf, size, "first %s of pages %s%llu-%llu", write ? "write" : "read",
		     all ? "" : "in ", (unsigned long long)p->first, (unsigned long long)p->last);

	if (!all)
		at += snprintf(buf + at, size - (size_t)at, ": %llu of them",
			       (unsigned long long)p->n);
	if (call)
		snprintf(buf + at, size - (size_t)at, " in %s", call);
}
