/* SPDX-License-Identifier: GPL-2.0 */
/* epoll instances: their calls as fields and in a lane. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "mech/mechs.h"
#include "names/ipc_names.h"
#include "names/names.h"
#include "words/field_call.h"
#include "words/field_groups.h"

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	char events[EPOLL_EVENTS_LEN];

	if (op->nr != SYS_epoll_ctl) {
		fields__control(fs, fact);
		return;
	}
	fields__named(fs, "cmd", epoll_ctl_name(op->cmd), op->cmd);
	if (!(op->bits & EPOLLF_ASKED))
		return;
	fields__int(fs, "epfd", op->epfd);
	if (op->bits & EPOLLF_NO_EVENTS)
		return;
	epoll_events(events, sizeof(events), op->events);
	fields__text(fs, "events", "%s", events);
}

/* "epoll_ctl 4 ADD 3 IN|ONESHOT": the instance, the command, what it is about, the events. */
static bool lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const size_t prefix = strlen("EPOLL");
	const char *cmd = epoll_ctl_name(op->cmd), *call = syscall_name(op->nr);
	char events[EPOLL_EVENTS_LEN] = "", *word, *rest = NULL;
	size_t at;

	if (op->op != OPC_EPOLL_CTL || !(op->bits & EPOLLF_ASKED))
		return false;
	at = (size_t)snprintf(buf, size, "%s %lld %s %d", call ? call : "?", (long long)op->epfd,
			      cmd ? cmd + strlen("EPOLL_CTL_") : "?", op->fd);
	if (op->bits & EPOLLF_NO_EVENTS)
		return true;
	epoll_events(events, sizeof(events), op->events);
	for (word = strtok_r(events, "|", &rest); word && at < size;
	     word = strtok_r(NULL, "|", &rest))
		at += (size_t)snprintf(buf + at, size - at, "%s%s", word == events ? " " : "|",
				       strncmp(word, "EPOLL", prefix) ? word : word + prefix);
	return true;
}

const struct mech_ops epoll_ops = {
    .classes = CLASS(EPOLL_CTL),
    .call_fields = call_fields,
    .lane_call = lane_call,
};
