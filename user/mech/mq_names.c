/* SPDX-License-Identifier: GPL-2.0 */
/* Why a name of a POSIX message queue was refused (mq_open(3), mq_unlink(3), ipc/mqueue.c). */
#include <errno.h>
#include <string.h>

#include "mech/mq.h"
#include "names/names.h"
#include "names/opclass.h"
#include "words/explain_text.h"

#define LIMIT(name) "/proc/sys/fs/mqueue/" name

static bool too_much(struct text *t, __u32 asked, __u32 most, const char *what, const char *limit)
{
	if (asked && asked <= most)
		return false;
	if (asked == ~0u)
		text__add(t, "the %s is out of range", what);
	else
		text__add(t, "the %s is 1 or more, not %u", what, asked);
	text__add(t, "; without a privilege it is at most %u (%s)", most, limit);
	return true;
}

static void wrong_attr(struct text *t, const struct ev_object *ob)
{
	const __u32 *v = ob->state.v;

	if (!ob->owned)
		return;
	if (v[MQ_ASKED_MAXMSG] && v[MQ_ASKED_MAXMSG] != ~0u &&
	    v[MQ_ASKED_MAXMSG] > v[MQ_LIMIT_MAXMSG]) {
		text__add(t,
			  "%u messages are more than a queue may have, %u (" LIMIT("msg_max") ")",
			  v[MQ_ASKED_MAXMSG], v[MQ_LIMIT_MAXMSG]);
		return;
	}
	if (too_much(t, v[MQ_ASKED_MAXMSG], v[MQ_LIMIT_MAXMSG], "number of messages",
		     LIMIT("msg_max")))
		return;
	if (v[MQ_ASKED_MSGSIZE] && v[MQ_ASKED_MSGSIZE] != ~0u &&
	    v[MQ_ASKED_MSGSIZE] > v[MQ_LIMIT_MSGSIZE])
		text__add(
		    t, "%u bytes are more than a message may have, %u (" LIMIT("msgsize_max") ")",
		    v[MQ_ASKED_MSGSIZE], v[MQ_LIMIT_MSGSIZE]);
	else
		too_much(t, v[MQ_ASKED_MSGSIZE], v[MQ_LIMIT_MSGSIZE], "size of a message",
			 LIMIT("msgsize_max"));
}

void mq__tell_object(struct text *t, const struct fact *f)
{
	const struct ev_object *ob = &f->rec->object;
	const char *error = errno_name(-ob->fd);
	bool opens = op_class_of(ob->nr) == OPC_MQ_OPEN;

	if (ob->change != OBJ_REFUSED)
		return;
	text__add(t, "%s: ", error ? error : "?");
	if (ob->fd == -ENOENT) {
		text__add(t, "no queue has that name");
		text__removed(t, &f->cause);
	} else if (ob->fd == -EEXIST && opens) {
		text__add(t, "a queue has that name already, and O_EXCL wants a new one");
	} else if (ob->fd == -ENOSPC && opens) {
		text__add(t, "there are %u queues, and may be %u (" LIMIT("queues_max") ")",
			  ob->state.v[MQ_QUEUES], ob->state.v[MQ_LIMIT_QUEUES]);
	} else if (ob->fd == -EMFILE && opens) {
		text__add(t, ob->owned ? "RLIMIT_NOFILE allows no further descriptor, or "
					 "RLIMIT_MSGQUEUE not the bytes of this queue"
				       : "RLIMIT_NOFILE allows no further descriptor, or "
					 "RLIMIT_MSGQUEUE not the bytes of a new queue");
	} else if (ob->fd == -ENFILE && opens) {
		text__add(t, "the system has as many open files as fs.file-max allows");
	} else if (ob->fd == -EACCES && strchr(ob->path + 1, '/')) {
		text__add(t, "a name has no slash but the first");
	} else if (ob->fd == -EACCES && opens) {
		text__add(t, "this user may not: by the mode of the queue, or a security module");
	} else if (ob->fd == -ENAMETOOLONG) {
		text__add(t, "a name has 255 bytes at most");
	} else if (ob->fd == -EINVAL && opens) {
		wrong_attr(t, ob);
	}
}
