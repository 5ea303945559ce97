/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of the text timeline: one for each process and each object while there is room, else
 * one for all. Lanes appear when their process or object first has something to show, and names are
 * printed whenever they change.
 */
#ifndef IPCTRACE_TEXT_LANES_H
#define IPCTRACE_TEXT_LANES_H

#include "text/fold.h"
#include "text/row.h"

struct lanes;

struct lanes *lanes__new(const struct style *st); /* NULL with errno; st outlives it */
void lanes__row(struct lanes *l, const struct row *row);
void lanes__again(struct lanes *l, const struct fold_stretch *stretch);
bool lanes__has(const struct lanes *l, __u32 pid);
void lanes__clear(struct lanes *l); /* the next case starts anew */
void lanes__free(struct lanes *l);

#endif
