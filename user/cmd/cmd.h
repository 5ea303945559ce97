/* SPDX-License-Identifier: GPL-2.0 */
/* What main() dispatches to: one function a verb, each returning the exit status. */
#ifndef IPCTRACE_CMD_CMD_H
#define IPCTRACE_CMD_CMD_H

#include "opts/opts.h"

int cmd_run(const struct opts *o);
int cmd_attach(const struct opts *o);
int cmd_why(const struct opts *o);
int cmd_record(const struct opts *o);
int cmd_replay(const struct opts *o);
int cmd_stat(const struct opts *o);
int cmd_diff(const struct opts *o);
int cmd_list(const struct opts *o);
int cmd_doctor(const struct opts *o);
int cmd_scenario(const struct opts *o);

#endif
