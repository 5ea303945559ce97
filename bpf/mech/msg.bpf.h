/* SPDX-License-Identifier: GPL-2.0 */
/* A SysV message queue: its state, and the proof that a task sleeps on it (ipc/msg.c). */
#ifndef IPCTRACE_MECH_MSG_BPF_H
#define IPCTRACE_MECH_MSG_BPF_H

#include "fd/call.bpf.h"
#include "mech/ipcid.bpf.h"

#define MSG_QUEUE_WALK 256 /* sleepers of one list that are looked at */

/*
 * The state of the queue with this id. 0: it is gone. Reads without its lock: a state that another
 * task is changing may be one step old.
 */
VERIFIED_ONCE int msg_state(__u64 queue, __s32 id, struct ipc_state *st)
{
	struct msg_queue *q = (void *)queue;

	if (!q || !st || BPF_CORE_READ(q, q_perm.id) != id || BPF_CORE_READ(q, q_perm.deleted))
		return 0;
	st->v[MSG_QNUM] = no_more_than_word(BPF_CORE_READ(q, q_qnum));
	st->v[MSG_CBYTES] = no_more_than_word(BPF_CORE_READ(q, q_cbytes));
	st->v[MSG_QBYTES] = no_more_than_word(BPF_CORE_READ(q, q_qbytes));
	st->v[MSG_LSPID] = pid_number_here((__u64)BPF_CORE_READ(q, q_lspid));
	st->v[MSG_LRPID] = pid_number_here((__u64)BPF_CORE_READ(q, q_lrpid));
	return 1;
}

enum msg_list { MSG_RECEIVERS, MSG_SENDERS };

static __always_inline struct list_head *msg_list(__u64 queue, enum msg_list which)
{
	return (void *)queue + (which == MSG_SENDERS
				    ? bpf_core_field_offset(struct msg_queue, q_senders)
				    : bpf_core_field_offset(struct msg_queue, q_receivers));
}

static __always_inline __u64 sleeper_at(struct list_head *at, enum msg_list which)
{
	struct msg_receiver *r = (void *)at - bpf_core_field_offset(struct msg_receiver, r_list);
	struct msg_sender *s = (void *)at - bpf_core_field_offset(struct msg_sender, list);

	return (__u64)(which == MSG_SENDERS ? BPF_CORE_READ(s, tsk) : BPF_CORE_READ(r, r_tsk));
}

struct msg_walk {
	struct list_head *head, *at;
	__u64 task; /* 0: they are only counted */
	__u32 which, n;
	bool found, cut;
};

static long look_at_msg_sleeper(__u32 i, struct msg_walk *w)
{
	struct list_head *at = w->at;

	if (!at || at == w->head)
		return 1;
	w->n++;
	if (w->task && sleeper_at(at, w->which) == w->task) {
		w->found = true;
		return 1;
	}
	w->at = BPF_CORE_READ(at, prev);
	return 0;
}

/* From the youngest. */
static __always_inline void msg_walk(struct msg_walk *w, __u64 queue)
{
	struct list_head *head = msg_list(queue, w->which);

	w->head = head;
	w->at = BPF_CORE_READ(head, prev);
	if (w->at != head)
		bpf_loop(MSG_QUEUE_WALK, look_at_msg_sleeper, w, 0);
	w->cut = !w->found && w->at != head;
}

/* How many tasks sleep on the queue; -1: too many to count. */
VERIFIED_ONCE int msg_asleep(__u64 queue)
{
	struct msg_walk r = {.which = MSG_RECEIVERS}, s = {.which = MSG_SENDERS};

	msg_walk(&r, queue);
	msg_walk(&s, queue);
	return r.cut || s.cut ? -1 : r.n + s.n;
}

static __always_inline bool is_asleep_on(struct msg_walk *walk, __u64 queue)
{
	walk->found = false;
	walk->n = 0;
	msg_walk(walk, queue);
	return walk->found;
}

static __always_inline void msg_known(struct wait_flight *w, __u64 queue, bool sends)
{
	struct msg_queue *q = (void *)queue;
	struct pid *last = sends ? BPF_CORE_READ(q, q_lrpid) : BPF_CORE_READ(q, q_lspid);

	w->object = q;
	w->last = pid_user((__u64)last);
}

/*
 * Fills w with what task, in call c, msgsnd or msgrcv, sleeps on. A task with a message for a
 * receiver takes it off the list. If the receiver is still there, the state was read while there
 * was no message. A sender takes itself off when it runs, so the queue may already have room for
 * it.
 */
VERIFIED_ONCE int msg_reason(struct wait_flight *w, __u64 task, const struct call *c)
{
	struct msg_walk walk = {.task = task};
	__u64 ns = ipc_ns_of(task), queue;
	bool sends;

	if (!w || !c)
		return 0;
	sends = c->op.class == OPC_MSG_SEND;
	queue = ipc_find(ns, IPC_TABLE_MSG, c->a[0]);
	if (!queue)
		return 0;
	walk.which = sends ? MSG_SENDERS : MSG_RECEIVERS;
	if (!is_asleep_on(&walk, queue)) {
		if (walk.cut)
			count_lost(LOST_WALK, 1);
		return 0;
	}
	ipc_name(&w->obj, ns, c->a[0], MECH_MSG);
	w->reason = sends ? WAIT_MSG_FULL : WAIT_MSG_NONE;
	w->arg = sends ? c->a[2] : c->a[3];
	w->value = sends ? c->a[3] : c->a[4];
	if (msg_state(queue, c->a[0], &w->state) && is_asleep_on(&walk, queue))
		msg_known(w, queue, sends);
	else
		w->flags |= EVF_NO_STATE; /* it is woken by now */
	return 1;
}

static __always_inline void sleep_in_msg(struct wait_flight *w, struct task_struct *t,
					 const struct call *c)
{
	msg_reason(w, (__u64)t, c);
}

static __always_inline bool read_state_msg(const struct ipc_object *obj, void *at,
					   struct ipc_state *st)
{
	return msg_state((__u64)at, obj->id, st);
}

#endif
