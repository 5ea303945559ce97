/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel types that bpf/ uses, each with only the fields that it uses. Offsets are fixed at
 * load time from the running kernel's BTF (CO-RE), so order and gaps do not matter here. make
 * GEN_VMLINUX_H=1 takes a full header from the running kernel instead.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef _Bool bool;
typedef int pid_t;
typedef long ssize_t;
typedef unsigned long size_t;
typedef unsigned short umode_t;

enum {
	false = 0,
	true = 1,
};

#ifndef NULL
#define NULL ((void *)0)
#endif

/* include/uapi/linux/bpf.h */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum {
	BPF_NOEXIST = 1, /* of bpf_map_update_elem() */
};

enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1024,
};

enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};

enum {
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

/* What system calls are given; whole, for they are read from user memory as they are. */
struct iovec {
	void *iov_base;
	size_t iov_len;
};

struct pollfd {
	int fd;
	short events;
	short revents;
};

struct sembuf {
	unsigned short sem_num;
	short sem_op;
	short sem_flg;
};

struct user_msghdr {
	void *msg_name;
	int msg_namelen;
	struct iovec *msg_iov;
	size_t msg_iovlen;
	void *msg_control;
	size_t msg_controllen;
	unsigned int msg_flags;
};

struct user_mmsghdr {
	struct user_msghdr msg_hdr;
	unsigned int msg_len;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

struct list_head {
	struct list_head *next, *prev;
};

/* Waiting: include/linux/wait.h, kernel/locking/mutex.h, include/linux/poll.h, fs/eventpoll.c */
struct qspinlock {
	u8 locked;
};

struct raw_spinlock {
	struct qspinlock raw_lock;
};

typedef struct {
	struct raw_spinlock rlock;
} spinlock_t;

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};

typedef struct wait_queue_head wait_queue_head_t;

struct wait_queue_entry {
	void *private;
	struct list_head entry;
};

struct mutex {
	atomic_long_t owner;
	struct list_head wait_list;
};

struct mutex_waiter {
	struct list_head list;
	struct task_struct *task;
};

struct poll_table_entry {
	struct file *filp;
	unsigned int key;
	struct wait_queue_entry wait;
};

struct poll_table_page {
	struct poll_table_page *next;
	struct poll_table_entry *entry;
	struct poll_table_entry entries[0];
};

struct poll_wqueues {
	struct poll_table_page *table;
	struct task_struct *polling_task;
	int inline_index;
	struct poll_table_entry inline_entries[1];
};

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

struct eventpoll {
	wait_queue_head_t wq;
	struct rb_root_cached rbr;
};

typedef struct {
	atomic_t refs;
} refcount_t;

struct kref {
	refcount_t refcount;
};

struct eventfd_ctx {
	struct kref kref;
	wait_queue_head_t wqh;
	__u64 count;
	unsigned int flags;
	int id;
};

struct epoll_filefd {
	struct file *file;
	int fd;
};

struct epoll_event {
	unsigned int events;
};

struct epitem {
	struct rb_node rbn;
	struct epoll_filefd ffd;
	struct epoll_event event;
};

/* Timers: include/linux/hrtimer_types.h, posix-timers.h, alarmtimer.h */
struct timerqueue_node {
	s64 expires;
};

struct hrtimer_clock_base {
	s64 offset;
	struct hrtimer *running;
};

struct hrtimer {
	struct timerqueue_node node;
	void *function;
	struct hrtimer_clock_base *base;
	u8 state;
};

struct alarm {
	struct hrtimer timer;
	void *function;
};

struct timerfd_ctx {
	union {
		struct hrtimer tmr;
		struct alarm alarm;
	} t;
	s64 tintv;
	wait_queue_head_t wqh;
	u64 ticks;
	int clockid;
};

struct cpu_timer {
	struct timerqueue_head *head;
};

struct cpu_itimer {
	u64 expires;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct k_itimer {
	struct hlist_node list;
	int it_clock;
	int it_sigev_notify;
	struct pid *it_pid;
	union {
		struct {
			struct hrtimer timer;
		} real;
		struct cpu_timer cpu;
		struct {
			struct alarm alarmtimer;
		} alarm;
	} it;
};

/* include/linux/timer_types.h, kernel/time/ */
struct timer_list {
	void *function;
};

struct process_timer {
	struct timer_list timer;
	struct task_struct *task;
};

struct hrtimer_sleeper {
	struct hrtimer timer;
	struct task_struct *task;
};

/* Pipes: include/linux/pipe_fs_i.h */
struct pipe_buffer {
	unsigned int len;
};

struct pipe_inode_info {
	struct mutex mutex;
	wait_queue_head_t rd_wait, wr_wait;
	unsigned int max_usage;
	unsigned int ring_size;
	unsigned int readers;
	unsigned int writers;
	unsigned int nr_accounted;
	struct pipe_buffer *bufs;
	struct user_struct *user;
};

/* Files and memory: include/linux/fs.h, fdtable.h, xarray.h, mm_types.h, uidgid_types.h */
typedef struct {
	unsigned int val;
} kuid_t;

struct user_struct {
	atomic_long_t pipe_bufs;
	kuid_t uid;
};

struct xarray {
	void *xa_head;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct mm_struct {
	atomic_t mm_users;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct file *vm_file;
};

struct super_block {
	unsigned int s_dev;
	unsigned long s_magic;
};

struct address_space {
	struct xarray i_pages;
};

struct folio {
	unsigned long index;
};

struct page {
	unsigned long flags;
};

struct inode {
	umode_t i_mode;
	kuid_t i_uid;
	unsigned int i_nlink;
	long long i_size;
	struct super_block *i_sb;
	struct address_space *i_mapping;
	unsigned long i_ino;
	struct pipe_inode_info *i_pipe;
};

struct shmem_inode_info {
	unsigned int seals;
	struct inode vfs_inode;
};

/* include/linux/net.h, include/net/sock.h, include/linux/skbuff.h, include/net/af_unix.h, net/unix/af_unix.h */
struct sk_buff {
	struct sk_buff *next;
	unsigned int len;
	char cb[48];
};

struct sk_buff_head {
	struct sk_buff *next;
	__u32 qlen;
};

struct unix_skb_parms {
	u32 consumed;
};

struct socket_wq {
	wait_queue_head_t wait;
};

struct socket {
	struct sock *sk;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		u32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	u32 skc_daddr;
	u32 skc_rcv_saddr;
	u16 skc_dport;
	u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags;
};

typedef struct {
	int owned;
	wait_queue_head_t wq;
} socket_lock_t;

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	refcount_t sk_wmem_alloc;
	int sk_wmem_queued;
	int sk_sndbuf;
	struct sk_buff_head sk_receive_queue;
	u32 sk_ack_backlog;
	u32 sk_max_ack_backlog;
	u16 sk_protocol;
	u8 sk_shutdown;
	int sk_err;
	u16 sk_type;
	long sk_rcvtimeo;
	long sk_sndtimeo;
	struct socket_wq *sk_wq;
	struct socket *sk_socket;
};

struct sockaddr_un {
	unsigned short sun_family;
};

struct unix_address {
	int len;
	struct sockaddr_un name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct mutex iolock;
	struct sock *peer;
	struct sock *listener;
	struct socket_wq peer_wq;
	int inq_len;
};

struct inet_sock {
	struct sock sk;
	u16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	u32 icsk_user_timeout;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u32 rcv_nxt;
	u32 copied_seq;
};

struct udp_sock {
	struct inet_sock inet;
	struct sk_buff_head reader_queue;
};

/* fs/proc/internal.h, include/linux/sysctl.h */
struct ctl_table {
	void *data;
	int maxlen;
};

struct proc_inode {
	const struct ctl_table *sysctl_entry;
	struct inode vfs_inode;
};

struct qstr {
	const unsigned char *name;
};

struct lockref {
	int count;
};

struct dentry {
	struct lockref d_lockref;
	struct inode *d_inode;
	struct qstr d_name;
	struct hlist_node d_sib;
	struct hlist_head d_children;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct path {
	struct dentry *dentry;
};

struct filename {
	const char *name;
};

struct nameidata {
	struct path path;
	struct filename *name;
};

typedef struct {
	atomic64_t refcnt;
} file_ref_t;

struct file_operations;

struct file {
	const struct file_operations *f_op;
	unsigned int f_mode;
	unsigned int f_flags;
	void *private_data;
	struct inode *f_inode;
	struct path f_path;
	file_ref_t f_ref;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
	unsigned long *open_fds;
};

struct files_struct {
	atomic_t count;
	struct fdtable *fdt;
};

struct kiocb {
	struct file *ki_filp;
};

struct iov_iter {
	size_t count;
};

struct linux_binprm {
	const char *filename;
};

/* What perf's tracepoints bring: include/trace/events/sched.h, task.h, mmap.h */
struct trace_event_raw_sched_process_fork {
	int child_pid;
};

struct trace_event_raw_task_rename {
	int pid;
	char newcomm[16];
};

struct trace_event_raw_sched_process_exec {
	unsigned int __data_loc_filename;
};

struct trace_event_raw_exit_mmap {
	struct mm_struct *mm;
};

/* Signals: include/linux/signal_types.h, sched/signal.h */
typedef struct {
	unsigned long sig[1];
} sigset_t;

struct sigpending {
	sigset_t signal;
};

struct kernel_siginfo {
	int si_signo;
	int si_code;
};

struct sigqueue {
	struct kernel_siginfo info;
};

struct sigaction {
	void *sa_handler;
	unsigned long sa_flags;
};

struct k_sigaction {
	struct sigaction sa;
};

struct sighand_struct {
	struct k_sigaction action[64];
};

struct rlimit {
	unsigned long rlim_cur;
};

/* include/linux/tty.h */
struct tty_struct {
	struct {
		struct pid *pgrp;
	} ctrl;
};

struct signal_struct {
	struct hlist_head posix_timers;
	struct hrtimer real_timer;
	struct cpu_itimer it[2];
	atomic_t live;
	struct sigpending shared_pending;
	int group_exit_code;
	unsigned int flags;
	int nr_threads;
	struct pid *pids[4];
	struct tty_struct *tty;
	struct rlimit rlim[16];
};

/* Tasks: include/linux/sched.h, pid.h, kernel/sched/sched.h */
struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct hlist_head tasks[4];
	struct upid numbers[1];
};

struct thread_info {
	unsigned long flags;
	u32 status;
};

struct thread_struct {
	unsigned long sp;
};

struct rq {
	u64 clock;
	u64 clock_task;
};

struct cfs_rq {
	struct rq *rq;
};

struct sched_entity {
	u64 exec_start;
	struct cfs_rq *cfs_rq;
};

struct sched_info {
	unsigned long long last_arrival;
};

/* kernel/cred.c, cgroups: include/linux/cgroup-defs.h, kernfs.h */
struct cred {
	kuid_t euid;
};

struct kernfs_node {
	u64 id;
};

struct cgroup_subsys_state {
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

/* SysV IPC: include/linux/ipc.h, ipc_namespace.h, idr.h, nsproxy.h, ipc/shm.c */
struct idr {
	struct xarray idr_rt;
};

struct ipc_ids {
	int in_use;
	struct idr ipcs_idr;
	int max_idx;
};

struct ipc_namespace {
	struct ipc_ids ids[3];
	int sem_ctls[4];
	int used_sems;
	unsigned int msg_ctlmax;
	unsigned int msg_ctlmni;
	size_t shm_ctlmax;
	size_t shm_ctlall;
	unsigned long shm_tot;
	int shm_ctlmni;
	int shm_rmid_forced;
	struct vfsmount *mq_mnt;
	unsigned int mq_queues_count;
	unsigned int mq_queues_max;
	unsigned int mq_msg_max;
	unsigned int mq_msgsize_max;
	struct ns_common ns;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct ipc_namespace *ipc_ns;
};

struct kern_ipc_perm {
	bool deleted;
	int id;
	int key;
	kuid_t uid;
	umode_t mode;
};

struct shmid_kernel {
	struct kern_ipc_perm shm_perm;
	struct file *shm_file;
	unsigned long shm_nattch;
	unsigned long shm_segsz;
	struct list_head shm_clist;
	struct ipc_namespace *ns; /* 5.16 */
};

struct shm_file_data {
	int id;
	struct ipc_namespace *ns;
	struct file *file;
};

struct sysv_shm {
	struct list_head shm_clist;
};

/* Semaphores: ipc/sem.c */
struct sem {
	int semval;
	struct pid *sempid;
	struct list_head pending_alter;
	struct list_head pending_const;
};

struct sem_array {
	struct kern_ipc_perm sem_perm;
	struct list_head pending_alter;
	struct list_head pending_const;
	int sem_nsems;
	struct sem sems[0];
};

struct sem_queue {
	struct list_head list;
	struct task_struct *sleeper;
	struct sembuf *blocking;
};

struct sem_undo {
	struct list_head list_proc;
	int semid;
	short semadj[0];
};

/* Message queues: ipc/msg.c */
struct msg_queue {
	struct kern_ipc_perm q_perm;
	unsigned long q_cbytes;
	unsigned long q_qnum;
	unsigned long q_qbytes;
	struct pid *q_lspid;
	struct pid *q_lrpid;
	struct list_head q_receivers;
	struct list_head q_senders;
};

struct msg_receiver {
	struct list_head r_list;
	struct task_struct *r_tsk;
};

struct msg_sender {
	struct list_head list;
	struct task_struct *tsk;
};

/* POSIX message queues: ipc/mqueue.c, include/uapi/linux/mqueue.h */
struct mq_attr {
	long mq_maxmsg;
	long mq_msgsize;
	long mq_curmsgs;
};

struct ext_wait_queue {
	struct task_struct *task;
	struct list_head list;
};

struct mqueue_inode_info {
	struct inode vfs_inode;
	wait_queue_head_t wait_q;
	struct mq_attr attr;
	struct pid *notify_owner;
	struct ext_wait_queue e_wait_q[2];
	unsigned long qsize;
};

struct sem_undo_list {
	refcount_t refcnt;
	struct list_head list_proc;
};

struct sysv_sem {
	struct sem_undo_list *undo_list;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	void *stack;
	unsigned int flags;
	unsigned int ptrace;
	int on_cpu;
	struct sched_entity se;
	struct sched_info sched_info;
	int exit_state;
	unsigned long jobctl;
	struct pid *thread_pid;
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct thread_struct thread;
	pid_t pid;
	pid_t tgid;
	int exit_code;
	int exit_signal;
	char comm[16];
	struct task_struct *real_parent;
	struct task_struct *parent;
	struct task_struct *group_leader;
	struct nameidata *nameidata;
	struct nsproxy *nsproxy;
	struct sysv_shm sysvshm;
	struct io_uring_task *io_uring;
	struct mm_struct *mm;
	struct sysv_sem sysvsem;
	int pagefault_disabled;
	struct robust_list_head *robust_list;
	struct files_struct *files;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked;
	sigset_t real_blocked;
	struct sigpending pending;
	const struct cred *cred;
	struct css_set *cgroups;
	struct bpf_local_storage *bpf_storage;
};

/* arch/x86/include/asm/ptrace.h */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};

/* include/uapi/linux/bpf_perf_event.h */
struct bpf_perf_event_data {
	struct pt_regs regs;
	u64 sample_period;
	u64 addr;
};

/* kernel/bpf/task_iter.c */
struct seq_file;

struct bpf_iter_meta {
	union {
		struct seq_file *seq;
	};
};

struct bpf_iter__task {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
};

struct bpf_iter__task_vma {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
	union {
		struct vm_area_struct *vma;
	};
};

struct bpf_iter__task_file {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
	u32 fd;
	union {
		struct file *file;
	};
};

struct bpf_iter__tcp {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct sock_common *sk_common;
	};
	u32 uid;
};

#pragma clang attribute pop

#endif
