/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory in a few words: calls, segments, mappings, touches and accesses. */
#include <stdio.h>
#include <string.h>

#include "labels.h"
#include "names.h"
#include "phrase_shm.h"

/* As it was typed: small keys are in decimal in most programs, and in ipcs in hex. */
void phrase_shm__get(const struct ev_op *op, char *buf, size_t size)
{
	if (op->key)
		snprintf(buf, size, "shmget %#x %llu", op->key, (unsigned long long)op->arg);
	else
		snprintf(buf, size, "shmget private %llu", (unsigned long long)op->arg);
}

bool phrase_shm__object(const struct ev_object *ob, char *buf, size_t size)
{
	const struct ipc_state *st = &ob->state;
	const char *call = ob->nr >= 0 ? syscall_name(ob->nr) : NULL;

	if (ob->obj.mech != MECH_SHM)
		return false;
	switch (ob->change) {
	case OBJ_CREATED:
		snprintf(buf, size, "%s makes %llu bytes, mode %04o", call ? call : "",
			 st->v[SHM_PAGES] * 4096ull - st->v[SHM_SPARE], st->v[SHM_MODE] & 0777);
		break;
	case OBJ_MARKED:
		snprintf(buf, size, "marks it for removal");
		break;
	case OBJ_DESTROYED:
		snprintf(buf, size, "destroys it");
		break;
	default:
		snprintf(buf, size, "%s", change_label(ob->change));
	}
	return true;
}

void phrase_shm__map(const struct ev_map *m, char *buf, size_t size)
{
	static const char *const prots[] = {"none", "r", "w", "rw", "x", "rx", "wx", "rwx"};
	const char *call = m->nr >= 0 ? syscall_name(m->nr) : NULL;
	unsigned long long len = m->len;

	switch (m->change) {
	case MAP_ATTACHED:
		snprintf(buf, size, "%s %llu bytes %s", call ? call : "maps", len,
			 prots[m->prot & 7]);
		break;
	case MAP_HELD:
		snprintf(buf, size, "has %llu bytes %s", len, prots[m->prot & 7]);
		break;
	case MAP_INHERITED:
		snprintf(buf, size, "inherits %llu bytes", len);
		break;
	case MAP_DETACHED:
		snprintf(buf, size, "%s %llu bytes", call ? call : "unmaps", len);
		break;
	case MAP_CUT:
		snprintf(buf, size, "%s %llu bytes of it", call ? call : "unmaps", len);
		break;
	case MAP_EXEC_GONE:
		snprintf(buf, size, "exec drops %llu bytes", len);
		break;
	default:
		snprintf(buf, size, "exit drops %llu bytes", len);
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

static const char *kind_of(const struct ev_access *a)
{
	const char *kind = access_label(a->kind);

	return kind ? kind : "?";
}

void phrase_shm__word(const struct fact *fact, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s", kind_of(&fact->rec->access));

	add_word(fact, buf + n, size - (size_t)n);
}

void phrase_shm__access(const struct style *st, const struct fact *fact, char *buf, size_t size)
{
	const struct ev_access *a = &fact->rec->access;
	size_t n = (size_t)snprintf(buf, size, "%s", kind_of(a));

	if (a->known && a->kind != ACCESS_LOAD)
		n += (size_t)snprintf(buf + n, size - n, " %llu %s", (unsigned long long)a->before,
				      style__glyph(st, GLYPH_ARROW));
	if (a->from)
		n += (size_t)snprintf(buf + n, size - n, " %llu", (unsigned long long)a->after);
	else
		n += (size_t)snprintf(buf + n, size - n, " ?");
	add_word(fact, buf + n, size - n);
	n = strlen(buf);
	add_place(fact->access.symbol, buf + n, size - n);
}

void phrase_shm__fault(const struct ev_fault *f, char *buf, size_t size)
{
	int at = snprintf(buf, size, "%s of page %llu",
			  f->denied  ? "forbidden write"
			  : f->write ? "first write"
				     : "first read",
			  (unsigned long long)f->offset >> 12);

	if (f->nr >= 0)
		snprintf(buf + at, size - (size_t)at, " in %s", syscall_name(f->nr));
}
