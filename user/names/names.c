// SPDX-License-Identifier: GPL-2.0
/* Names of numbers: system calls, signals, errors, commands. */
#include "names/names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "names/call_ids.h"
#include "names/calls_here.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

const char *syscall_name(int nr)
{
	return nr >= CALLS_HERE ? call_ids__name(nr) : calls_here__name(nr);
}

/* The kernel's range; glibc's SIGRTMIN lies two above it, and is the one that users know. */
#define SIGNALS 65

static char signal_names[SIGNALS][24];

static void fill_signal_names(void)
{
	int sig;

	for (sig = 1; sig < SIGNALS; sig++) {
		const char *abbrev = sigabbrev_np(sig);

		if (abbrev)
			snprintf(signal_names[sig], sizeof(signal_names[sig]), "SIG%s", abbrev);
		else if (sig == SIGRTMIN)
			strcpy(signal_names[sig], "SIGRTMIN");
		else if (sig > SIGRTMIN)
			snprintf(signal_names[sig], sizeof(signal_names[sig]), "SIGRTMIN+%d",
				 sig - SIGRTMIN);
		else
			snprintf(signal_names[sig], sizeof(signal_names[sig]), "SIG%d", sig);
	}
}

const char *signal_name(int sig)
{
	if (!signal_names[1][0])
		fill_signal_names();
	return sig > 0 && sig < SIGNALS ? signal_names[sig] : NULL;
}

int signal_number(const char *name)
{
	for (int sig = 1; sig < SIGNALS; sig++) {
		const char *full = signal_name(sig);

		if (!strcmp(name, full) || !strcmp(name, full + 3))
			return sig;
	}
	return -1;
}

/* What a system call returns inside the kernel and user space never sees. */
static const struct {
	int err;
	const char *name;
} kernel_errors[] = {
    {512, "ERESTARTSYS"}, {513, "ERESTARTNOINTR"},	  {514, "ERESTARTNOHAND"},
    {515, "ENOIOCTLCMD"}, {516, "ERESTART_RESTARTBLOCK"}, {529, "EIOCBQUEUED"},
};

const char *errno_name(int err)
{
	if (err <= 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(kernel_errors); i++)
		if (kernel_errors[i].err == err)
			return kernel_errors[i].name;
	return strerrorname_np(err);
}

int errno_number(const char *name)
{
	/* EAGAIN is what strerrorname_np() calls it; the other names of the same numbers: */
	if (!strcmp(name, "EWOULDBLOCK"))
		return EWOULDBLOCK;
	if (!strcmp(name, "EDEADLOCK"))
		return EDEADLOCK;
	if (!strcmp(name, "ENOTSUP"))
		return ENOTSUP;
	for (int err = 1; err < 600; err++) {
		const char *known = errno_name(err);

		if (known && !strcmp(known, name))
			return err;
	}
	return -1;
}

const char *fcntl_name(int cmd)
{
#define CMD(name)                                                                                  \
	case name:                                                                                 \
		return #name
	switch (cmd) {
		CMD(F_DUPFD);
		CMD(F_GETFD);
		CMD(F_SETFD);
		CMD(F_GETFL);
		CMD(F_SETFL);
		CMD(F_GETLK);
		CMD(F_SETLK);
		CMD(F_SETLKW);
		CMD(F_SETOWN);
		CMD(F_GETOWN);
		CMD(F_SETSIG);
		CMD(F_GETSIG);
		CMD(F_SETOWN_EX);
		CMD(F_GETOWN_EX);
		CMD(F_OFD_GETLK);
		CMD(F_OFD_SETLK);
		CMD(F_OFD_SETLKW);
		CMD(F_SETLEASE);
		CMD(F_GETLEASE);
		CMD(F_NOTIFY);
		CMD(F_DUPFD_CLOEXEC);
		CMD(F_SETPIPE_SZ);
		CMD(F_GETPIPE_SZ);
		CMD(F_ADD_SEALS);
		CMD(F_GET_SEALS);
	}
#undef CMD
	return NULL;
}

bool fcntl_takes_number(int cmd)
{
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_SETFD:
	case F_SETFL:
	case F_SETOWN:
	case F_SETSIG:
	case F_SETLEASE:
	case F_NOTIFY:
	case F_SETPIPE_SZ:
	case F_ADD_SEALS:
		return true;
	}
	return false;
}
