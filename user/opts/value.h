/* SPDX-License-Identifier: GPL-2.0 */
/* The values of options: durations, sizes, words of a list. */
#ifndef IPCTRACE_OPTS_VALUE_H
#define IPCTRACE_OPTS_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Each takes the whole word: 0, or -1 when it is not that, or too great. */

/* As opts__time(), but 0, or 1 ms or more: what is left of a millisecond does not count. */
int opts__duration(const char *word, unsigned int *ms);
/* "300", "300ms": 200 to 600000. */
int opts__hold(const char *word, unsigned int *ms);
/* A process id: 1 or more. */
int opts__pid(const char *word, unsigned int *pid);
/* "4k" to "1G": a power of two. */
int opts__size(const char *word, size_t *size);
/* "1.5s", "20ms", "7us", "3ns", "2m", "7": seconds. Into ns. */
int opts__time(const char *word, __u64 *ns);
/* "64M", "1G": 256k or more. */
int opts__bytes(const char *word, __u64 *bytes);
/* Whether word is one of choices: "text|json". */
bool opts__in_choices(const char *word, const char *choices);
/* For a message: "text, json or dot". Returns buf. */
#define CHOICES_LEN 64
const char *opts__choices_text(char buf[CHOICES_LEN], const char *choices);

#endif
