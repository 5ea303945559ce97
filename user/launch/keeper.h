/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keeper: the process between ipctrace and the traced command. It outlives ipctrace just long
 * enough to kill its descendants.
 */
#ifndef IPCTRACE_LAUNCH_KEEPER_H
#define IPCTRACE_LAUNCH_KEEPER_H

#include <linux/types.h>
#include <stdbool.h>
#include <sys/types.h>

/* Who the command becomes. */
struct identity {
	bool change;
	uid_t uid;
	gid_t gid;
	gid_t groups[256];
	size_t n_groups;
	char name[64], home[256]; /* empty: not known */
};

/* On a page that ipctrace, keeper and command share. A pipe between them would be in the trace. */
struct launch_page {
	_Atomic __u32 pid;	/* futex: the command's, once it is forked */
	_Atomic __u32 go;	/* futex: GO_* */
	_Atomic int error;	/* errno of the step that failed */
	_Atomic int step;	/* enum launch_step */
	_Atomic int status;	/* of the command, as wait(2) has it */
	_Atomic bool survivors; /* the keeper may not kill what is left */
	_Atomic int ipc_error;	/* errno: no IPC namespace of its own */
};

enum { GO_WAIT, GO_EXEC, GO_ABORT };

enum launch_step {
	STEP_NONE,
	STEP_FORK,
	STEP_STDIO,
	STEP_GROUPS,
	STEP_GID,
	STEP_UID,
	STEP_EXEC,
};

struct keeper_job {
	struct launch_page *page;
	struct identity who;
	char *const *argv;
	int stdout_fd, stderr_fd; /* -1: ours */
	bool close_fds;		  /* nothing above stderr is inherited */
	bool own_ipc;		  /* segments and semaphores die with the last process */
	pid_t parent;		  /* ipctrace */
};

/* The keeper's whole life, in the forked child. */
_Noreturn void keeper__main(const struct keeper_job *job);
/* Kills and reaps all children of the caller, and theirs. False when some may not be killed. */
bool keeper__kill_all(struct launch_page *page, pid_t command);
/* Sleeps until *word is not old, or for a second. */
void page__wait(_Atomic __u32 *word, __u32 old);
void page__set(_Atomic __u32 *word, __u32 value);

#endif
