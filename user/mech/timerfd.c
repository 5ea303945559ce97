/* SPDX-License-Identifier: GPL-2.0 */
/* timerfds: what the stages call, and their calls and sleeps as fields. */
#include "mech/timerfd.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "lib/units.h"
#include "mech/mechs.h"
#include "names/mech.h"
#include "names/names.h"
#include "names/opclass.h"
#include "words/field_call.h"
#include "words/field_groups.h"

#define FLAGS_LEN 64

/* Such a call fails on another object, whose words are others. */
static bool sets(const struct ev_op *op)
{
	return op->nr == SYS_timerfd_settime && op->obj.mech == MECH_TIMERFD;
}

static bool sets_or_gets(const struct ev_op *op)
{
	return sets(op) || (op->nr == SYS_timerfd_gettime && op->obj.mech == MECH_TIMERFD);
}

static bool has_arg(const struct ev_op *op)
{
	return !sets_or_gets(op) && !(op->bits & OPF_NO_ARG);
}

static void flags_field(struct fields *fs, unsigned int flags)
{
	unsigned int rest = flags & ~(unsigned int)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	char buf[FLAGS_LEN], more[16] = "";

	if (rest)
		snprintf(more, sizeof(more), "|%#x", rest);
	snprintf(buf, sizeof(buf), "%s%s%s", flags & TFD_TIMER_ABSTIME ? "|TFD_TIMER_ABSTIME" : "",
		 flags & TFD_TIMER_CANCEL_ON_SET ? "|TFD_TIMER_CANCEL_ON_SET" : "", more);
	fields__copy(fs, "flags", flags ? buf + 1 : "0", sizeof(buf) - 1);
}

static void expiry_fields(struct fields *fs, const struct ipc_state *st)
{
	struct expiry e;

	if (!mech__expiry(MECH_TIMERFD, st, &e))
		return;
	fields__int(fs, "due", (__s64)e.due);
	fields__int(fs, "interval", (__s64)e.interval);
}

static bool after_known(const struct ev_op *op)
{
	return !(op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER));
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	if (!sets_or_gets(op)) {
		fields__control(fs, fact);
		return;
	}
	if (sets(op))
		flags_field(fs, (unsigned int)op->cmd);
	if (after_known(op))
		expiry_fields(fs, &op->after);
}

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	if (!(w->e.flags & EVF_NO_STATE))
		expiry_fields(fs, &w->state);
}

/* "timerfd_settime 3.20 s, 1.00 s": in how long, and how often then. */
static bool lane_call(const struct ev_op *op, char *buf, size_t size)
{
	char due[UNIT_LEN], interval[UNIT_LEN];
	const char *call = syscall_name(op->nr);
	struct expiry e;

	if (!sets_or_gets(op) || op->ret || !after_known(op) ||
	    !mech__expiry(MECH_TIMERFD, &op->after, &e))
		return false;
	snprintf(buf, size, "%s %s%s%s", call ? call : "?",
		 e.due			      ? format_duration(due, e.due)
		 : op->after.v[TIMERFD_TICKS] ? "expired"
					      : "off",
		 e.interval ? ", " : "", e.interval ? format_duration(interval, e.interval) : "");
	return true;
}

static void lane_result(const struct ev_op *op, char *buf, size_t size)
{
	__u64 number;

	if (op_number(op, &number))
		snprintf(buf, size, " (expired %llu)", (unsigned long long)number);
}

const struct mech_ops timerfd_ops = {
    .why = timerfd__why,
    .wakes = timerfd__wakes,
    .still_due = timerfd__still_due,
    .tell_op = timerfd__tell_op,
    .tell_sleep = timerfd__tell_sleep,
    .tell_look = timerfd__tell_look,
    .tell_wake = timerfd__tell_wake,
    .has_arg = has_arg,
    .call_fields = call_fields,
    .sleep_fields = sleep_fields,
    .lane_call = lane_call,
    .lane_result = lane_result,
};
