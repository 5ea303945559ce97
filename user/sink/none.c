// SPDX-License-Identifier: GPL-2.0
/* The sink for a run that is recorded and not shown. */
#include <stdlib.h>

#include "sink/sink.h"

struct sink {
	char none;
};

static struct sink *none_new(const struct sink_opts *opts)
{
	return calloc(1, sizeof(struct sink));
}

static void none_begin(struct sink *s, const struct run_info *info)
{
}

static void none_fact(struct sink *s, const struct fact *fact)
{
}

static void none_output(struct sink *s, const char *text, size_t len)
{
}

static void none_end(struct sink *s)
{
}

static void none_asleep(struct sink *s, const struct fact *facts, size_t n)
{
}

static void none_claim(struct sink *s, const struct verdict *v)
{
}

static void none_summary(struct sink *s, const struct run_summary *sum)
{
}

static void none_free(struct sink *s)
{
	free(s);
}

const struct sink_ops sink_none = {
    .name = "none",
    .new = none_new,
    .begin = none_begin,
    .fact = none_fact,
    .output = none_output,
    .end = none_end,
    .asleep = none_asleep,
    .claim = none_claim,
    .summary = none_summary,
    .free = none_free,
};
