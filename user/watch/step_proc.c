/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc/PID/status says of a thread that is stepped. */
#include "watch/step_proc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned long long step_proc__status(pid_t tid, const char *name, int base)
{
	char path[64], line[256];
	unsigned long long v = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			v = strtoull(line + strlen(name), NULL, base);
	if (f)
		fclose(f);
	return v;
}

bool step_proc__pending(pid_t tid, unsigned long long mask)
{
	unsigned long long blocked = step_proc__status(tid, "SigBlk:", 16);

	return (step_proc__status(tid, "SigPnd:", 16) | step_proc__status(tid, "ShdPnd:", 16)) &
	       ~blocked & mask;
}

static bool has_bit(pid_t tid, const char *name, int sig)
{
	return step_proc__status(tid, name, 16) & 1ULL << (sig - 1);
}

/* What the kernel does by default is nothing. */
static bool is_harmless(int sig)
{
	return sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH;
}

bool step_proc__ignored(pid_t tid, int sig)
{
	return has_bit(tid, "SigIgn:", sig) || (is_harmless(sig) && !has_bit(tid, "SigCgt:", sig));
}

bool step_proc__fatal(pid_t tid, int sig)
{
	if (is_harmless(sig))
		return false;
	switch (sig) {
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	}
	return !has_bit(tid, "SigCgt:", sig) && !has_bit(tid, "SigIgn:", sig);
}
