/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc/PID/status says of a thread that is stepped. */
#include "step_proc.h"

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

bool step_proc__fatal(pid_t tid, int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	}
	return !((step_proc__status(tid, "SigCgt:", 16) | step_proc__status(tid, "SigIgn:", 16)) &
		 1ULL << (sig - 1));
}
