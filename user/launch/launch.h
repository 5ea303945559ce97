/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs the traced command under a keeper: a child subreaper that starts it stopped, waits until
 * every descendant is gone, and kills them all when told to or when ipctrace itself dies, however
 * it dies (PR_SET_PDEATHSIG). So nothing is left running, however ipctrace ends.
 */
#ifndef IPCTRACE_LAUNCH_LAUNCH_H
#define IPCTRACE_LAUNCH_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct launch_opts {
	char *const *argv;
	bool as_root;	/* do not become the user behind sudo (SUDO_UID, SUDO_GID, their groups) */
	int stdout_fd;	/* the command's stdout; -1: ours */
	bool close_fds; /* nothing above stderr: a scenario starts alike everywhere */
	int stderr_fd;	/* the command's stderr; -1: ours */
	bool own_ipc; /* an IPC namespace of its own; where that is refused: ours, and a message */
};

struct launch;

struct launch_result {
	bool started;	   /* false: exec failed, error says why */
	int error;	   /* errno of the failed step */
	const char *step;  /* "exec", "setgroups", ...: the step that failed */
	int status;	   /* of the command, as wait(2) reports it */
	int keeper_signal; /* which killed the keeper, so that all it kept had to die; 0: none */
	bool left;	   /* of what a killed keeper left, some may still run */
};

/* Forks keeper and command; the command waits before exec. NULL with errno after one message. */
struct launch *launch__new(const struct launch_opts *opts);
pid_t launch__pid(const struct launch *l); /* the command's process */
/* Lets it exec. */
int launch__go(struct launch *l);
/* An fd that becomes readable when every descendant is gone, or the keeper was killed: see
 * launch__sweep(). For poll(2). */
int launch__fd(const struct launch *l);
/* SIGKILLs every descendant, wherever they hid. */
void launch__kill(struct launch *l);
/* Who is still there: "writer (12), reader (13)", escaped. Returns how many. */
size_t launch__survivors(const struct launch *l, char *buf, size_t size);
/*
 * After launch__fd() is readable: kills what is left where the keeper was killed itself. Nothing
 * of what was started runs then, unless launch_result.left says so.
 */
void launch__sweep(struct launch *l);
/* After launch__fd() is readable, or after launch__kill(): waits for the keeper. */
int launch__result(struct launch *l, struct launch_result *res);
void launch__free(struct launch *l);

#endif
