/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on POSIX message queues in a few words. */
#include "mech/mq.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/escape.h"
#include "names/names.h"

const char *mq__notify_name(int notify)
{
	switch (notify) {
	case -1:
		return "none";
	case SIGEV_SIGNAL:
		return "SIGEV_SIGNAL";
	case SIGEV_NONE:
		return "SIGEV_NONE";
	case SIGEV_THREAD:
		return "SIGEV_THREAD";
	}
	return NULL;
}

static void notify(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *how = mq__notify_name(op->cmd);
	const char *sig = op->cmd == SIGEV_SIGNAL ? signal_name((int)op->signo) : NULL;

	snprintf(buf, size, "%s%s%s%s%s", call, how ? " " : "", how ? how : "", sig ? " " : "",
		 sig ? sig : "");
}

bool mq__lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *name = syscall_name(op->nr);
	const char *call = name ? name : "?";

	switch (op->op) {
	case OPC_MQ_SEND:
		snprintf(buf, size, "%s %llu prio %lld", call, (unsigned long long)op->bytes,
			 (long long)op->prio);
		return true;
	case OPC_MQ_NOTIFY:
		notify(op, call, buf, size);
		return true;
	case OPC_MQ_ATTR:
		if (op->cmd < 0)
			return false;
		snprintf(buf, size, "%s %s", call, op->cmd & O_NONBLOCK ? "O_NONBLOCK" : "0");
		return true;
	}
	return false;
}

void mq__lane_result(const struct ev_op *op, char *buf, size_t size)
{
	if (op->op == OPC_MQ_RECEIVE && op->ret >= 0 && !(op->bits & MQF_NO_PRIORITY))
		snprintf(buf, size, " prio %lld", (long long)op->prio);
}

bool mq__lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size)
{
	if (w->reason != WAIT_MQ_FULL && w->reason != WAIT_MQ_EMPTY)
		return false;
	snprintf(buf, size, "%s sleeps: %s", call, w->reason == WAIT_MQ_FULL ? "full" : "empty");
	return true;
}

bool mq__lane_object(const struct ev_object *ob, char *buf, size_t size)
{
	const char *call = syscall_name(ob->nr);
	char path[4 * PATH_LEN];

	if (ob->change != OBJ_CREATED && ob->change != OBJ_OPENED)
		return false;
	escape_text(path, sizeof(path), ob->path, strnlen(ob->path, PATH_LEN));
	snprintf(buf, size, "%s%s %s, fd %d", call ? call : "?",
		 ob->change == OBJ_CREATED ? " makes" : "", path, ob->fd);
	return true;
}
