/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the commands and flags of SysV shared memory, semaphores, message queues, futexes, epoll
 * and sockets. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>

#include "names/ipc_names.h"

#define CMD(name)                                                                                  \
	case name:                                                                                 \
		return #name

const char *shmctl_name(int cmd)
{
	switch (cmd) {
		CMD(IPC_RMID);
		CMD(IPC_SET);
		CMD(IPC_STAT);
		CMD(IPC_INFO);
		CMD(SHM_LOCK);
		CMD(SHM_UNLOCK);
		CMD(SHM_STAT);
		CMD(SHM_INFO);
		CMD(SHM_STAT_ANY);
	}
	return NULL;
}

const char *semctl_name(int cmd)
{
	switch (cmd) {
		CMD(IPC_RMID);
		CMD(IPC_SET);
		CMD(IPC_STAT);
		CMD(IPC_INFO);
		CMD(GETPID);
		CMD(GETVAL);
		CMD(GETALL);
		CMD(GETNCNT);
		CMD(GETZCNT);
		CMD(SETVAL);
		CMD(SETALL);
		CMD(SEM_STAT);
		CMD(SEM_INFO);
		CMD(SEM_STAT_ANY);
	}
	return NULL;
}

const char *msgctl_name(int cmd)
{
	switch (cmd) {
		CMD(IPC_RMID);
		CMD(IPC_SET);
		CMD(IPC_STAT);
		CMD(IPC_INFO);
		CMD(MSG_STAT);
		CMD(MSG_INFO);
		CMD(MSG_STAT_ANY);
	}
	return NULL;
}

const char *shutdown_name(int how)
{
	switch (how) {
		CMD(SHUT_RD);
		CMD(SHUT_WR);
		CMD(SHUT_RDWR);
	}
	return NULL;
}

const char *futex_name(int op)
{
	switch (op & FUTEX_CMD_MASK) {
		CMD(FUTEX_WAIT);
		CMD(FUTEX_WAKE);
		CMD(FUTEX_REQUEUE);
		CMD(FUTEX_CMP_REQUEUE);
		CMD(FUTEX_WAKE_OP);
		CMD(FUTEX_LOCK_PI);
		CMD(FUTEX_UNLOCK_PI);
		CMD(FUTEX_TRYLOCK_PI);
		CMD(FUTEX_WAIT_BITSET);
		CMD(FUTEX_WAKE_BITSET);
		CMD(FUTEX_WAIT_REQUEUE_PI);
		CMD(FUTEX_CMP_REQUEUE_PI);
		CMD(FUTEX_LOCK_PI2);
	}
	return NULL;
}

struct flag {
	int bit;
	const char *name;
};

#define FLAG(bit) bit, #bit

static void add(char *buf, size_t size, const char *word)
{
	size_t at = strlen(buf);

	snprintf(buf + at, size - at, "%s%s", at ? "|" : "", word);
}

/* The bits that have a name; returns the others. */
static int add_flags(char *buf, size_t size, int bits, const struct flag *flags)
{
	buf[0] = '\0';
	for (; flags->name; flags++) {
		if (!(bits & flags->bit))
			continue;
		add(buf, size, flags->name);
		bits &= ~flags->bit;
	}
	return bits;
}

/* A mode, as it is written. */
static void add_mode(char *buf, size_t size, int mode)
{
	char octal[16];

	snprintf(octal, sizeof(octal), "%04o", (unsigned int)mode);
	add(buf, size, octal);
}

void ipcget_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{FLAG(IPC_CREAT)}, {FLAG(IPC_EXCL)}, {0, NULL}};

	add_mode(buf, size, add_flags(buf, size, bits, flags));
}

void shmget_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{FLAG(IPC_CREAT)},
					    {FLAG(IPC_EXCL)},
					    {FLAG(SHM_HUGETLB)},
					    {FLAG(SHM_NORESERVE)},
					    {0, NULL}};

	add_mode(buf, size, add_flags(buf, size, bits, flags));
}

/* Flags and nothing else: bits without a name as one number, "0" where there are none. */
static void only_flags(char *buf, size_t size, int bits, const struct flag *flags)
{
	int rest = add_flags(buf, size, bits, flags);
	char number[16];

	if (!rest && buf[0])
		return;
	snprintf(number, sizeof(number), rest ? "%#x" : "0", (unsigned int)rest);
	add(buf, size, number);
}

void seal_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{FLAG(F_SEAL_SEAL)},	 {FLAG(F_SEAL_SHRINK)},
					    {FLAG(F_SEAL_GROW)},	 {FLAG(F_SEAL_WRITE)},
					    {FLAG(F_SEAL_FUTURE_WRITE)}, {0, NULL}};

	only_flags(buf, size, bits, flags);
}

void fallocate_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {
	    {FLAG(FALLOC_FL_KEEP_SIZE)}, {FLAG(FALLOC_FL_PUNCH_HOLE)}, {0, NULL}};

	only_flags(buf, size, bits, flags);
}

void shmat_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {
	    {FLAG(SHM_RDONLY)}, {FLAG(SHM_RND)}, {FLAG(SHM_REMAP)}, {FLAG(SHM_EXEC)}, {0, NULL}};

	only_flags(buf, size, bits, flags);
}

void msgop_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{FLAG(IPC_NOWAIT)},
					    {FLAG(MSG_NOERROR)},
					    {FLAG(MSG_EXCEPT)},
					    {FLAG(MSG_COPY)},
					    {0, NULL}};

	only_flags(buf, size, bits, flags);
}

void semop_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{FLAG(IPC_NOWAIT)}, {FLAG(SEM_UNDO)}, {0, NULL}};

	only_flags(buf, size, bits, flags);
}

const char *epoll_ctl_name(int cmd)
{
	switch (cmd) {
	case EPOLL_CTL_ADD:
		return "EPOLL_CTL_ADD";
	case EPOLL_CTL_MOD:
		return "EPOLL_CTL_MOD";
	case EPOLL_CTL_DEL:
		return "EPOLL_CTL_DEL";
	}
	return NULL;
}

void epoll_events(char *buf, size_t size, unsigned int bits)
{
	static const struct flag flags[] = {{FLAG(EPOLLIN)},
					    {FLAG(EPOLLPRI)},
					    {FLAG(EPOLLOUT)},
					    {FLAG(EPOLLERR)},
					    {FLAG(EPOLLHUP)},
					    {FLAG(EPOLLRDHUP)},
					    {FLAG(EPOLLEXCLUSIVE)},
					    {FLAG(EPOLLWAKEUP)},
					    {FLAG(EPOLLONESHOT)},
					    {(int)EPOLLET, "EPOLLET"},
					    {0, NULL}};

	only_flags(buf, size, (int)bits, flags);
}
