/* SPDX-License-Identifier: GPL-2.0 */
/* The claims of one case, and facts made by hand; for the tests of claims. */
#ifndef IPCTRACE_CLAIMS_RIG_H
#define IPCTRACE_CLAIMS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "claims/claims.h"

#define MS 1000000ULL

/* One case's claims, and copies of the verdicts. */
struct run {
	struct expect *ex;
	struct claims *cl;
	__u64 now;
	size_t n;
	struct verdict v[8];
	char why[8][1024];
	char evidence[8][VERDICT_EVIDENCE][512];
};

static struct object pipes[3];

static inline int setup(void **state)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		pipes[i].key = (struct ipc_object){.id = 5120 + i, .mech = MECH_PIPE};
		snprintf(pipes[i].name, sizeof(pipes[i].name), "pipe:[%zu]", 5120 + i);
	}
	return 0;
}

static inline void start_case(struct run *r, const char *text, const char *case_name)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	char err[400] = "";

	memset(r, 0, sizeof(*r));
	r->ex = expect__parse(in, "t.expect", err, sizeof(err));
	fclose(in);
	if (!r->ex)
		fail_msg("%s", err);
	r->cl = claims__new(r->ex, "pipe-cases", case_name);
	assert_non_null(r->cl);
}

/* One claim "c" in line 1; its patterns from line 2 on. */
static inline void start(struct run *r, const char *patterns)
{
	char text[2048];

	snprintf(text, sizeof(text), "claim c \"a sentence\"\n%s", patterns);
	start_case(r, text, NULL);
}

static inline void on_verdict(void *ctx, const struct verdict *v)
{
	struct run *r = ctx;
	size_t i;

	assert_true(r->n < 8);
	assert_true(v->n_evidence <= VERDICT_EVIDENCE);
	assert_true((v->result == CLAIM_HOLDS) == !v->why);
	r->v[r->n] = *v;
	snprintf(r->why[r->n], sizeof(r->why[0]), "%s", v->why ? v->why : "");
	for (i = 0; i < v->n_evidence; i++) {
		assert_null(strchr(v->evidence[i], '\n'));
		snprintf(r->evidence[r->n][i], sizeof(r->evidence[0][0]), "%s", v->evidence[i]);
	}
	r->n++;
}

static inline void finish(struct run *r)
{
	claims__finish(r->cl, on_verdict, r);
}

static inline void drop(struct run *r)
{
	claims__free(r->cl);
	expect__free(r->ex);
}

/* The first claim's verdict, and its why from the beginning. */
static inline void ends(struct run *r, enum verdict_result result, int line, const char *why)
{
	finish(r);
	if (r->v[0].result != result || r->v[0].line != line ||
	    strncmp(r->why[0], why, strlen(why)) || (!*why && *r->why[0]))
		fail_msg("result %d line %d: %s", r->v[0].result, r->v[0].line, r->why[0]);
	drop(r);
}

static inline void holds(struct run *r)
{
	ends(r, CLAIM_HOLDS, 1, "");
}

static inline void feed(struct run *r, enum fact_kind kind, const char *comm, union any_event *rec,
			const struct object *obj, enum cause_kind cause)
{
	struct fact f = {
	    .kind = kind, .t = r->now, .who = {.pid = 10, .tid = 10}, .obj = obj, .rec = rec};

	memcpy(f.who.comm, comm, strlen(comm));
	f.cause.kind = cause;
	rec->e.ts = r->now;
	claims__feed(r->cl, &f);
	r->now += MS;
}

static inline void op(struct run *r, const char *comm, int nr, __s64 ret, int pipe)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.op.nr = (__s16)nr;
	rec.op.op = nr == SYS_write ? OPC_WRITE : OPC_READ;
	rec.op.ret = ret;
	rec.op.fd = 3;
	rec.op.obj = pipes[pipe].key;
	rec.op.after.v[PIPE_USED] = 3;
	rec.op.after.v[PIPE_SLOTS] = 16;
	feed(r, FACT_OP, comm, &rec, &pipes[pipe], CAUSE_NONE);
}

static inline void wait_fact(struct run *r, enum fact_kind kind, const char *comm, __u32 used,
			     __u64 slept, int pipe)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.wait.nr = SYS_write;
	rec.wait.op = OPC_WRITE;
	rec.wait.fd = 3;
	rec.wait.reason = WAIT_PIPE_FULL;
	rec.wait.obj = pipes[pipe].key;
	rec.wait.state.v[PIPE_USED] = used;
	rec.wait.state.v[PIPE_SLOTS] = 16;
	rec.wait.slept = r->now - slept;
	rec.wait.woken = kind == FACT_WAKE ? r->now : 0;
	feed(r, kind, comm, &rec, &pipes[pipe], kind == FACT_WAKE ? CAUSE_SPACE : CAUSE_STATE);
}

static inline void block(struct run *r, const char *comm, __u32 used, int pipe)
{
	wait_fact(r, FACT_BLOCK, comm, used, 0, pipe);
}

static inline void wake(struct run *r, const char *comm, __u64 slept, int pipe)
{
	r->now += slept;
	wait_fact(r, FACT_WAKE, comm, 16, slept, pipe);
}

static inline void signal_fact(struct run *r, enum fact_kind kind, const char *comm, int sig)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.signal.sig = sig;
	feed(r, kind, comm, &rec, NULL, CAUSE_NONE);
}

static inline void life(struct run *r, enum fact_kind kind, const char *comm, int code)
{
	union any_event rec;

	memset(&rec, 0, sizeof(rec));
	rec.life.code = code;
	strcpy(rec.life.comm, "new");
	feed(r, kind, comm, &rec, NULL, CAUSE_NONE);
}

#endif
