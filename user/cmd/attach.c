/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace attach: follows processes that run already. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "lib/log.h"
#include "opts/filter.h"
#include "session/session.h"

/* "attach -p 12,34": what the header and a trace file call it. */
static void describe(const struct opts *o, char *buf, size_t size)
{
	size_t len = (size_t)snprintf(buf, size, o->all ? "attach --all" : "attach -p ");

	for (size_t i = 0; i < o->n_pids && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%d", i ? "," : "", o->pids[i]);
}

static int take(struct opts *o, char *word)
{
	const char *must = opts__narrow(o, "pid", word);

	if (!must)
		return -1;
	log_error("attach takes %s, not '%s'", must, word);
	return EXIT_USAGE;
}

static const char *check(const struct opts *o)
{
	if (!!o->n_pids != o->all)
		return NULL;
	return o->all ? "attach to some or to all? try 'ipctrace attach PID'"
		      : "attach to what? try 'ipctrace attach PID', or --all";
}

static int attach(const struct opts *o)
{
	struct session *s = session__new(o, o->n_watch);
	struct session_attach what = {.pids = o->pids, .n_pids = o->n_pids};
	char name[OPTS_PIDS * 12 + 16];

	if (!s)
		return EXIT_FAILED;
	describe(o, name, sizeof(name));
	what.about.name = what.about.command = name;
	session__attach(s, &what);
	return session__end(s);
}

const struct verb verb_attach = {
    .name = "attach",
    .args = "PID... | --all",
    .help = "follow what runs already",
    .forms = {{"", OPTS_SHOW | OPTS_TRACE | OPTS_ADOPT | OPTS_PICK | OPTS_WATCH | OPT(RECORD)}},
    .take = take,
    .check = check,
    .run = attach,
};
