/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the program "watched" share. */
#ifndef IPCTRACE_WATCHED_H
#define IPCTRACE_WATCHED_H

#include <sys/types.h>

_Noreturn void fail(const char *what); /* removes the segment */
volatile int *attach(void);
void tell_and_remove(void); /* prints the segment's id, which stays until nobody has it mapped */
void add_one(volatile int *word);
void add(volatile int *word, int n);
void wait_all(void);

/* What it is asked to do; the word's last value. */
int talk(int n);
int asleep(int n);
int undisturbed(int n);
int calls(int n);
int patient(int n);
int of_file(int fd, int n);
int areas(int fd, int n); /* 1: moved, 0: not */
int posix(const char *name, int n);
int named(const char *name, int n);

#endif
