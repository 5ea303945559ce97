/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory in a few words: calls, segments, mappings, touches and accesses. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "names/ipc_names.h"
#include "words/labels.h"
#include "lib/escape.h"
#include "names/names.h"
#include "text/phrase_shm.h"
#include "lib/units.h"

/* As it was typed: small keys are in decimal in most programs, and in ipcs in hex. */
static void phrase_get(const struct ev_op *op, char *buf, size_t size)
{
	char key[16] = "private", flags[IPC_FLAGS_LEN] = "";

	if (op->key)
		snprintf(key, sizeof(key), "key %#x", op->key);
	if (op->cmd)
		shmget_flags(flags, sizeof(flags), op->cmd);
	snprintf(buf, size, "shmget %s %llu%s%s", key, (unsigned long long)op->arg,
		 flags[0] ? " " : "", flags);
}

static void phrase_fallocate(const struct ev_op *op, char *buf, size_t size)
{
	char flags[IPC_FLAGS_LEN] = "";

	if (op->cmd)
		fallocate_flags(flags, sizeof(flags), op->cmd);
	snprintf(buf, size, "fallocate%s%s to %llu", flags[0] ? " " : "", flags,
		 (unsigned long long)op->arg);
}

static void phrase_seals(const struct ev_op *op, char *buf, size_t size)
{
	char seals[IPC_FLAGS_LEN];

	seal_flags(seals, sizeof(seals), (int)op->arg);
	snprintf(buf, size, "fcntl F_ADD_SEALS %s", seals);
}

bool phrase_shm__call(const struct ev_op *op, char *buf, size_t size)
{
	const char *call = syscall_name(op->nr);
	char bytes[COUNTED_LEN];

	if (op->e.flags & EVF_IO_URING || !call)
		return false;
	if (op->op == OPC_SHM_GET)
		phrase_get(op, buf, size);
	else if (op->op == OPC_MAP && op->key & KEY_KNOWN)
		snprintf(buf, size, "%s %s %s", call, counted(bytes, op->arg, "byte"),
			 prot_label((unsigned int)op->cmd));
	else if (op->op == OPC_CONTROL && op->key & KEY_KNOWN)
		phrase_seals(op, buf, size);
	else if (op->nr == SYS_fallocate)
		phrase_fallocate(op, buf, size);
	else if (op->op == OPC_TRUNCATE)
		snprintf(buf, size, "%s %lld", call, (long long)op->arg);
	else
		return false;
	return true;
}

/* What IPC_SET made of it: of the group the records do not tell. */
void phrase_shm__set(const struct ev_op *op, char *buf, size_t size)
{
	const __u32 *was = op->before.v, *is = op->after.v;
	int n = 0;

	if (op->op != OPC_SHM_CTL || op->cmd != IPC_SET || op->ret < 0 ||
	    op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER))
		return;
	if (was[SHM_MODE] != is[SHM_MODE])
		n = snprintf(buf, size, ": mode %04o to %04o", was[SHM_MODE] & 0777,
			     is[SHM_MODE] & 0777);
	if (was[SHM_UID] != is[SHM_UID])
		n += snprintf(buf + n, size - (size_t)n, "%s user %u to %u", n ? "," : ":",
			      was[SHM_UID], is[SHM_UID]);
	if (!n)
		snprintf(buf, size, ": mode and user as before");
}

bool phrase_shm__object(const struct ev_object *ob, char *buf, size_t size)
{
	const struct ipc_state *st = &ob->state;
	const char *call = ob->nr >= 0 ? syscall_name(ob->nr) : NULL;
	char bytes[COUNTED_LEN], key[24] = "no key";

	if (ob->obj.mech != MECH_SHM)
		return false;
	switch (ob->change) {
	case OBJ_CREATED:
		if (st->v[SHM_KEY])
			snprintf(key, sizeof(key), "key %#x", st->v[SHM_KEY]);
		counted(bytes, st->v[SHM_PAGES] * 4096ull - st->v[SHM_SPARE], "byte");
		snprintf(buf, size, "%s makes %s, %s, mode %04o, owner uid %u", call ? call : "",
			 bytes, key, st->v[SHM_MODE] & 0777, st->v[SHM_UID]);
		break;
	case OBJ_MARKED:
		snprintf(buf, size, "marks it for removal");
		break;
	case OBJ_DESTROYED:
		snprintf(buf, size, "%sdestroys it", st->v[SHM_PAGES] ? "exit " : "");
		break;
	default:
		snprintf(buf, size, "%s", change_label(ob->change));
	}
	return true;
}

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

/* Where an instruction is, as far as it is known: the line says more than the symbol. */
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
		snprintf(buf + n, size - n, " in %s", syscall_name(a->nr));
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

/* Read from the word when the instruction was over it is later than that: no arrow leads there. */
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
		snprintf(buf + at, size - (size_t)at, " in %s", syscall_name(f->nr));
}
