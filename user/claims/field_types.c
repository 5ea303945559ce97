// SPDX-License-Identifier: GPL-2.0
/*
 * Which fields a fact of a kind can have, and of which types.
 *
 * Calls fact__fields() itself, with facts that have everything a fact can have, because a list of
 * names would go stale. A misspelt field in a never line would be a test that cannot fail.
 */
#include "claims/field_types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "names/mech.h"
#include "names/names.h"
#include "names/opclass.h"
#include "timeline/mech_ops.h"
#include "words/labels.h"

/* What is optional, in turns: each variant has some of what excludes each other. */
struct variant {
	__u8 mech;
	__s16 nr;
	__u8 ctx;
	__s32 code;   /* of an exit */
	__s32 result; /* of an operation */
	__u8 op;
	__u8 reason;
	__s32 cmd;
	__u8 bits;  /* ev_op.bits */
	__u8 flags; /* EVF_* */
};

struct full_fact {
	struct object obj;
	union any_event rec;
	struct fact fact;
};

static void fill_waker(struct ev_waker *w, const struct variant *v)
{
	*w = (struct ev_waker){.pid = 1,
			       .tid = 1,
			       .fd = 1,
			       .nr = SYS_write,
			       .ctx = v->ctx,
			       .sig = 1,
			       .obj = {.id = 1, .mech = v->mech},
			       .comm = "x"};
}

/* A state of which everything is told that its mechanism makes of one. */
static struct ipc_state full_state(__u8 mech)
{
	struct ipc_state st = {{0}};

	if (mech_ops__get(mech)->full_state)
		mech_ops__get(mech)->full_state(&st);
	if (mech__has(mech, MT_ENDS))
		st.v[PIPE_READERS] = 1;
	return st;
}

static void fill_record(union any_event *rec, enum fact_kind kind, const struct variant *v)
{
	const struct ipc_object obj = {.id = 1, .mech = v->mech};

	memset(rec, 0, sizeof(*rec));
	switch (kind) {
	case FACT_OP:
		rec->op = (struct ev_op){.ret = v->result,
					 .obj = obj,
					 .after = full_state(v->mech),
					 .before.v[SEM_NSEMS] = 1,
					 .fd = 1,
					 .cmd = v->cmd,
					 .nr = v->nr,
					 .op = v->op,
					 .bits = v->bits,
					 .key = KEY_KNOWN | END_READ,
					 .number = 1,
					 .e.flags = v->flags};
		break;
	case FACT_BLOCK:
	case FACT_WAKE:
		rec->wait = (struct ev_wait){.woken = 1,
					     .obj = obj,
					     .e.flags = v->flags,
					     .state = full_state(v->mech),
					     .fd = 1,
					     .nr = v->nr,
					     .op = v->op,
					     .reason = v->reason,
					     .value = 1,
					     .last = LAST_GONE};
		fill_waker(&rec->wait.waker, v);
		break;
	case FACT_SIGNAL:
	case FACT_DELIVER:
		rec->signal = (struct ev_signal){.sig = 1, .fatal = 1, .zombie = CHILD_ZOMBIE};
		fill_waker(&rec->signal.sender, v);
		break;
	case FACT_FORK:
	case FACT_EXEC:
	case FACT_RENAME:
	case FACT_TASK:
	case FACT_EXIT:
		rec->life = (struct ev_life){
		    .code = v->code, .comm = "x", .path = "x", .inner_pid = 1, .inner_tid = 1};
		break;
	case FACT_OBJECT:
		rec->object = (struct ev_object){.obj = obj,
						 .file = 1,
						 .fd = v->result < 0 ? v->result : 1,
						 .nr = v->nr,
						 .change = v->result < 0 ? OBJ_REFUSED : OBJ_OPENED,
						 .forced = 1,
						 .end = END_READ,
						 .owned = 1,
						 .path = "x"};
		break;
	case FACT_MAP:
		rec->map = (struct ev_map){
		    .obj = obj, .fd = 1, .nr = v->nr, .change = MAP_ATTACHED, .err = 1};
		break;
	case FACT_FAULT:
		rec->fault =
		    (struct ev_fault){.obj = obj, .pfn = 1, .nr = v->nr, .denied = 1, .beyond = 1};
		break;
	case FACT_ACCESS:
		rec->access = (struct ev_access){.obj = obj,
						 .nr = v->nr,
						 .kind = ACCESS_STORE,
						 .known = 1,
						 .from = FROM_MOVE,
						 .update = UPDATE_ATOMIC};
		break;
	case FACT_LOST:
	case FACT_WATCH:
		break;
	}
}

static const struct actor one = {.pid = 1, .tid = 1, .comm = "x", .inner_pid = 1, .inner_tid = 1};

static const struct object watched = {.name = "x"};

static const struct watch watch = {.obj = &watched};

static const struct makers makers = {.made = 1};

static const struct ev_symbol symbol = {.symbol = "x", .file = "x"};

static void fill(struct full_fact *f, enum fact_kind kind, const struct variant *v)
{
	memset(&f->obj, 0, sizeof(f->obj));
	f->obj.key = (struct ipc_object){.id = 1, .mech = v->mech};
	memcpy(f->obj.name, "x", 2);
	f->obj.state_known = true;
	f->obj.state = full_state(v->mech);
	memcpy(f->obj.wanted, "x", 2);
	fill_record(&f->rec, kind, v);
	f->fact = (struct fact){
	    .kind = kind,
	    .who = one,
	    .ignored_by = one,
	    .obj = &f->obj,
	    .rec = &f->rec,
	    .at_flags = 1,
	    .watches = &watch,
	    .n_watches = 1,
	    .makers = &makers,
	    .access = {.symbol = &symbol,
		       .loaded_known = true,
		       .lost_known = true,
		       .over_known = true,
		       .unseen = 1},
	    .cause = {.kind = CAUSE_SIGNALLED,
		      .by_known = true,
		      .by = one,
		      .nr = SYS_write,
		      .fd = 1,
		      .sig = 1,
		      .terminal = true,
		      .change = OBJ_CLOSED,
		      .bytes = 1,
		      .amount = 1,
		      .t = 1,
		      .obj = &f->obj},
	};
}

#define FIELDS_OF_KIND 320

/* What the facts of a kind can have, found once. */
struct known {
	bool filled;
	size_t n;
	struct {
		const char *name; /* as struct field has it: it stays */
		unsigned int types;
	} f[FIELDS_OF_KIND];
};

static void add_type(struct known *k, const struct field *f)
{
	size_t i = 0;

	while (i < k->n && strcmp(k->f[i].name, f->name) != 0)
		i++;
	if (i == FIELDS_OF_KIND)
		return;
	if (i == k->n)
		k->f[k->n++].name = f->name;
	k->f[i].types |= 1U << f->type;
}

static void add_variant(struct known *k, enum fact_kind kind, const struct variant *v)
{
	struct full_fact full;
	struct fields fs;

	fill(&full, kind, v);
	fact__fields(&full.fact, &fs);
	for (size_t i = 0; i < fs.n; i++)
		add_type(k, &fs.f[i]);
}

/* Adds the fields of a call that succeeds and that fails, on an object of its mechanism, or of each that has descriptors. */
static void add_call(struct known *k, const char *call)
{
	int nr = syscall_number(call);
	struct variant v = {.nr = (__s16)nr, .op = (__u8)op_class_of(nr), .ctx = WAKE_TASK};
	unsigned int own = op_class__mech(v.op);

	for (unsigned int mech = 1; nr >= 0 && mech <= (__u8)~0; mech++) {
		if (own ? mech != own : !mech__has(mech, MT_FD))
			continue;
		v.mech = (__u8)mech;
		for (v.result = -1; v.result <= 0; v.result++)
			add_variant(k, FACT_OP, &v);
	}
}

/* What the rows of abi/ give by themselves: each call, and each reason to sleep. */
static void add_rows(struct known *k, enum fact_kind kind)
{
	struct variant v = {.nr = SYS_read, .ctx = WAKE_TASK};
	unsigned int traits;
	const char *call;

	for (unsigned int i = 0; kind == FACT_OP && (call = op_call__row(i, &traits)); i++)
		add_call(k, call);
	for (unsigned int id = 1; (kind == FACT_BLOCK || kind == FACT_WAKE) && id < 64; id++) {
		if (!reason__get(id))
			continue;
		v.reason = (__u8)id;
		v.mech = reason__get(id)->mech;
		add_variant(k, kind, &v);
	}
}

static void add_all(struct known *k, enum fact_kind kind)
{
	static const struct variant variants[] = {
	    /* by name, died of a signal, failed */
	    {0, SYS_fcntl, WAKE_SIGNAL, 1, -1, OPC_READ, WAIT_PIPE_FULL, 0, 0, 0},
	    /* by number, exited, came through */
	    {0, SYS_ioctl, WAKE_TASK, 256, 256, OPC_READ, WAIT_PIPE_FULL, 0, 0, 0},
	    {0, SYS_shmget, WAKE_TASK, 256, 256, OPC_SHM_GET, WAIT_SEM_VALUE, 0, 0, 0},
	    {0, SYS_fallocate, WAKE_TASK, 256, -1, OPC_MAP, WAIT_FUTEX, 0, 0, 0},
	    {0, SYS_mprotect, WAKE_TASK, 256, -1, OPC_MAP, WAIT_FUTEX, 0, PROTECTF_GRANTED, 0},
	    {0, SYS_futex, WAKE_TASK, 256, 256, OPC_FUTEX, WAIT_FUTEX, 0, 0, 0},
	    {.nr = -1, .reason = WAIT_STOPPED},
	    {.nr = SYS_semop, .op = OPC_SEM_OP, .flags = EVF_NO_STATE},
	    {.nr = SYS_openat, .op = OPC_OPEN, .reason = WAIT_FIFO_PARTNER, .flags = EVF_BEFORE},
	    {.nr = SYS_semctl, .op = OPC_SEM_CTL, .cmd = IPC_SET, .bits = SEMF_PERM},
	    {.nr = SYS_semctl, .op = OPC_SEM_CTL, .cmd = IPC_RMID, .bits = SEMF_ASLEEP},
	    {.nr = SYS_msgrcv, .op = OPC_MSG_RECEIVE, .reason = WAIT_MSG_NONE},
	    {.nr = SYS_msgsnd, .op = OPC_MSG_SEND, .reason = WAIT_MSG_FULL},
	    {.nr = SYS_poll, .op = OPC_POLL, .reason = WAIT_PIPE_POLL},
	    {.nr = SYS_msgget, .op = OPC_MSG_GET, .bits = LIMIT_IDS},
	    {.nr = SYS_fcntl,
	     .op = OPC_CONTROL,
	     .result = -EPERM,
	     .cmd = F_SETPIPE_SZ,
	     .bits = PIPEF_SOFT},
	    {.nr = SYS_read, .op = OPC_READ, .bits = NUMBERF_KNOWN},
	    {.nr = SYS_shutdown, .op = OPC_SHUTDOWN, .cmd = 7},
	    {.nr = SYS_setsockopt, .op = OPC_SETSOCKOPT, .cmd = SO_SNDBUF},
	    {.nr = SYS_epoll_ctl, .op = OPC_EPOLL_CTL, .bits = EPOLLF_ASKED},
	    {.nr = SYS_msgctl, .op = OPC_MSG_CTL, .cmd = IPC_SET, .bits = MSGF_PERM},
	    {.nr = SYS_msgctl, .op = OPC_MSG_CTL, .cmd = IPC_RMID, .bits = MSGF_ASLEEP},
	};
	struct variant v;
	unsigned int mech;
	size_t i;

	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		for (mech = 1; mech <= (__u8)~0; mech++) {
			if (!mech__get(mech))
				continue;
			v = variants[i];
			v.mech = (__u8)mech;
			add_variant(k, kind, &v);
		}
	}
	add_rows(k, kind);
	k->filled = true;
}

static unsigned int types_called(const struct known *k, const char *before, const char *name,
				 const char *behind)
{
	char full[96];

	snprintf(full, sizeof(full), "%s%s%s", before, name, behind);
	for (size_t i = 0; i < k->n; i++)
		if (!strcmp(k->f[i].name, full))
			return k->f[i].types;
	return 0;
}

/* By each of the names that fields__get() takes. */
unsigned int field_types(enum fact_kind kind, const char *name)
{
	static struct known kinds[FACT_WATCH + 1];
	struct known *k = &kinds[kind];

	if (!k->filled)
		add_all(k, kind);
	return types_called(k, "", name, "") | types_called(k, "", name, ".kind") |
	       types_called(k, "after.", name, "") | types_called(k, "state.", name, "");
}
