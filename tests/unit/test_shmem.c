/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of shared memory that refuses: accesses and their signals, calls on files in memory, names.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <linux/falloc.h>

#include <cmocka.h>

#include "records.h"

#define PAGE 4096ull

static const struct ipc_object file = {.id = 9, .dev = 1, .mech = MECH_SHMEM};

static struct event head(__u8 kind, __u16 size, __u32 tid, __u64 ts)
{
	return (struct event){.ts = ts, .pid = tid, .tid = tid, .size = size, .kind = kind};
}

static union any_event touch(__u64 ts, __u64 page, bool denied, bool beyond, int nr)
{
	union any_event e = {0};

	e.fault.e = head(EV_FAULT, sizeof(e.fault), 1, ts);
	e.fault.obj = file;
	e.fault.offset = page * PAGE;
	e.fault.write = 1;
	e.fault.denied = denied;
	e.fault.beyond = beyond;
	e.fault.nr = (__s16)nr;
	return e;
}

static union any_event call(__u64 ts, int nr, __u8 op, __s64 ret, __u64 arg, int cmd, __u32 key)
{
	union any_event e = {0};

	e.op.e = head(EV_OP, sizeof(e.op), 1, ts);
	e.op.start = ts;
	e.op.ret = ret;
	e.op.arg = arg;
	e.op.obj = file;
	e.op.before.v[SHMEM_PAGES] = 2;
	e.op.before.v[SHMEM_UID] = 33;
	e.op.fd = 3;
	e.op.cmd = cmd;
	e.op.nr = (__s16)nr;
	e.op.op = op;
	e.op.key = key;
	return e;
}

static union any_event refused(__u64 ts, int nr, const char *path, int error, bool known)
{
	union any_event e = {0};

	e.object.e = head(EV_OBJECT, sizeof(e.object), 1, ts);
	e.object.change = OBJ_REFUSED;
	e.object.nr = (__s16)nr;
	e.object.fd = -error;
	strncpy(e.object.path, path, PATH_LEN - 1);
	if (known) {
		e.object.obj = file;
		e.object.state.v[SHMEM_MODE] = 0600;
		e.object.state.v[SHMEM_UID] = 33;
	} else {
		e.object.e.flags = EVF_NO_STATE;
	}
	return e;
}

static union any_event kernels(__u64 ts, int sig, int code)
{
	union any_event e = rec_signal(1, ts, sig, code, 0, "", NULL, 0);

	e.signal.sender.ctx = WAKE_IRQ;
	return e;
}

static void beyond_the_end(void **state)
{
	struct run *r = run_new();

	run_feed(r, touch(1000000, 2, false, true, -1));
	run_feed(r, kernels(1000100, SIGBUS, BUS_ADRERR));
	run_feed(r, touch(2000000, 2, false, true, SYS_read));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_FAULT, 0)->f.cause.kind, CAUSE_NONE);
	assert_string_equal(run_get(r, FACT_FAULT, 0)->why,
			    "the object ends before that page: a SIGBUS follows");
	assert_int_equal(run_get(r, FACT_SIGNAL, 0)->f.cause.kind, CAUSE_FAULT);
	assert_string_equal(run_get(r, FACT_SIGNAL, 0)->why,
			    "SIGBUS: its write of page 2 of shmem:[9] at 1.000 ms: the object ends "
			    "before that page");
	assert_string_equal(
	    run_get(r, FACT_FAULT, 1)->why,
	    "the object ends before that page: no signal follows, read gets no further");
	run_free(r);
}

/* Nothing was touched: who comes later is the first. */
static void no_touch(void **state)
{
	struct run *r = run_new();
	union any_event e = touch(10, 2, false, true, -1);

	e.fault.pfn = 7; /* would be the same page */
	run_feed(r, e);
	e = touch(20, 2, false, false, -1);
	e.e.pid = e.e.tid = 2;
	e.fault.pfn = 7;
	run_feed(r, e);
	run_finish(r);
	assert_int_equal(run_get(r, FACT_FAULT, 1)->f.cause.kind, CAUSE_NONE);
	run_free(r);
}

/* A signal is the access's only where no other reason can be. */
static void causes_of_signals(void **state)
{
	static const struct {
		bool denied;
		int nr, sig, code;
		bool between;
		enum cause_kind cause;
	} cases[] = {
	    {true, -1, SIGSEGV, SEGV_ACCERR, false, CAUSE_FAULT},
	    {true, -1, SIGSEGV, SEGV_ACCERR, true, CAUSE_KERNEL},
	    {true, -1, SIGSEGV, SEGV_MAPERR, false, CAUSE_KERNEL},
	    {true, -1, SIGBUS, BUS_ADRERR, false, CAUSE_KERNEL},
	    {true, SYS_read, SIGSEGV, SEGV_ACCERR, false, CAUSE_KERNEL},
	    {false, -1, SIGBUS, BUS_ADRERR, false, CAUSE_FAULT},
	    {false, -1, SIGSEGV, SEGV_ACCERR, false, CAUSE_KERNEL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *r = run_new();

		run_feed(r, touch(10, 0, cases[i].denied, !cases[i].denied, cases[i].nr));
		if (cases[i].between)
			run_feed(r, rec_rename(1, 15, "other"));
		run_feed(r, kernels(20, cases[i].sig, cases[i].code));
		run_feed(r, kernels(30, cases[i].sig, cases[i].code)); /* another one */
		run_finish(r);
		if (run_get(r, FACT_SIGNAL, 0)->f.cause.kind != cases[i].cause)
			fail_msg("case %zu", i);
		assert_int_equal(run_get(r, FACT_SIGNAL, 1)->f.cause.kind, CAUSE_KERNEL);
		run_free(r);
	}
}

static void reasons(void **state)
{
	const __u32 ro = KEY_KNOWN | END_READ, wo = KEY_KNOWN | END_WRITE, rw = ro | END_WRITE;
	const struct {
		int nr;
		__u8 op;
		int error;
		__u64 arg;
		int cmd;
		__u32 key;
		const char *why;
	} cases[] = {
	    {SYS_mmap, OPC_MAP, EACCES, 1, PROT_WRITE, ro,
	     "EACCES: the descriptor is not open for w"},
	    {SYS_mmap, OPC_MAP, EACCES, 1, PROT_READ, wo, "the descriptor is not open for reading"},
	    {SYS_mmap, OPC_MAP, EACCES, 1, PROT_READ, ro, "the records do not show why"},
	    {SYS_mmap, OPC_MAP, EACCES, 1, PROT_WRITE, 0, "the records do not show why"},
	    {SYS_mmap, OPC_MAP, EPERM, 1, PROT_WRITE, rw | F_SEAL_WRITE << KEY_SEALS,
	     "F_SEAL_WRITE allows no new mapping"},
	    {SYS_mmap, OPC_MAP, EPERM, 1, PROT_READ, rw | F_SEAL_WRITE << KEY_SEALS,
	     "the records do not show why"},
	    {SYS_mmap, OPC_MAP, EINVAL, 0, PROT_READ, rw, "cannot have a length of 0"},
	    {SYS_mprotect, OPC_MAP, EACCES, 1, PROT_WRITE, ro,
	     "EACCES: it was mapped by a descriptor that is not open for writing"},
	    {SYS_mprotect, OPC_MAP, EACCES, 1, PROT_EXEC, ro, "the records do not show why"},
	    {SYS_mprotect, OPC_MAP, EACCES, 1, PROT_WRITE, rw | F_SEAL_WRITE << KEY_SEALS,
	     "F_SEAL_WRITE allows no mapping to write by"},
	    {SYS_mprotect, OPC_MAP, EACCES, 1, PROT_WRITE, rw | F_SEAL_FUTURE_WRITE << KEY_SEALS,
	     "the records do not show why"},
	    {SYS_mprotect, OPC_MAP, ENOMEM, 1, PROT_WRITE, ro, "the records do not show why"},
	    {SYS_fcntl, OPC_CONTROL, EPERM, F_SEAL_WRITE, F_ADD_SEALS, ro, "not open for writing"},
	    {SYS_fcntl, OPC_CONTROL, EPERM, F_SEAL_WRITE, F_ADD_SEALS,
	     rw | F_SEAL_SEAL << KEY_SEALS, "F_SEAL_SEAL allows no more seals"},
	    {SYS_fcntl, OPC_CONTROL, EBUSY, F_SEAL_WRITE, F_ADD_SEALS, rw,
	     "the records do not show why"},
	    {SYS_ftruncate, OPC_TRUNCATE, EINVAL, 1, 0, ro, "not open for writing"},
	    {SYS_ftruncate, OPC_TRUNCATE, EINVAL, -1ull, 0, rw, "a length is not negative"},
	    {SYS_ftruncate, OPC_TRUNCATE, EPERM, 1, 0, rw | F_SEAL_SHRINK << KEY_SEALS,
	     "it has 8192 bytes, and F_SEAL_SHRINK does not let it shrink"},
	    {SYS_ftruncate, OPC_TRUNCATE, EPERM, 9000, 0, rw | F_SEAL_SHRINK << KEY_SEALS,
	     "the records do not show why"},
	    {SYS_ftruncate, OPC_TRUNCATE, EPERM, 9000, 0, rw | F_SEAL_GROW << KEY_SEALS,
	     "F_SEAL_GROW does not let it grow"},
	    {SYS_fallocate, OPC_TRUNCATE, EBADF, 1, 0, ro, "not open for writing"},
	    {SYS_fallocate, OPC_TRUNCATE, EPERM, 9000, 0, rw | F_SEAL_GROW << KEY_SEALS,
	     "F_SEAL_GROW does not let it grow"},
	    {SYS_fallocate, OPC_TRUNCATE, EPERM, 1, FALLOC_FL_PUNCH_HOLE,
	     rw | F_SEAL_WRITE << KEY_SEALS, "F_SEAL_WRITE keeps what is in it"},
	    {SYS_fallocate, OPC_TRUNCATE, EOPNOTSUPP, 1, 8, rw, "holes be punched"},
	    {SYS_unlink, OPC_UNLINK, EPERM, 0, 0, 0, "belongs to user 33"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *r = run_new();

		run_feed(r, call(10, cases[i].nr, cases[i].op, -cases[i].error, cases[i].arg,
				 cases[i].cmd, cases[i].key));
		run_finish(r);
		if (!strstr(run_get(r, FACT_OP, 0)->why, cases[i].why))
			fail_msg("case %zu: %s", i, run_get(r, FACT_OP, 0)->why);
		run_free(r);
	}
}

static void names(void **state)
{
	struct run *r = run_new();

	run_feed(r, refused(10, SYS_openat, "/dev/shm/x", ENOENT, false));
	run_feed(r, refused(20, SYS_openat, "/dev/shm/x", EACCES, true));
	run_feed(r, refused(30, SYS_openat, "/dev/shm/x", EACCES, false));
	run_feed(r, refused(40, SYS_openat, "/dev/shm/x", EEXIST, true));
	run_feed(r, refused(50, SYS_memfd_create, "x", EINVAL, false));
	/* No names of POSIX shared memory. */
	run_feed(r, refused(60, SYS_openat, "/dev/shm/dir/x", ENOENT, false));
	run_feed(r, refused(70, SYS_openat, "/dev/shm/", EISDIR, false));
	run_feed(r, refused(80, SYS_openat, "/dev/shmx", ENOENT, false));
	run_feed(r, refused(90, SYS_memfd_create, "", EFAULT, false));
	run_finish(r);
	assert_int_equal(run_count(r, FACT_OBJECT), 6);
	assert_string_equal(run_get(r, FACT_OBJECT, 0)->why, "ENOENT: no object has that name");
	assert_non_null(
	    strstr(run_get(r, FACT_OBJECT, 1)->why, "mode 0600 and belongs to user 33"));
	assert_non_null(strstr(run_get(r, FACT_OBJECT, 2)->why, "the records do not show why"));
	assert_non_null(strstr(run_get(r, FACT_OBJECT, 3)->why, "O_EXCL wants a new one"));
	assert_string_equal(run_get(r, FACT_OBJECT, 4)->why,
			    "EINVAL: its flags are not known or do not go together");
	assert_string_equal(run_get(r, FACT_OBJECT, 5)->why,
			    "EFAULT: its name is where it may not read");
	run_free(r);
}

static union any_event segment_gone(__u64 ts, int nr, __u32 pages)
{
	union any_event e = {0};

	e.object.e = head(EV_OBJECT, sizeof(e.object), 1, ts);
	e.object.obj = (struct ipc_object){.id = 7, .dev = 1, .mech = MECH_SHM};
	e.object.state.v[SHM_PAGES] = pages;
	e.object.nr = (__s16)nr;
	e.object.change = OBJ_DESTROYED;
	e.object.forced = 1;
	return e;
}

static void rmid_forced(void **state)
{
	struct run *r = run_new();

	run_feed(r, segment_gone(10, SYS_shmdt, 0));
	run_feed(r, segment_gone(20, -1, 1));
	run_finish(r);
	assert_non_null(
	    strstr(run_get(r, FACT_OBJECT, 0)->why,
		   "had the last attach; no IPC_RMID was seen: kernel.shm_rmid_forced"));
	assert_non_null(strstr(run_get(r, FACT_OBJECT, 1)->why,
			       "made it and exits with kernel.shm_rmid_forced set"));
	run_free(r);
}

static union any_event mapping(__u64 ts, __u8 change, __u64 page, __u64 pages, __u8 prot)
{
	union any_event e = {0};

	e.map.e = head(EV_MAP, sizeof(e.map), 1, ts);
	e.map.obj = file;
	e.map.addr = page * PAGE;
	e.map.len = pages * PAGE;
	e.map.change = change;
	e.map.prot = prot;
	e.map.nr = -1;
	return e;
}

/* Who has it mapped to write is why F_SEAL_WRITE is refused. */
static void busy_seal(void **state)
{
	static const struct {
		__u32 prot;
		const char *why;
	} cases[] = {{PROT_READ, "the records do not show why"},
		     {PROT_READ | PROT_WRITE, " has it mapped to write"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *r = run_new();

		run_feed(r, mapping(10, MAP_ATTACHED, 1, 1, cases[i].prot));
		run_feed(r, call(20, SYS_fcntl, OPC_CONTROL, -EBUSY, F_SEAL_WRITE, F_ADD_SEALS,
				 KEY_KNOWN | END_READ | END_WRITE));
		run_finish(r);
		assert_non_null(strstr(run_get(r, FACT_OP, 0)->why, cases[i].why));
		run_free(r);
	}
}

/* What has other rights is a piece of its own, in the kernel and here. */
static void mprotect_splits(void **state)
{
	struct run *r = run_new();

	run_feed(r, mapping(10, MAP_ATTACHED, 1, 4, PROT_READ | PROT_WRITE));
	run_feed(r, mapping(20, MAP_PROTECTED, 2, 1, PROT_READ));
	run_feed(r, mapping(30, MAP_PROTECTED, 2, 1, PROT_READ));
	run_feed(r, mapping(40, MAP_PROTECTED, 1, 4, PROT_NONE));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_MAP, 0)->obj.n_mappers, 1);
	assert_int_equal(run_get(r, FACT_MAP, 1)->obj.n_mappers, 3);
	assert_int_equal(run_get(r, FACT_MAP, 2)->obj.n_mappers, 3);
	assert_int_equal(run_get(r, FACT_MAP, 3)->obj.n_mappers, 3);
	run_free(r);
}

/* Many pieces at once: each stays what it is, and what goes goes from each. */
static void pieces_change_together(void **state)
{
	const size_t pieces = 1000;
	struct run *r = run_new();

	(void)state;
	run_feed(r, mapping(10, MAP_ATTACHED, 1, 2 * pieces, PROT_READ | PROT_WRITE));
	for (size_t i = 0; i < pieces; i++)
		run_feed(r, mapping(20 + i, MAP_PROTECTED, 2 + 2 * i, 1, PROT_READ));
	run_feed(r, mapping(5000, MAP_PROTECTED, 1, 2 * pieces, PROT_NONE));
	run_feed(r, mapping(5010, MAP_DETACHED, 1, pieces, 0));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_MAP, pieces)->obj.n_mappers, 2 * pieces);
	assert_int_equal(run_get(r, FACT_MAP, pieces + 1)->obj.n_mappers, 2 * pieces);
	assert_int_equal(run_get(r, FACT_MAP, pieces + 2)->obj.n_mappers, pieces);
	run_free(r);
}

/* Pages 1 and 2 are mapped; mremap maps one more, of that offset in the object. */
static size_t mappers_after_mremap(__u64 page, __u64 offset)
{
	union any_event e = mapping(20, MAP_ATTACHED, page, 1, PROT_READ);
	struct run *r = run_new();
	size_t n;

	e.map.nr = SYS_mremap;
	e.map.offset = offset;
	run_feed(r, mapping(10, MAP_ATTACHED, 1, 2, PROT_READ));
	run_feed(r, e);
	run_finish(r);
	n = run_get(r, FACT_MAP, 1)->obj.n_mappers;
	run_free(r);
	return n;
}

static void mremap_that_grows_is_no_second_mapping(void **state)
{
	(void)state;
	assert_int_equal(mappers_after_mremap(3, 2 * PAGE), 1);
	/* The same bytes again, that happen to lie behind; and elsewhere. */
	assert_int_equal(mappers_after_mremap(3, 0), 2);
	assert_int_equal(mappers_after_mremap(9, 2 * PAGE), 2);
}

/* Its flags are in the call's own record, which comes before. */
static void flags_of_shmat(void **state)
{
	struct run *r = run_new();
	union any_event e = mapping(20, MAP_ATTACHED, 1, 1, PROT_READ);

	run_feed(r, call(10, SYS_shmat, OPC_SHM_AT, 4096, 4096, SHM_REMAP, 0));
	e.map.nr = SYS_shmat;
	run_feed(r, e);
	run_feed(r, call(30, SYS_mmap, OPC_MAP, -EACCES, 4096, PROT_READ, 0));
	e.e.ts = 40;
	run_feed(r, e);
	run_finish(r);
	assert_int_equal(run_get(r, FACT_MAP, 0)->f.at_flags, SHM_REMAP);
	assert_int_equal(run_get(r, FACT_MAP, 1)->f.at_flags, 0);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(beyond_the_end),
	    cmocka_unit_test(no_touch),
	    cmocka_unit_test(causes_of_signals),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(names),
	    cmocka_unit_test(busy_seal),
	    cmocka_unit_test(rmid_forced),
	    cmocka_unit_test(mprotect_splits),
	    cmocka_unit_test(pieces_change_together),
	    cmocka_unit_test(mremap_that_grows_is_no_second_mapping),
	    cmocka_unit_test(flags_of_shmat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
