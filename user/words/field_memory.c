/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of facts about shared memory: mappings, faults, accesses, calls on its files. */
#include "words/field_memory.h"

#include <sys/syscall.h>

#include "words/field_groups.h"
#include "names/ipc_names.h"
#include "words/labels.h"
#include "names/names.h"

void fields__file(struct fields *fs, const struct ev_op *op)
{
	char flags[IPC_FLAGS_LEN];

	if (op->nr == SYS_fallocate) {
		fallocate_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
	} else if (op->op == OPC_CONTROL && op->file & KEY_KNOWN) {
		seal_flags(flags, sizeof(flags), (int)op->arg);
		fields__text(fs, "flags", "%s", flags);
	}
	if (!(op->file & KEY_KNOWN))
		return;
	if (op->op == OPC_MAP)
		fields__word(fs, "prot", prot_label((unsigned int)op->cmd));
	if (op->nr == SYS_mprotect && op->bits & PROTECTF_GRANTED)
		fields__int(fs, "granted", op->granted);
	fields__word(fs, "end", end_label(op->file & KEY_ENDS));
	seal_flags(flags, sizeof(flags), (int)(op->file >> KEY_SEALS & 0xff));
	fields__text(fs, "seals", "%s", flags);
}

void fields__map(struct fields *fs, const struct fact *fact)
{
	const struct ev_map *m = &fact->rec->map;
	char flags[IPC_FLAGS_LEN];

	fs->kind = "map";
	fields__word(fs, "event", map_label(m->change));
	fields__object(fs, fact);
	if (m->fd >= 0)
		fields__int(fs, "fd", m->fd);
	if (m->nr >= 0)
		fields__word(fs, "op", syscall_name(m->nr));
	fields__text(fs, "addr", "%llx", (unsigned long long)m->addr);
	fields__int(fs, "len", (__s64)m->len);
	fields__int(fs, "offset", (__s64)m->offset);
	fields__word(fs, "prot", prot_label(m->prot));
	fields__error(fs, -(__s64)m->err);
	if (fact->at_flags) {
		shmat_flags(flags, sizeof(flags), fact->at_flags);
		fields__text(fs, "flags", "%s", flags);
	}
	if (!(m->e.flags & EVF_NO_STATE))
		fields__state(fs, FIELDS_STATE, m->obj.mech, &m->state);
}

void fields__fault(struct fields *fs, const struct fact *fact)
{
	const struct ev_fault *f = &fact->rec->fault;

	fs->kind = "fault";
	fields__word(fs, "access", f->write ? "write" : "read");
	fields__object(fs, fact);
	if (f->nr >= 0)
		fields__word(fs, "op", syscall_name(f->nr));
	fields__text(fs, "addr", "%llx", (unsigned long long)f->addr);
	fields__int(fs, "offset", (__s64)f->offset);
	if (f->pfn)
		fields__text(fs, "pfn", "%llx", (unsigned long long)f->pfn);
	fields__text(fs, "ip", "%llx", (unsigned long long)f->ip);
	if (f->denied)
		fields__bool(fs, "denied", true);
	if (f->beyond)
		fields__bool(fs, "beyond", true);
}

static void add_symbol(struct fields *fs, const struct ev_symbol *s)
{
	if (s && s->symbol[0])
		fields__text(fs, "symbol", "%s+0x%x", s->symbol, s->offset);
	if (s && s->file[0]) {
		fields__copy(fs, "file", s->file, sizeof(s->file));
		fields__int(fs, "line", s->line);
	}
}

void fields__access(struct fields *fs, const struct fact *fact)
{
	const struct ev_access *a = &fact->rec->access;

	fs->kind = "access";
	fields__word(fs, "event", access_label(a->kind));
	fields__object(fs, fact);
	if (a->nr >= 0)
		fields__word(fs, "op", syscall_name(a->nr));
	fields__int(fs, "word", a->word);
	fields__int(fs, "offset", (__s64)a->offset);
	fields__int(fs, "len", a->len);
	if (a->known)
		fields__int(fs, "was", (__s64)a->before);
	if (a->from)
		fields__int(fs, "value", (__s64)a->after);
	fields__bool(fs, "exact", FROM_IS_EXACT(a->from));
	fields__word(fs, "update", update_label(a->update));
	if (fact->access.loaded_known)
		fields__int(fs, "loaded", (__s64)fact->access.loaded);
	if (fact->access.unseen)
		fields__int(fs, "unseen", (__s64)fact->access.unseen);
	if (fact->access.over_known)
		fields__int(fs, "over", (__s64)fact->access.over);
	if (fact->access.lost_known) {
		fields__int(fs, "stores", (__s64)fact->access.stores);
		fields__int(fs, "lost", (__s64)fact->access.lost);
	} else {
		fields__unknown(fs, "stores");
		fields__unknown(fs, "lost");
	}
	if (a->kind == ACCESS_UNKNOWN || (a->kind == ACCESS_STORE && !fact->access.judged)) {
		fields__unknown(fs, "cause");
		fields__unknown(fs, "unseen");
		fields__unknown(fs, "over");
	}
	fields__text(fs, "addr", "%llx", (unsigned long long)a->addr);
	if (a->nr < 0)
		fields__text(fs, "ip", "%llx", (unsigned long long)a->ip);
	add_symbol(fs, fact->access.symbol);
}
