/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes trace files that claim to be large: bombs KIND N. A reader must need bounded memory, and
 * time in proportion to N.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file/codec.h"
#include "file/frame_out.h"
#include "records.h"
#include "file/writer.h"

#define START 1000000000000ULL
#define PIPE  5140
#define FIRST 1000 /* pids from here on */
#define BOMB  (16U << 20)

static const struct trace_about about = {.version = "0", .kernel = "none", .backend = "syscall"};
static const struct trace_run run = {.name = "bomb", .command = "bomb", .extent = EXTENT_WHOLE};
static __u64 now = START;
static __u32 n;
static struct writer *out;

static void put(union any_event rec)
{
	if (writer__record(out, &rec.e))
		exit(1);
	now += 10000;
}

static void tick(__u32 i)
{
	if (i % 100 == 0)
		writer__tick(out, now > 200000000 ? now - 200000000 : 0);
}

static union any_event mapping(__u8 change, __u32 i)
{
	union any_event rec = {.map = {.e = {.ts = now,
					     .pid = FIRST,
					     .tid = FIRST,
					     .size = sizeof(rec.map),
					     .kind = EV_MAP},
				       .obj = {.id = 7, .dev = 1, .mech = MECH_SHM},
				       .addr = 0x1000ULL * i,
				       .len = 0x1000,
				       .offset = 0,
				       .fd = -1,
				       .nr = change == MAP_ATTACHED ? SYS_shmat : SYS_shmdt,
				       .change = change,
				       .prot = PROT_READ}};
	return rec;
}

static union any_event touch(__u32 i)
{
	union any_event rec = {.fault = {.e = {.ts = now,
					       .pid = FIRST,
					       .tid = FIRST,
					       .size = sizeof(rec.fault),
					       .kind = EV_FAULT},
					 .obj = {.id = 7, .dev = 1, .mech = MECH_SHM},
					 .addr = 0x1000ULL * i,
					 .offset = 0x1000ULL * i,
					 .pfn = i + 1,
					 .nr = -1}};
	return rec;
}

/* Live processes that all have one name. */
static void tasks(void)
{
	for (__u32 i = 0; i < n; i++, tick(i))
		put(rec_fork(1, now, FIRST + i, "same"));
	for (__u32 i = 0; i < n; i++, tick(i))
		put(rec_rename(FIRST + i, now, i % 2 ? "odd" : "even"));
	for (__u32 i = 0; i < n; i++, tick(i))
		put(rec_exit(FIRST + i, now, 0));
}

/* One process with a pipe in each descriptor; how they all go. */
static void fds(__u8 gone)
{
	put(rec_exec(FIRST, now, "many"));
	for (__u32 i = 0; i < n; i++, tick(i))
		put(rec_object(FIRST, now, OBJ_HELD, (int)i, END_READ, PIPE + i, 16 + i));
	put(rec_rename(FIRST, now, "renamed"));
	for (__u32 i = 0; i < n; i++, tick(i))
		put(rec_object(FIRST, now, gone, (int)i, END_READ, PIPE + i, 16 + i));
	put(gone == OBJ_EXEC_CLOSED ? rec_exec(FIRST, now, "after") : rec_exit(FIRST, now, 0));
}

/* One pipe that everybody holds. */
static void holders(void)
{
	for (__u32 i = 0; i < n; i++, tick(i)) {
		put(rec_fork(1, now, FIRST + i, "holder"));
		put(rec_object(FIRST + i, now, OBJ_INHERITED, 4, END_WRITE, PIPE, 16));
		put(rec_object(FIRST + i, now, OBJ_HELD, 5, END_WRITE, PIPE, 1000 + i));
	}
	for (__u32 i = 0; i < n; i++, tick(i)) {
		put(rec_exit(FIRST + i, now, 0));
		put(rec_object(FIRST + i, now, OBJ_EXIT_CLOSED, 4, END_WRITE, PIPE, 16));
	}
}

/* One pipe that everybody holds, and on which everybody sleeps, again and again. */
static void sleepers(void)
{
	for (__u32 i = 0; i < n; i++, tick(i)) {
		put(rec_fork(1, now, FIRST + i, "holder"));
		put(rec_object(FIRST + i, now, OBJ_INHERITED, 4, END_READ, PIPE, 16));
	}
	for (__u32 i = 0; i < n; i++, tick(i))
		put(woken_by(
		    rec_wait(FIRST + i, now - 2000, now - 1000, now, "read", WAIT_PIPE_EMPTY, PIPE),
		    WAKE_TASK, 1, "waker", "write", PIPE));
}

/* All of it at one time, and no tick. */
static void wakes(void)
{
	for (__u32 i = 0; i < n; i++) {
		put(rec_op(1, START, START + 1, "write", PIPE, 1, 1));
		put(woken_by(
		    rec_wait(FIRST + i, START, START + 1, START + 2, "read", WAIT_PIPE_EMPTY, PIPE),
		    WAKE_TASK, 1, "waker", "write", PIPE));
	}
}

static void mappings(void)
{
	for (__u32 i = 0; i < n; i++, tick(i))
		put(mapping(MAP_ATTACHED, i));
	for (__u32 i = 0; i < n; i++, tick(i)) {
		union any_event rec = mapping(MAP_PROTECTED, i);

		rec.map.prot = PROT_READ | PROT_WRITE;
		put(rec);
	}
	for (__u32 i = 0; i < n; i++, tick(i))
		put(mapping(MAP_DETACHED, i));
}

/* One change of all mappings at once. */
static void protects(void)
{
	for (__u32 i = 0; i < n; i++, tick(i))
		put(mapping(MAP_ATTACHED, i));
	for (int i = 0; i < 2; i++) {
		union any_event rec = mapping(MAP_PROTECTED, 0);

		rec.map.len = 0x1000ULL * n;
		rec.map.prot = i ? PROT_READ : PROT_WRITE;
		put(rec);
	}
}

static void touches(void)
{
	for (__u32 i = 0; i < n; i++, tick(i))
		put(touch(i));
}

static void objects(void)
{
	for (__u32 i = 0; i < n; i++, tick(i)) {
		put(rec_object(FIRST, now, OBJ_CREATED, 3, END_READ, PIPE + i, 16 + i));
		put(rec_op(FIRST, now, now + 1, "write", PIPE + i, 1, 1));
	}
	for (__u32 i = 0; i < n; i++, tick(i))
		put(rec_object(FIRST, now, OBJ_CREATED, 3, END_READ, PIPE, 16 + i));
}

static void semaphores(void)
{
	for (__u32 i = 0; i < n; i++, tick(i)) {
		union any_event rec = rec_op(FIRST, now, now + 1, "semop", 9, 0, 1);

		rec.op.obj = (struct ipc_object){.id = 9, .dev = 1, .mech = MECH_SEM};
		rec.op.op = OPC_SEM_OP;
		rec.op.before.v[SEM_NUM] = i;
		rec.op.after.v[SEM_NUM] = i;
		put(rec);
	}
}

static void ops(void)
{
	for (__u32 i = 0; i < n; i++)
		put(rec_op(FIRST + i % 7, now - 1, now, "write", PIPE, 1 + i % 3, 1 + i % 3));
}

static void runs(void)
{
	const struct trace_end end = {0};

	for (__u32 i = 0; i < n; i++) {
		writer__run_end(out, &end);
		writer__run(out, &run);
	}
}

/* Payloads as large as they may be, which deflate to almost nothing. */
static int deflated(void)
{
	static __u8 raw[BOMB];
	static struct codec codec;
	struct frame f = {.type = FRAME_RECORDS, .run = 1, .raw_len = BOMB};
	union any_event rec = rec_op(FIRST, START - 1, START, "write", PIPE, 1, 1);
	struct frame_out o;
	__u8 *at;

	if (frame_out__init(&o, STDOUT_FILENO))
		return 1;
	codec__reset(&codec);
	at = codec__put(&codec, &rec.e, raw);
	for (; at < raw + BOMB - CODEC_MAX; f.records++) {
		rec.e.ts++;
		rec.op.start++;
		at = codec__put(&codec, &rec.e, at);
	}
	f.raw_len = (__u32)(at - raw);
	f.records++;
	f.first = f.last = START;
	for (__u32 i = 0; i < n; i++) {
		struct frame one = f;

		if (frame_out__put(&o, &one, raw))
			return 1;
	}
	return frame_out__close(&o) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*make)(void);
	} kinds[] = {{"tasks", tasks},	   {"holders", holders},   {"sleepers", sleepers},
		     {"wakes", wakes},	   {"mappings", mappings}, {"protects", protects},
		     {"touches", touches}, {"objects", objects},   {"semaphores", semaphores},
		     {"ops", ops},	   {"runs", runs}};
	const struct trace_end end = {0};
	const char *kind = argc > 2 ? argv[1] : "";
	bool made = true;

	n = argc > 2 ? (__u32)strtoul(argv[2], NULL, 10) : 0;
	if (!strcmp(kind, "deflated"))
		return deflated();
	out = writer__new(STDOUT_FILENO, &about, 0);
	if (!out || writer__run(out, &run))
		return 1;
	if (!strcmp(kind, "exit"))
		fds(OBJ_EXIT_CLOSED);
	else if (!strcmp(kind, "exec"))
		fds(OBJ_EXEC_CLOSED);
	else if (!strcmp(kind, "close"))
		fds(OBJ_CLOSED);
	else
		made = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, kind))
			continue;
		kinds[i].make();
		made = true;
	}
	return !made || writer__run_end(out, &end) || writer__close(out) ? 1 : 0;
}
