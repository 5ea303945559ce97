/* SPDX-License-Identifier: GPL-2.0 */
/* Facts that the text sink is given, and what it makes of them; for its tests. */
#ifndef IPCTRACE_SINK_TEXT_RIG_H
#define IPCTRACE_SINK_TEXT_RIG_H

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "sink/sink.h"

static char *out;
static size_t out_len;
static FILE *stream;
static struct sink *sink;

static struct object a_pipe = {
    .key = {.id = 5123, .dev = 14, .mech = MECH_PIPE},
    .name = "pipe:[5123]",
    .state = {{1, 16, 13, 16, 1, 1}},
    .state_known = true,
    .index = 1,
};
static struct actor writer = {.pid = 813, .tid = 813, .comm = "writer"};
static struct actor reader = {.pid = 814, .tid = 814, .comm = "reader"};

static inline void start(int columns, bool ascii, bool raw)
{
	struct sink_opts opts = {.columns = columns, .ascii = ascii, .raw = raw};
	struct run_info info = {.scenario = "test"};

	stream = open_memstream(&out, &out_len);
	opts.out = stream;
	sink = sink_text.new(&opts);
	sink_text.begin(sink, &info);
}

static inline const char *finish(void)
{
	sink_text.end(sink);
	sink_text.free(sink);
	fclose(stream);
	return out;
}

static inline void done(void)
{
	free(out);
	out = NULL;
}

static inline void put(enum fact_kind kind, __u64 us, struct actor who, const union any_event *rec,
		       struct cause cause)
{
	struct fact f = {.kind = kind, .t = us * 1000, .who = who, .rec = rec, .cause = cause};

	if (kind == FACT_OP || kind == FACT_OBJECT ? rec->op.obj.mech : rec->wait.obj.mech)
		f.obj = &a_pipe;
	sink_text.fact(sink, &f);
}

static const struct cause no_cause = {.nr = -1, .fd = -1};

static inline void op(__u64 us, struct actor who, int nr, long ret)
{
	union any_event rec = {.op = {.ret = ret,
				      .arg = 13,
				      .obj = a_pipe.key,
				      .after = a_pipe.state,
				      .fd = 4,
				      .nr = (__s16)nr,
				      .op = nr == SYS_read ? OPC_READ : OPC_WRITE}};

	put(FACT_OP, us, who, &rec, no_cause);
}

static inline void block(__u64 us, struct actor who, int nr, int reason)
{
	union any_event rec = {
	    .wait = {.slept = us * 1000, .nr = (__s16)nr, .fd = 3, .reason = (__u8)reason}};
	struct cause c = no_cause;

	c.kind = reason ? CAUSE_STATE : CAUSE_SYSCALL;
	if (reason)
		rec.wait.obj = a_pipe.key;
	put(FACT_BLOCK, us, who, &rec, c);
}

static inline void wake(__u64 from, __u64 us, struct actor who, int nr, int reason)
{
	union any_event rec = {.wait = {.e = {.ts = us * 1000},
					.slept = from * 1000,
					.woken = us * 1000,
					.nr = (__s16)nr,
					.fd = 3,
					.reason = (__u8)reason}};
	struct cause c = no_cause;

	c.kind = CAUSE_TIMEOUT;
	if (reason)
		rec.wait.obj = a_pipe.key;
	put(FACT_WAKE, us, who, &rec, c);
}

static inline void has(const char *text)
{
	if (!strstr(out, text))
		fail_msg("no \"%s\" in:\n%s", text, out);
}

static inline void has_not(const char *text)
{
	if (strstr(out, text))
		fail_msg("\"%s\" in:\n%s", text, out);
}

#endif
