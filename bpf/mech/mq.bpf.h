/* SPDX-License-Identifier: GPL-2.0 */
/* A POSIX message queue: its file, state and name, and the proof that a task sleeps on it (ipc/mqueue.c). */
#ifndef IPCTRACE_MECH_MQ_BPF_H
#define IPCTRACE_MECH_MQ_BPF_H

#include "core/filter.bpf.h"
#include "core/waitlist.bpf.h"
#include "fd/call.bpf.h"
#include "fd/object.bpf.h"
#include "mech/ipcid.bpf.h"

#define MQ_WALK 1024 /* sleepers of one list, or names, that are looked at */

#ifndef S_IFREG
#define S_IFREG 0100000
#endif

static __always_inline bool is_mq_inode(struct inode *inode)
{
	return BPF_CORE_READ(inode, i_sb, s_magic) == MQUEUE_MAGIC &&
	       (BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFREG;
}

static __always_inline void mq_name(struct ipc_object *obj, struct inode *inode)
{
	obj->id = BPF_CORE_READ(inode, i_ino);
	obj->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	obj->mech = MECH_MQ;
}

/* The inode of the queue behind a file. An O_PATH descriptor is only its name. */
static __always_inline void *fd_find_mq(struct file *f, struct ipc_object *obj)
{
	struct inode *inode = BPF_CORE_READ(f, f_inode);

	if (!is_mq_inode(inode) || !file_ends(f))
		return NULL;
	mq_name(obj, inode);
	return inode;
}

/*
 * Whether the filter means the queue of this name, and with it obj, if there is one. name: where it stands, in the
 * kernel, or (user) in the memory of the call; without the slash that leads it.
 */
VERIFIED_ONCE int mq_pick(const struct ipc_object *obj, __u64 name, __u32 user)
{
	char all[PATH_LEN];
	long n = user ? bpf_probe_read_user_str(all, sizeof(all), (void *)name)
		      : bpf_probe_read_kernel_str(all, sizeof(all), (void *)name);
	int meant = filter_names(MECH_MQ, name, n > 0 ? n - 1 : 0, user);

	if (obj && obj->id)
		object_mean(obj, meant);
	return meant;
}

/* The same by the name of a file that is open of it. */
static __always_inline void mq_pick_file(const struct ipc_object *obj, __u64 file)
{
	struct file *f = (void *)file;

	if (filter.by_name && obj->mech == MECH_MQ)
		mq_pick(obj, (__u64)BPF_CORE_READ(f, f_path.dentry, d_name.name), 0);
}

static __always_inline struct mqueue_inode_info *mq_info(__u64 inode)
{
	return (void *)inode - bpf_core_field_offset(struct mqueue_inode_info, vfs_inode);
}

/* Places in mqueue_inode_info.e_wait_q (ipc/mqueue.c SEND, RECV). */
enum mq_list { MQ_SENDERS, MQ_RECEIVERS };

struct mq_walk {
	__u64 head, at;
	__u64 task; /* 0: they are only counted */
	__u32 n;
	bool found;
};

static long look_at_mq_sleeper(__u32 i, struct mq_walk *w)
{
	struct ext_wait_queue *e;

	if (!w->at || w->at == w->head)
		return 1;
	e = (void *)w->at - bpf_core_field_offset(struct ext_wait_queue, list);
	w->n++;
	w->found = w->task && (__u64)BPF_CORE_READ(e, task) == w->task;
	if (w->found)
		return 1;
	w->at = (__u64)BPF_CORE_READ(e, list.next);
	return 0;
}

/* How many tasks sleep on one of the lists; of w->task: whether it does. */
static __always_inline void mq_walk(struct mq_walk *w, __u64 inode, enum mq_list which)
{
	__u64 list = (__u64)mq_info(inode) +
		     bpf_core_field_offset(struct mqueue_inode_info, e_wait_q) +
		     which * bpf_core_type_size(struct ext_wait_queue) +
		     bpf_core_field_offset(struct ext_wait_queue, list);

	w->head = list;
	w->at = (__u64)BPF_CORE_READ((struct list_head *)list, next);
	w->n = 0;
	w->found = false;
	if (w->at != w->head)
		bpf_loop(MQ_WALK, look_at_mq_sleeper, w, 0);
	if (!w->found && w->at != w->head)
		count_lost(LOST_WALK, 1);
}

/*
 * The state of the queue with this inode and number. 0: it is gone. Reads without its lock: a state
 * that another task is changing may be one step old. No task sleeps to receive from a queue with
 * messages, or to send to one with room, so all sleepers are of one kind.
 */
VERIFIED_ONCE int mq_state(__u64 at, __u64 id, struct ipc_state *st)
{
	struct inode *inode = (void *)at;
	struct mqueue_inode_info *q = mq_info(at);
	struct mq_walk senders = {}, receivers = {};

	if (!at || !st || BPF_CORE_READ(inode, i_ino) != id)
		return 0;
	mq_walk(&senders, at, MQ_SENDERS);
	mq_walk(&receivers, at, MQ_RECEIVERS);
	st->v[MQ_CURMSGS] = BPF_CORE_READ(q, attr.mq_curmsgs);
	st->v[MQ_MAXMSG] = BPF_CORE_READ(q, attr.mq_maxmsg);
	st->v[MQ_MSGSIZE] = BPF_CORE_READ(q, attr.mq_msgsize);
	st->v[MQ_QSIZE] = BPF_CORE_READ(q, qsize);
	st->v[MQ_WAITERS] = senders.n + receivers.n;
	st->v[MQ_LINKS] = BPF_CORE_READ(inode, i_nlink);
	return 1;
}

static __always_inline bool mq_sleeps(__u64 inode, __u64 task, enum mq_list which)
{
	struct mq_walk w = {.task = task};

	mq_walk(&w, inode, which);
	return w.found;
}

/* Whether the state is one to sleep in: it is read while others may change it. */
static __always_inline bool mq_explains(const struct ipc_state *st, bool sends)
{
	return sends ? st->v[MQ_CURMSGS] >= st->v[MQ_MAXMSG] : !st->v[MQ_CURMSGS];
}

/*
 * Fills w with what task, in call c, sleeps on. The task that takes its message, or has one for it,
 * takes it off the list. If it is still there, the state was read before that.
 */
VERIFIED_ONCE int mq_reason(struct wait_flight *w, __u64 task, const struct call *c)
{
	struct fd_object o = {};
	bool sends;

	if (!w || !c)
		return 0;
	sends = c->op.class == OPC_MQ_SEND;
	if (file_object((__u64)file_of((void *)task, c->a[0]), &o) != MECH_MQ ||
	    !mq_sleeps(o.at, task, sends ? MQ_SENDERS : MQ_RECEIVERS))
		return 0;
	w->obj = o.obj;
	w->object = (void *)o.at;
	w->fd = c->a[0];
	w->reason = sends ? WAIT_MQ_FULL : WAIT_MQ_EMPTY;
	w->arg = sends ? c->a[2] : 0;
	w->value = sends ? c->a[3] : 0;
	if (!mq_state(o.at, o.obj.id, &w->state) || !mq_explains(&w->state, sends) ||
	    !mq_sleeps(o.at, task, sends ? MQ_SENDERS : MQ_RECEIVERS))
		w->flags |= EVF_NO_STATE; /* it is woken by now */
	return 1;
}

static __always_inline void sleep_in_mq(struct wait_flight *w, struct task_struct *t,
					const struct call *c)
{
	mq_reason(w, (__u64)t, c);
}

static __always_inline bool read_state_mq(const struct ipc_object *obj, void *at,
					  struct ipc_state *st)
{
	return mq_state((__u64)at, obj->id, st);
}

static __always_inline void fd_state_mq(__u64 at, struct ipc_state *st)
{
	mq_state(at, BPF_CORE_READ((struct inode *)at, i_ino), st);
}

/* A read or write of the file, which tells the queue's state, does not sleep. */
static __always_inline int fd_reason_mq(__u64 at, __u64 task, __u8 class)
{
	return WAIT_UNKNOWN;
}

static __always_inline __u64 fd_queue_mq(__u64 at, int which)
{
	return which ? 0
		     : (__u64)mq_info(at) + bpf_core_field_offset(struct mqueue_inode_info, wait_q);
}

static __always_inline void fd_watch_mq(__u64 at, struct ev_watch *e)
{
	struct mqueue_inode_info *q = mq_info(at);

	e->used = BPF_CORE_READ(q, attr.mq_curmsgs);
	e->slots = BPF_CORE_READ(q, attr.mq_maxmsg);
}

/* A name as it is kept in records: with the slash that mq_open(3) leaves out. */
static __always_inline void mq_path_of(char path[PATH_LEN], __u64 file)
{
	struct file *f = (void *)file;

	path[0] = '/';
	bpf_probe_read_kernel_str(path + 1, PATH_LEN - 1,
				  BPF_CORE_READ(f, f_path.dentry, d_name.name));
}

/* How many open file descriptions a queue has that is unlinked: each has a reference to the directory entry. */
static __always_inline __u8 mq_files(__u64 file)
{
	struct file *f = (void *)file;
	int n = BPF_CORE_READ(f, f_path.dentry, d_lockref.count);

	return n < 0 || n > 255 ? 255 : n;
}

#define MQ_NAME_WORDS (PATH_LEN / 8)

struct mq_search {
	__u64 name[MQ_NAME_WORDS];
	__u64 at, end;
	__u64 inode;
};

static long look_at_mq_name(__u32 i, struct mq_search *s)
{
	__u64 name[MQ_NAME_WORDS] = {}, differs = 0;
	struct inode *inode;
	struct dentry *d;

	if (!s->at || s->at == s->end)
		return 1;
	d = dentry_linked(s->at);
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(d, d_name.name));
	for (int k = 0; k < MQ_NAME_WORDS; k++)
		differs |= name[k] ^ s->name[k];
	inode = differs ? NULL : BPF_CORE_READ(d, d_inode);
	/* An unlinked queue stays there as long as a task has it open. */
	if (inode && BPF_CORE_READ(inode, i_nlink)) {
		s->inode = (__u64)inode;
		return 1;
	}
	s->at = dentry_next(s->at);
	return 0;
}

/*
 * The inode of the queue that has the name, at an address of the caller's, in its IPC namespace. 0:
 * there is none, or the name has more than PATH_LEN - 1 bytes. Reads without the directory's lock.
 */
VERIFIED_ONCE __u64 mq_by_name(__u64 user, struct ipc_object *obj)
{
	struct ipc_namespace *ns = (void *)ipc_ns_of(bpf_get_current_task());
	struct mq_search s = {};
	struct dentry *dir;
	long n;

	if (!obj || !ns)
		return 0;
	n = bpf_probe_read_user_str(s.name, sizeof(s.name), (void *)user);
	dir = BPF_CORE_READ(ns, mq_mnt, mnt_root);
	if (n <= 1 || n >= (long)sizeof(s.name) || !dir)
		return 0;
	s.at = dentry_first(dir);
	s.end = dentry_list_end(dir);
	bpf_loop(MQ_WALK, look_at_mq_name, &s, 0);
	if (!s.inode || !is_mq_inode((void *)s.inode))
		return 0;
	mq_name(obj, (void *)s.inode);
	return s.inode;
}

#endif
