/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the commands and flags of SysV shared memory, semaphores, message queues and futexes. */
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
	static const struct flag flags[] = {
	    {IPC_CREAT, "IPC_CREAT"}, {IPC_EXCL, "IPC_EXCL"}, {0, NULL}};

	add_mode(buf, size, add_flags(buf, size, bits, flags));
}

void shmget_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{IPC_CREAT, "IPC_CREAT"},
					    {IPC_EXCL, "IPC_EXCL"},
					    {SHM_HUGETLB, "SHM_HUGETLB"},
					    {SHM_NORESERVE, "SHM_NORESERVE"},
					    {0, NULL}};

	add_mode(buf, size, add_flags(buf, size, bits, flags));
}

static void number_or_zero(char *buf, size_t size, int rest)
{
	char number[16];

	if (!rest && buf[0])
		return;
	snprintf(number, sizeof(number), rest ? "%#x" : "0", (unsigned int)rest);
	add(buf, size, number);
}

void seal_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{F_SEAL_SEAL, "F_SEAL_SEAL"},
					    {F_SEAL_SHRINK, "F_SEAL_SHRINK"},
					    {F_SEAL_GROW, "F_SEAL_GROW"},
					    {F_SEAL_WRITE, "F_SEAL_WRITE"},
					    {F_SEAL_FUTURE_WRITE, "F_SEAL_FUTURE_WRITE"},
					    {0, NULL}};
	int rest = add_flags(buf, size, bits, flags);

	number_or_zero(buf, size, rest);
}

void fallocate_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{FALLOC_FL_KEEP_SIZE, "FALLOC_FL_KEEP_SIZE"},
					    {FALLOC_FL_PUNCH_HOLE, "FALLOC_FL_PUNCH_HOLE"},
					    {0, NULL}};
	int rest = add_flags(buf, size, bits, flags);

	number_or_zero(buf, size, rest);
}

void shmat_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{SHM_RDONLY, "SHM_RDONLY"},
					    {SHM_RND, "SHM_RND"},
					    {SHM_REMAP, "SHM_REMAP"},
					    {SHM_EXEC, "SHM_EXEC"},
					    {0, NULL}};
	int rest = add_flags(buf, size, bits, flags);

	number_or_zero(buf, size, rest);
}

void msgop_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {{IPC_NOWAIT, "IPC_NOWAIT"},
					    {MSG_NOERROR, "MSG_NOERROR"},
					    {MSG_EXCEPT, "MSG_EXCEPT"},
					    {MSG_COPY, "MSG_COPY"},
					    {0, NULL}};
	int rest = add_flags(buf, size, bits, flags);

	number_or_zero(buf, size, rest);
}

void semop_flags(char *buf, size_t size, int bits)
{
	static const struct flag flags[] = {
	    {IPC_NOWAIT, "IPC_NOWAIT"}, {SEM_UNDO, "SEM_UNDO"}, {0, NULL}};
	int rest = add_flags(buf, size, bits, flags);

	number_or_zero(buf, size, rest);
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
	static const struct flag flags[] = {{EPOLLIN, "EPOLLIN"},
					    {EPOLLPRI, "EPOLLPRI"},
					    {EPOLLOUT, "EPOLLOUT"},
					    {EPOLLERR, "EPOLLERR"},
					    {EPOLLHUP, "EPOLLHUP"},
					    {EPOLLRDHUP, "EPOLLRDHUP"},
					    {EPOLLEXCLUSIVE, "EPOLLEXCLUSIVE"},
					    {EPOLLWAKEUP, "EPOLLWAKEUP"},
					    {EPOLLONESHOT, "EPOLLONESHOT"},
					    {(int)EPOLLET, "EPOLLET"},
					    {0, NULL}};
	int rest = add_flags(buf, size, (int)bits, flags);

	number_or_zero(buf, size, rest);
}
