/* SPDX-License-Identifier: GPL-2.0 */
/* What a call asked for, as fields. */
#ifndef IPCTRACE_WORDS_FIELD_CALL_H
#define IPCTRACE_WORDS_FIELD_CALL_H

#include "words/fields.h"

/* Adds arg, cmd, flags, key, and what only some calls have: nsops, num, type, wanted, uid, sleepers, ... */
void fields__asked(struct fields *fs, const struct fact *fact);
/* Adds the command of fcntl by its name, of ioctl as a number, and a limit that it has reached. */
void fields__control(struct fields *fs, const struct fact *fact);
/* Why a *get, a semop, or F_SETPIPE_SZ was refused. */
void fields__limit(struct fields *fs, const struct fact *fact);

#endif
