/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory in the text timeline: what a row says, and which rows become one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "sink/sink.h"

static char *out;
static size_t out_len;
static FILE *stream;
static struct sink *sink;
static __u64 now;

static struct object segment = {
    .key = {.id = 7, .dev = 1, .mech = MECH_SHM},
    .name = "shm:[7]",
    .state = {{0, 1, 4095, 0600, 0x4d2, 33}},
    .state_known = true,
    .index = 1,
};
static const struct actor maker = {.pid = 813, .tid = 813, .comm = "maker"};
static const struct actor first = {.pid = 814, .tid = 814, .comm = "first"};

static void start(void)
{
	struct sink_opts opts = {.columns = 160};
	struct run_info info = {.scenario = "test"};

	stream = open_memstream(&out, &out_len);
	opts.out = stream;
	sink = sink_text.new(&opts);
	sink_text.begin(sink, &info);
	now = 0;
}

/* A row may be broken where it does not fit. */
static void squeeze(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (!strchr(" \n", *text) || (to > out && to[-1] != ' '))
			*to++ = *text == '\n' ? ' ' : *text;
	*to = '\0';
}

static void finish(void)
{
	sink_text.end(sink);
	sink_text.free(sink);
	fclose(stream);
	squeeze(out);
}

static void has(const char *text)
{
	if (!strstr(out, text))
		fail_msg("no \"%s\" in:\n%s", text, out);
}

static void has_not(const char *text)
{
	if (strstr(out, text))
		fail_msg("\"%s\" in:\n%s", text, out);
}

static void put(enum fact_kind kind, const union any_event *rec, bool by)
{
	struct fact f = {.kind = kind, .t = now += 1000, .who = maker, .rec = rec, .obj = &segment};

	f.cause = (struct cause){.nr = -1, .fd = -1};
	if (by) {
		f.cause.kind = CAUSE_SAME_PAGE;
		f.cause.by_known = true;
		f.cause.by = first;
	}
	if (kind == FACT_MAP)
		f.at_flags = rec->map.change == MAP_ATTACHED ? SHM_REMAP : 0;
	sink_text.fact(sink, &f);
}

static void op(int nr, __u8 class, __s64 ret, int cmd, __u32 mode_before, __u32 mode)
{
	union any_event rec = {.op = {.ret = ret, .arg = 1, .obj = segment.key, .fd = -1}};

	rec.op.key = class == OPC_SHM_GET ? 0x4d2 : 0;
	rec.op.cmd = cmd;
	rec.op.nr = (__s16)nr;
	rec.op.op = class;
	rec.op.before = rec.op.after = segment.state;
	rec.op.before.v[SHM_MODE] = mode_before;
	rec.op.after.v[SHM_MODE] = mode;
	put(FACT_OP, &rec, false);
}

static void test_creation(void **state)
{
	union any_event rec = {.object = {.obj = segment.key, .state = segment.state}};

	rec.object.nr = SYS_shmget;
	rec.object.fd = -1;
	rec.object.change = OBJ_CREATED;
	start();
	put(FACT_OBJECT, &rec, false);
	op(SYS_shmget, OPC_SHM_GET, 7, IPC_CREAT | IPC_EXCL | 0600, 0, 0600);
	/* Without the call's own record, which a filter may leave out. */
	put(FACT_OBJECT, &rec, false);
	finish();
	has("shmget key 0x4d2 1 ");
	has("IPC_CREAT|IPC_EXCL|0600: makes it, owner uid 33");
	has("shmget makes 1 byte, key 0x4d2, mode 0600, owner uid 33");
	free(out);
}

/* In a run and in a stretch: what reads differently is not counted as one. */
static void test_what_differs_is_not_folded(void **state)
{
	start();
	for (int round = 0; round < 4; round++)
		for (__u32 mode = 0; mode < 3; mode++)
			op(SYS_shmctl, OPC_SHM_CTL, 0, IPC_SET, mode, mode + 1);
	op(SYS_shmctl, OPC_SHM_CTL, 0, IPC_STAT, 0, 0);
	op(SYS_shmctl, OPC_SHM_CTL, 0, IPC_STAT, 0, 0);
	finish();
	has("shmctl IPC_SET → 0: mode 0000 to 0001 ×3"); /* the first of each is a row */
	has("shmctl IPC_SET → 0: mode 0001 to 0002 ×3");
	has("shmctl IPC_SET → 0: mode 0002 to 0003 ×3");
	has("shmctl IPC_STAT → 0 ×2");
	free(out);
}

static void fault(__u64 page, bool by, bool denied)
{
	union any_event rec = {.fault = {.obj = segment.key, .offset = page << 12, .pfn = 1}};

	rec.fault.nr = -1;
	rec.fault.denied = denied;
	rec.fault.write = denied;
	put(FACT_FAULT, &rec, by);
}

static void test_pages(void **state)
{
	start();
	for (__u64 page = 0; page < 3; page++)
		fault(page, true, false);
	fault(10, false, false);
	finish();
	has("first read of pages in 0-10: 4 of");
	has("so it is with pages 0-2, of the others it is not shown");
	free(out);

	start();
	fault(0, true, false);
	fault(1, true, false);
	finish();
	has("so it is with each of these pages");
	free(out);

	start();
	fault(0, true, false);
	fault(1, false, false);
	fault(2, true, false);
	finish();
	has("so it is with 2 of these pages, of the others it is not shown");
	free(out);

	/* Pages that are touched in turns are folded as other rows are. */
	start();
	for (__u64 page = 0; page < 40; page++) {
		fault(page, page % 2, false);
		fault(page, !(page % 2), false);
	}
	finish();
	has("the same again");
	has_not("page 20");
	free(out);

	/* Two that were refused are no walk through pages. */
	start();
	fault(0, false, true);
	fault(1, false, true);
	fault(1, false, true);
	finish();
	has("forbidden write of page 0");
	has("forbidden write of page 1 ×2");
	has_not("pages");
	free(out);
}

static void test_mappings(void **state)
{
	union any_event rec = {.map = {.obj = segment.key, .len = 4096, .nr = SYS_shmat}};

	start();
	rec.map.change = MAP_DETACHED;
	put(FACT_MAP, &rec, false);
	rec.map.change = MAP_ATTACHED;
	rec.map.prot = 3;
	put(FACT_MAP, &rec, false);
	rec.map.change = MAP_PROTECTED;
	rec.map.nr = SYS_mprotect;
	rec.map.len = 1;
	put(FACT_MAP, &rec, false);
	rec.map.change = MAP_CUT;
	rec.map.nr = SYS_mmap;
	rec.map.err = ENODEV;
	put(FACT_MAP, &rec, false);
	finish();
	has("mmap → ENODEV drops 1 byte of it all the same");
	has("shmat SHM_REMAP replaces 4096 bytes");
	has("shmat SHM_REMAP 4096 bytes rw");
	has("mprotect 1 byte rw");
	free(out);
}

static void test_one_loss(void **state)
{
	union any_event rec = {.lost = {.count = 1, .cause = LOST_RING}};

	start();
	put(FACT_LOST, &rec, false);
	finish();
	has("1 record lost here: ring");
	free(out);
}

static void test_refused_name(void **state)
{
	union any_event rec = {.object = {.change = OBJ_REFUSED, .path = "/dev/shm/x"}};

	rec.object.nr = SYS_openat;
	rec.object.fd = -ENOENT;
	start();
	put(FACT_OBJECT, &rec, false);
	put(FACT_OBJECT, &rec, false);
	finish();
	has("openat /dev/shm/x → ENOENT ×2");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_creation), cmocka_unit_test(test_what_differs_is_not_folded),
	    cmocka_unit_test(test_pages),    cmocka_unit_test(test_mappings),
	    cmocka_unit_test(test_one_loss), cmocka_unit_test(test_refused_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
