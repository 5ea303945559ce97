/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the commands and flags of SysV shared memory, semaphores and futexes. */
#ifndef IPCTRACE_IPC_NAMES_H
#define IPCTRACE_IPC_NAMES_H

#include <stddef.h>

#define IPC_FLAGS_LEN 64 /* room for all flags */

const char *shmctl_name(int cmd); /* "IPC_RMID"; NULL */
/* "IPC_CREAT|IPC_EXCL|0600": the last is the mode. */
void shmget_flags(char *buf, size_t size, int bits);
void semget_flags(char *buf, size_t size, int bits);
/* "SHM_RDONLY", "0" */
void shmat_flags(char *buf, size_t size, int bits);
const char *semctl_name(int cmd); /* "SETVAL"; NULL */
/* "IPC_NOWAIT|SEM_UNDO", "0" */
void semop_flags(char *buf, size_t size, int bits);
void seal_flags(char *buf, size_t size, int bits);
void fallocate_flags(char *buf, size_t size, int bits);
const char *futex_name(int op); /* "FUTEX_WAIT", without its flags; NULL */

#endif
