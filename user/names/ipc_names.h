/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the commands and flags of SysV shared memory, semaphores, message queues, futexes, epoll
 * and sockets. */
#ifndef IPCTRACE_NAMES_IPC_NAMES_H
#define IPCTRACE_NAMES_IPC_NAMES_H

#include <stddef.h>

#define IPC_FLAGS_LEN 64 /* room for all flags */

const char *shmctl_name(int cmd); /* "IPC_RMID"; NULL */
/* "IPC_CREAT|IPC_EXCL|0600": the last is the mode. */
void shmget_flags(char *buf, size_t size, int bits);
void ipcget_flags(char *buf, size_t size, int bits); /* of semget and msgget */
/* "SHM_RDONLY", "0" */
void shmat_flags(char *buf, size_t size, int bits);
const char *semctl_name(int cmd); /* "SETVAL"; NULL */
/* "IPC_NOWAIT|SEM_UNDO", "0" */
void semop_flags(char *buf, size_t size, int bits);
const char *msgctl_name(int cmd); /* "IPC_SET"; NULL */
/* "IPC_NOWAIT|MSG_EXCEPT", "0" */
void msgop_flags(char *buf, size_t size, int bits);
void seal_flags(char *buf, size_t size, int bits);
void fallocate_flags(char *buf, size_t size, int bits);
const char *epoll_ctl_name(int cmd); /* "EPOLL_CTL_ADD"; NULL */
#define EPOLL_EVENTS_LEN 192
/* "EPOLLIN|EPOLLONESHOT", "0" */
void epoll_events(char *buf, size_t size, unsigned int bits);
const char *shutdown_name(int how); /* "SHUT_WR"; NULL */
const char *futex_name(int op);	    /* "FUTEX_WAIT", without its flags; NULL */

#endif
