/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps the first and the last lines of what the traced program printed, in bounded memory. */
#ifndef IPCTRACE_TEXT_CAUGHT_H
#define IPCTRACE_TEXT_CAUGHT_H

#include <stddef.h>

#include "print/style.h"

struct caught;

struct caught *caught__new(void); /* NULL with errno */
void caught__add(struct caught *c, const char *text, size_t len);
/* Prints it, if there is any, and forgets it. */
void caught__print(struct caught *c, const struct style *st);
void caught__free(struct caught *c);

#endif
