/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of a record and the values that they are given instead of their own. */
#include "mutation_field.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <linux/types.h>

#include "names/opclass.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Besides these, a number becomes one more and one less, if its field may be any number. */
#define VALUES 12

struct field {
	__u8 kind;
	__u8 size;
	bool any_number;
	__u16 offset;
	const char *name;
	__u8 n_values;
	__s64 value[VALUES];
};

#define FIELD(kind, type, member, any, ...)                                                        \
	{                                                                                          \
		kind, sizeof(((struct type *)0)->member), any, offsetof(struct type, member),      \
		    #member, COUNT(((__s64[]){__VA_ARGS__})),                                      \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define STATE(kind, type, member)                                                                  \
	FIELD(kind, type, member.v[PIPE_USED], true, 0),                                           \
	    FIELD(kind, type, member.v[PIPE_SLOTS], true, 0),                                      \
	    FIELD(kind, type, member.v[PIPE_BYTES], true, 0),                                      \
	    FIELD(kind, type, member.v[PIPE_READERS], true, 0),                                    \
	    FIELD(kind, type, member.v[PIPE_WRITERS], true, 0)
#define SOMEBODY(kind, type, member)                                                               \
	FIELD(kind, type, member.ctx, false, WAKE_NONE, WAKE_TASK, WAKE_SIGNAL, WAKE_TIMER,        \
	      WAKE_IRQ, WAKE_EXIT),                                                                \
	    FIELD(kind, type, member.nr, false, SYS_read, SYS_write, SYS_close, SYS_fcntl,         \
		  SYS_kill),                                                                       \
	    FIELD(kind, type, member.obj.id, true, 0),                                             \
	    FIELD(kind, type, member.obj.mech, false, MECH_NONE),                                  \
	    FIELD(kind, type, member.comm[0], true, 'x'),                                          \
	    FIELD(kind, type, member.sig, false, SIGUSR1)

static const struct field fields[] = {
    FIELD(EV_OP, ev_op, ret, true, 0, 1, -EPIPE, -EAGAIN, -EBADF, -EINVAL, -512),
    FIELD(EV_OP, ev_op, nr, false, SYS_read, SYS_write, SYS_lseek, SYS_splice),
    FIELD(EV_OP, ev_op, arg, true, 0),
    FIELD(EV_OP, ev_op, cmd, true, 0, F_SETPIPE_SZ),
    FIELD(EV_OP, ev_op, type, true, 0),
    FIELD(EV_OP, ev_op, obj.id, true, 0),
    FIELD(EV_OP, ev_op, e.flags, false, 0, EVF_NONBLOCK, EVF_PACKET, EVF_NO_STATE, EVF_SLEPT),
    STATE(EV_OP, ev_op, before),
    STATE(EV_OP, ev_op, after),
    FIELD(EV_WAIT, ev_wait, reason, false, WAIT_UNKNOWN, WAIT_PIPE_EMPTY, WAIT_PIPE_FULL,
	  WAIT_PIPE_MUTEX, WAIT_FIFO_PARTNER, WAIT_PIPE_POLL, WAIT_EPOLL_EVENT),
    FIELD(EV_WAIT, ev_wait, nr, false, SYS_read, SYS_write, SYS_poll),
    FIELD(EV_WAIT, ev_wait, obj.id, true, 0),
    FIELD(EV_WAIT, ev_wait, woken, false, 0),
    STATE(EV_WAIT, ev_wait, state),
    STATE(EV_WAIT, ev_wait, state_woken),
    SOMEBODY(EV_WAIT, ev_wait, waker),
    FIELD(EV_SIGNAL_GEN, ev_signal, sig, false, SIGPIPE, SIGTERM, SIGUSR1),
    FIELD(EV_SIGNAL_GEN, ev_signal, result, false, 0, 1, 2, 3, 4),
    FIELD(EV_SIGNAL_GEN, ev_signal, code, false, 0, 128),
    SOMEBODY(EV_SIGNAL_GEN, ev_signal, sender),
    FIELD(EV_SIGNAL_DELIVER, ev_signal, sig, false, SIGPIPE, SIGTERM, SIGUSR1),
    FIELD(EV_SIGNAL_DELIVER, ev_signal, fatal, false, 0, SIGPIPE, SIGTERM),
    FIELD(EV_SIGNAL_DELIVER, ev_signal, handler, false, 0, 1, 4096),
    FIELD(EV_FORK, ev_life, child_pid, true, 0),
    FIELD(EV_FORK, ev_life, child_tid, true, 0),
    FIELD(EV_EXEC, ev_life, comm[0], false, 'x'),
    FIELD(EV_RENAME, ev_life, comm[0], false, 'x'),
    FIELD(EV_TASK, ev_life, comm[0], false, 'x'),
    FIELD(EV_TASK, ev_life, last, false, 0, 1),
    FIELD(EV_EXIT, ev_life, code, false, 0, 1 << 8, SIGPIPE, SIGTERM, SIGPIPE | 0x80),
    FIELD(EV_OBJECT, ev_object, change, false, OBJ_CREATED, OBJ_OPENED, OBJ_HELD, OBJ_INHERITED,
	  OBJ_DUPLICATED, OBJ_RECEIVED, OBJ_CLOSED, OBJ_EXIT_CLOSED, OBJ_RELEASED, OBJ_SENT),
    FIELD(EV_OBJECT, ev_object, end, false, END_READ, END_WRITE, END_READ | END_WRITE),
    FIELD(EV_OBJECT, ev_object, released, false, 0, 1),
    FIELD(EV_OBJECT, ev_object, refs, true, 0),
    FIELD(EV_OBJECT, ev_object, obj.id, true, 0),
    FIELD(EV_OBJECT, ev_object, file, true, 0),
    STATE(EV_OBJECT, ev_object, state),
    FIELD(EV_MAP, ev_map, change, false, MAP_ATTACHED, MAP_HELD, MAP_INHERITED, MAP_DETACHED,
	  MAP_CUT, MAP_EXEC_GONE, MAP_EXIT_GONE),
    FIELD(EV_MAP, ev_map, obj.id, true, 0),
    FIELD(EV_MAP, ev_map, nr, false, -1, SYS_shmat, SYS_munmap),
    FIELD(EV_MAP, ev_map, len, true, 0),
    FIELD(EV_MAP, ev_map, offset, true, 0),
    FIELD(EV_MAP, ev_map, prot, false, 1, 2, 3),
    STATE(EV_MAP, ev_map, state),
    FIELD(EV_FAULT, ev_fault, obj.id, true, 0),
    FIELD(EV_FAULT, ev_fault, offset, true, 0),
    FIELD(EV_FAULT, ev_fault, pfn, true, 0),
    FIELD(EV_FAULT, ev_fault, write, false, 0, 1),
    FIELD(EV_FAULT, ev_fault, denied, false, 0, 1),
    FIELD(EV_FAULT, ev_fault, beyond, false, 0, 1),
    FIELD(EV_ACCESS, ev_access, kind, false, ACCESS_LOAD, ACCESS_STORE, ACCESS_UNKNOWN),
    FIELD(EV_ACCESS, ev_access, obj.id, true, 0),
    FIELD(EV_ACCESS, ev_access, before, true, 0),
    FIELD(EV_ACCESS, ev_access, after, true, 0),
    FIELD(EV_ACCESS, ev_access, from, false, FROM_NOTHING, FROM_MOVE),
    FIELD(EV_ACCESS, ev_access, update, false, UPDATE_NONE, UPDATE_PLAIN, UPDATE_ATOMIC),
};

/* After the plain fields: who did it, who woke it, how long it slept. */
enum { WHO, BY_WHOM, HOW_LONG, SPECIAL };

unsigned int field__count(void)
{
	return COUNT(fields) + SPECIAL;
}

void cast__add(struct cast *cast, const union any_event *rec)
{
	const struct ipc_object *obj = rec->e.kind == EV_OP	  ? &rec->op.obj
				       : rec->e.kind == EV_OBJECT ? &rec->object.obj
								  : NULL;
	unsigned int i;

	for (i = 0; i < cast->n_tasks && cast->task[i].tid != rec->e.tid; i++)
		;
	if (i == cast->n_tasks && i < CAST_MAX && rec->e.tid) {
		cast->task[i].pid = rec->e.pid;
		cast->task[cast->n_tasks++].tid = rec->e.tid;
	}
	if (i < CAST_MAX && rec->e.kind == EV_RENAME)
		memcpy(cast->task[i].comm, rec->life.comm, COMM_LEN);
	if (!obj || !obj->mech)
		return;
	for (i = 0; i < cast->n_objects; i++)
		if (!memcmp(&cast->object[i], obj, sizeof(*obj)))
			return;
	if (i < CAST_MAX)
		cast->object[cast->n_objects++] = *obj;
}

static enum changed change_actor(union any_event *rec, unsigned int special, unsigned int v,
				 const struct cast *cast, char *what, size_t size)
{
	struct ev_waker *by = rec->e.kind == EV_WAIT	     ? &rec->wait.waker
			      : rec->e.kind == EV_SIGNAL_GEN ? &rec->signal.sender
							     : NULL;
	__u32 *pid = special == WHO ? &rec->e.pid : by ? &by->pid : NULL;
	__u32 *tid = special == WHO ? &rec->e.tid : by ? &by->tid : NULL;

	if (v >= cast->n_tasks)
		return CHANGED_END;
	if (!tid || *tid == cast->task[v].tid)
		return CHANGED_NO;
	*pid = cast->task[v].pid;
	*tid = cast->task[v].tid;
	snprintf(what, size, "%s task %u", special == WHO ? "of" : "by", v + 1);
	return CHANGED_YES;
}

static enum changed change_special(union any_event *rec, unsigned int special, unsigned int v,
				   const struct cast *cast, char *what, size_t size)
{
	if (special != HOW_LONG)
		return change_actor(rec, special, v, cast, what, size);
	if (v)
		return CHANGED_END;
	if (rec->e.kind != EV_WAIT || rec->wait.woken <= rec->wait.slept + 1)
		return CHANGED_NO;
	rec->wait.woken = rec->wait.slept + 1;
	snprintf(what, size, "slept=1ns");
	return CHANGED_YES;
}

static __s64 get(const union any_event *rec, const struct field *f)
{
	const char *at = (const char *)rec + f->offset;
	__s64 value = 0;

	memcpy(&value, at, f->size); /* little-endian */
	switch (f->size) {
	case 1:
		return (__u8)value;
	case 2:
		return (__s16)value;
	case 4:
		return (__s32)value;
	default:
		return value;
	}
}

enum changed field__change(union any_event *rec, unsigned int f, unsigned int v,
			   const struct cast *cast, char *what, size_t size)
{
	const struct field *fd;
	__s64 old, value;

	if (f >= COUNT(fields))
		return change_special(rec, f - COUNT(fields), v, cast, what, size);
	fd = &fields[f];
	if (rec->e.kind != fd->kind || v >= fd->n_values + (fd->any_number ? 2u : 0u))
		return CHANGED_END;
	old = get(rec, fd);
	value = v < fd->n_values ? fd->value[v] : v == fd->n_values ? old + 1 : old - 1;
	if (value == old)
		return CHANGED_NO;
	memcpy((char *)rec + fd->offset, &value, fd->size);
	if (fd->kind == EV_OP && fd->offset == offsetof(struct ev_op, nr))
		rec->op.op = op_class_of(rec->op.nr);
	if (fd->kind == EV_WAIT && fd->offset == offsetof(struct ev_wait, nr))
		rec->wait.op = op_class_of(rec->wait.nr);
	snprintf(what, size, "%s=%lld, not %lld", fd->name, (long long)value, (long long)old);
	return CHANGED_YES;
}

/* With objects of its mechanism, in a recording that has such. */
static const struct stranger {
	const char *what;
	__u8 mech;
	union any_event rec;
} strangers[] = {
#define OP(call, result)                                                                           \
	{                                                                                          \
		.op = {.e = {.size = sizeof(struct ev_op), .kind = EV_OP},                         \
		       .nr = SYS_##call,                                                           \
		       .fd = 9,                                                                    \
		       .ret = result }                                                             \
	}
#define WAIT(call, why)                                                                            \
	{                                                                                          \
		.wait = {                                                                          \
			.e = {.size = sizeof(struct ev_wait), .kind = EV_WAIT},                    \
			.nr = SYS_##call,                                                          \
			.fd = 9,                                                                   \
			.reason = why                                                              \
		}                                                                                  \
	}
#define OBJECT(how, which)                                                                         \
	{                                                                                          \
		.object = {                                                                        \
			.e = {.size = sizeof(struct ev_object), .kind = EV_OBJECT},                \
			.refs = 1,                                                                 \
			.fd = 9,                                                                   \
			.change = how,                                                             \
			.end = which                                                               \
		}                                                                                  \
	}
#define SIGNAL(when, number, dies)                                                                 \
	{                                                                                          \
		.signal = {                                                                        \
			.e = {.size = sizeof(struct ev_signal), .kind = when},                     \
			.sig = number,                                                             \
			.fatal = dies                                                              \
		}                                                                                  \
	}
#define MAPPING(how)                                                                               \
	{                                                                                          \
		.map = {.e = {.size = sizeof(struct ev_map), .kind = EV_MAP},                      \
			.len = 4096,                                                               \
			.fd = -1,                                                                  \
			.nr = -1,                                                                  \
			.change = how }                                                            \
	}
/* clang-format off */
#define ACCESS(how, what)                                                                          \
	{                                                                                          \
		.access = {                                                                        \
			.e = {.size = sizeof(struct ev_access), .kind = EV_ACCESS},                \
			.after = what,                                                             \
			.len = 4,                                                                  \
			.kind = how,                                                               \
			.from = FROM_MOVE,                                                         \
			.nr = -1                                                                   \
		}                                                                                  \
	}
    /* clang-format on */
    {"a read", MECH_PIPE, OP(read, 1)},
    {"an end of file", MECH_PIPE, OP(read, 0)},
    {"a write", MECH_PIPE, OP(write, 1)},
    {"a failed write", MECH_PIPE, OP(write, -EPIPE)},
    {"a sleep, pipe full", MECH_PIPE, WAIT(write, WAIT_PIPE_FULL)},
    {"a sleep, pipe empty", MECH_PIPE, WAIT(read, WAIT_PIPE_EMPTY)},
    {"a read end closed", MECH_PIPE, OBJECT(OBJ_CLOSED, END_READ)},
    {"a write end closed", MECH_PIPE, OBJECT(OBJ_CLOSED, END_WRITE)},
    {"a read end inherited", MECH_PIPE, OBJECT(OBJ_INHERITED, END_READ)},
    {"a write end inherited", MECH_PIPE, OBJECT(OBJ_INHERITED, END_WRITE)},
    {"a SIGPIPE", MECH_PIPE, SIGNAL(EV_SIGNAL_GEN, SIGPIPE, 0)},
    {"a SIGPIPE delivered", MECH_PIPE, SIGNAL(EV_SIGNAL_DELIVER, SIGPIPE, 0)},
    {"a SIGPIPE delivered, fatal", MECH_PIPE, SIGNAL(EV_SIGNAL_DELIVER, SIGKILL, SIGPIPE)},
    {"a segment made", MECH_SHM, OBJECT(OBJ_CREATED, 0)},
    {"a segment marked", MECH_SHM, OBJECT(OBJ_MARKED, 0)},
    {"a segment destroyed", MECH_SHM, OBJECT(OBJ_DESTROYED, 0)},
    {"a load", MECH_SHM, ACCESS(ACCESS_LOAD, 0)},
    {"a store", MECH_SHM, ACCESS(ACCESS_STORE, 1)},
    {"a shmat", MECH_SHM, OP(shmat, 1)},
    {"a shmdt", MECH_SHM, OP(shmdt, 0)},
    {"a futex call", MECH_SHM, OP(futex, 0)},
    {"a sleep on a futex", MECH_SHM, WAIT(futex, WAIT_FUTEX)},
    {"a sleep", MECH_SHM, WAIT(nanosleep, WAIT_UNKNOWN)},
    {"a read of a segment", MECH_SHM, OP(read, 1)},
    {"a write of a segment", MECH_SHM, OP(write, 1)},
    {"an attach inherited", MECH_SHM, MAPPING(MAP_INHERITED)},
    {"an attach gone at exit", MECH_SHM, MAPPING(MAP_EXIT_GONE)},
    {"a set marked", MECH_SEM, OBJECT(OBJ_MARKED, 0)},
    {"a set destroyed", MECH_SEM, OBJECT(OBJ_DESTROYED, 0)},
    {"a semop", MECH_SEM, OP(semop, 0)},
    {"an undo",
     MECH_SEM,
     {.op = {.e = {.size = sizeof(struct ev_op), .kind = EV_OP},
	     .nr = -1,
	     .fd = -1,
	     .op = OPC_SEM_UNDO}}},
    {"a sleep on a semaphore", MECH_SEM, WAIT(semop, WAIT_SEM_VALUE)},
    {"a queue destroyed", MECH_MSG, OBJECT(OBJ_DESTROYED, 0)},
    {"a msgsnd", MECH_MSG, OP(msgsnd, 0)},
    {"a msgrcv", MECH_MSG, OP(msgrcv, 1)},
    {"a sleep in msgrcv", MECH_MSG, WAIT(msgrcv, WAIT_MSG_NONE)},
    {"a sleep in msgsnd", MECH_MSG, WAIT(msgsnd, WAIT_MSG_FULL)},
    {"an mq_send", MECH_MQ, OP(mq_timedsend, 0)},
    {"an mq_receive", MECH_MQ, OP(mq_timedreceive, 1)},
    {"a sleep in mq_receive", MECH_MQ, WAIT(mq_timedreceive, WAIT_MQ_EMPTY)},
    {"a sleep in mq_send", MECH_MQ, WAIT(mq_timedsend, WAIT_MQ_FULL)},
    {"a read of a socket", MECH_SOCK, OP(read, 1)},
    {"a write of a socket", MECH_SOCK, OP(write, 1)},
    {"an accept", MECH_SOCK, OP(accept, 1)},
    {"a sleep in read", MECH_SOCK, WAIT(read, WAIT_SOCK_EMPTY)},
    {"a sleep in sendto", MECH_SOCK, WAIT(sendto, WAIT_SOCK_PEER_FULL)},
    {"a sleep in connect", MECH_SOCK, WAIT(connect, WAIT_SOCK_BACKLOG)},
    {"an end closed", MECH_SOCK, OBJECT(OBJ_CLOSED, END_READ | END_WRITE)},
};

/* Which of the cast's objects of a mechanism; NULL: it has not so many. */
static const struct ipc_object *object_of(const struct cast *cast, __u8 mech, unsigned int nth)
{
	for (unsigned int i = 0; i < cast->n_objects; i++)
		if (cast->object[i].mech == mech && !nth--)
			return &cast->object[i];
	return NULL;
}

static void woken_by(struct ev_wait *w, const struct cast *cast, unsigned int task)
{
	w->woken = 1;
	w->e.ts = 2;
	w->waker.ctx = WAKE_TASK;
	w->waker.pid = cast->task[task].pid;
	w->waker.tid = cast->task[task].tid;
	memcpy(w->waker.comm, cast->task[task].comm, COMM_LEN);
}

/* A sleep ends by each of the tasks in turn, as v counts them. */
static void dress(union any_event *rec, const struct ipc_object *obj, const struct cast *cast,
		  unsigned int by)
{
	switch (rec->e.kind) {
	case EV_OP:
		rec->op.obj = *obj;
		if (rec->op.nr >= 0)
			rec->op.op = op_class_of(rec->op.nr);
		if (obj->mech == MECH_PIPE)
			rec->op.before.v[PIPE_SLOTS] = rec->op.after.v[PIPE_SLOTS] = 16;
		break;
	case EV_WAIT:
		if (rec->wait.reason)
			rec->wait.obj = *obj;
		rec->wait.op = op_class_of(rec->wait.nr);
		woken_by(&rec->wait, cast, by);
		break;
	case EV_OBJECT:
		rec->object.obj = *obj;
		break;
	case EV_MAP:
		rec->map.obj = *obj;
		break;
	case EV_ACCESS:
		rec->access.obj = *obj;
		break;
	}
}

bool stranger__make(union any_event *rec, unsigned int v, const struct cast *cast, char *what,
		    size_t size)
{
	for (size_t kind = 0; kind < COUNT(strangers); kind++) {
		const struct stranger *s = &strangers[kind];
		const unsigned int n_by = s->rec.e.kind == EV_WAIT ? cast->n_tasks : 1;
		const struct ipc_object *obj;

		for (unsigned int nth = 0; (obj = object_of(cast, s->mech, nth)); nth++) {
			if (v >= cast->n_tasks * n_by) {
				v -= cast->n_tasks * n_by;
				continue;
			}
			*rec = s->rec;
			rec->e.pid = cast->task[v / n_by].pid;
			rec->e.tid = cast->task[v / n_by].tid;
			dress(rec, obj, cast, v % n_by);
			snprintf(what, size, "%s of task %u, object %u", s->what, v / n_by + 1,
				 nth + 1);
			return true;
		}
	}
	return false;
}
