/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SysV segments, semaphores and message queues, POSIX queues and files outlive their makers. Those of a
 * scenario do not: what is made here is removed on every way out that a program can catch. For
 * SIGKILL, the tracer keeps the scenario in its own IPC namespace. What others have made is not
 * touched.
 */
#ifndef SYSV_H
#define SYSV_H

#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/types.h>

/* shmget(2) and its like, of something new. A key that is taken ends the scenario with 1. */
int new_segment(key_t key, size_t size, int mode);
int new_semaphores(key_t key, int n, int mode);
int new_queue(key_t key, int mode);
/* mq_open(3) of a new queue for so many messages of so many bytes at most; flags: O_RDWR and its like.
 * name is kept. */
mqd_t new_named_queue(const char *name, int flags, long messages, long bytes);

/* A directory below /tmp, to be in; name is the one file that the scenario puts there. */
void enter_new_directory(const char *name);
void leave_new_directory(void);

/* Before a child makes a segment: it ends the scenario with 1 if the key is taken. */
void need_free(key_t key);
/* After the fork: if maker makes a segment under key, it is ours to remove. */
void own_segment_of(pid_t maker, key_t key);

/* shmat(2) where the kernel likes. */
void *attach(int id, int flags);
void detach(const void *address);
/* shmctl(2) IPC_STAT: how many attaches there are. */
unsigned long nattch(int id);
/* msgctl(2) IPC_SET: how many bytes a queue may hold, and how many those were before. */
unsigned long limit_queue(int id, unsigned long bytes);
void remove_segment(int id);
void remove_semaphores(int id);
void remove_queue(int id);
void unlink_named_queue(const char *name);

#endif
