/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts ids of system calls into written records, and this machine's numbers into records that are
 * read.
 */
#include "file/calls.h"

#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

_Static_assert(offsetof(struct event, call) % 8 == 6 &&
		   offsetof(struct ev_wait, waker_call) % 8 == 6,
	       "ids are the last two of eight bytes");

/* A record's own call and that of the waker; NULL: it names none. */
struct named {
	__s16 *nr;
	__u16 *id;
};

static inline struct named own_call(union any_event *rec)
{
	__u16 *id = &rec->e.call;

	switch (rec->e.kind) {
	case EV_OP:
		return (struct named){&rec->op.nr, id};
	case EV_WAIT:
		/* i386's number is not the machine's. */
		if (rec->e.flags & EVF_COMPAT)
			return (struct named){0};
		return (struct named){&rec->wait.nr, id};
	case EV_SIGNAL_GEN:
		return (struct named){&rec->signal.sender.nr, id};
	case EV_OBJECT:
		return (struct named){&rec->object.nr, id};
	case EV_MAP:
		return (struct named){&rec->map.nr, id};
	case EV_FAULT:
		return (struct named){&rec->fault.nr, id};
	case EV_ACCESS:
		return (struct named){&rec->access.nr, id};
	default:
		return (struct named){0};
	}
}

static inline struct named waker_call(union any_event *rec)
{
	return rec->e.kind == EV_WAIT ? (struct named){&rec->wait.waker.nr, &rec->wait.waker_call}
				      : (struct named){0};
}

void calls__to_write(struct calls *c)
{
	call_ids__fill(c->ids, CALL_NUMBERS);
}

bool calls__to_read(struct calls *c, const char *machine, bool has_ids)
{
	struct utsname u;

	uname(&u);
	for (unsigned int id = 0; id < 256; id++)
		c->numbers[id] = call_ids__number((__u16)id);
	c->has_ids = has_ids;
	c->ours = !machine || !strcmp(machine, u.machine);
	c->machine = machine ? call_machine(machine) : MACHINE_UNKNOWN;
	return c->ours || (has_ids && c->machine != MACHINE_UNKNOWN &&
			   call_machine(u.machine) != MACHINE_UNKNOWN);
}

#define LAST_TWO (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 48 : 0)

/* Stores all eight bytes whose last two are an id, because the codec loads them at once and
 * would wait for a narrower store. */
static inline void put_id(const struct calls *c, struct named call)
{
	__u64 eight, id;
	char *at;

	if (!call.nr)
		return;
	id = *call.nr >= 0 && *call.nr < CALL_NUMBERS ? c->ids[*call.nr] : 0;
	at = (char *)(call.id + 1) - sizeof(eight);
	memcpy(&eight, at, sizeof(eight));
	eight = (eight & ~(0xffffULL << LAST_TWO)) | id << LAST_TWO;
	memcpy(at, &eight, sizeof(eight));
}

void calls__out(const struct calls *c, union any_event *rec)
{
	put_id(c, own_call(rec));
	if (rec->e.kind == EV_WAIT)
		put_id(c, waker_call(rec));
}

static void put_number(const struct calls *c, struct named call)
{
	__u16 id;

	if (!call.nr)
		return;
	id = c->has_ids && *call.nr >= 0 ? *call.id : 0;
	if (id && id < 256 && c->numbers[id] >= 0)
		*call.nr = c->numbers[id];
	else if (!c->ours)
		*call.nr = call_ids__foreign(c->machine, *call.nr);
	else if (*call.nr >= CALLS_HERE)
		*call.nr = CALLS_HERE; /* no call's */
	*call.id = 0;
}

void calls__in(const struct calls *c, union any_event *rec)
{
	put_number(c, own_call(rec));
	put_number(c, waker_call(rec));
}
