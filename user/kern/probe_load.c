/* SPDX-License-Identifier: GPL-2.0 */
/* Loads the smallest possible program on each kind of hook, by raw system calls. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/log.h"
#include "kern/probe_load.h"

#define KPROBE_PMU "/sys/bus/event_source/devices/kprobe/type"

static const struct bpf_insn return_0[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    {.code = BPF_JMP | BPF_EXIT},
};

/* bpf_probe_read_kernel(stack - 8, 8, 0) */
static const struct bpf_insn read_kernel[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10},
    {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8},
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 8},
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3},
    {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel},
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    {.code = BPF_JMP | BPF_EXIT},
};

/* Two frames of 512 bytes together; rounded up to 32 each they are too large. */
static const struct bpf_insn small_frames[] = {
    {.code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -240},
    {.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = 1},
    {.code = BPF_JMP | BPF_EXIT},
    {.code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -272},
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    {.code = BPF_JMP | BPF_EXIT},
};

static int load(enum bpf_prog_type type, struct bpf_prog_load_opts *opts)
{
	int fd = bpf_prog_load(type, "ipctrace_probe", "GPL", return_0,
			       sizeof(return_0) / sizeof(return_0[0]), opts);

	return fd < 0 ? -errno : fd;
}

/* tp_btf, fentry, fexit and iter: programs that name their target by BTF. */
static int probe_btf(const struct btf *btf, const char *prefix, const char *name, __u32 kind,
		     enum bpf_attach_type attach, bool attach_it)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);
	char target[128], log[512] = "";
	int id, prog, link;

	snprintf(target, sizeof(target), "%s%s", prefix, name);
	id = btf__find_by_name_kind(btf, target, kind);
	if (id < 0)
		return ENOENT;
	opts.attach_btf_id = id;
	prog = load(BPF_PROG_TYPE_TRACING, &opts);
	if (prog < 0 && log_verbose) {
		opts.log_buf = log;
		opts.log_size = sizeof(log);
		opts.log_level = 1;
		prog = load(BPF_PROG_TYPE_TRACING, &opts);
		log_debug("%s: %s", target, log[0] ? log : strerror(errno));
	}
	if (prog < 0)
		return -prog;
	if (!attach_it) {
		close(prog);
		return 0;
	}
	if (attach == BPF_TRACE_ITER)
		link = bpf_link_create(prog, 0, BPF_TRACE_ITER, NULL);
	else
		link = bpf_raw_tracepoint_open(NULL, prog);
	id = link < 0 ? errno : 0;
	if (link >= 0)
		close(link);
	close(prog);
	return id;
}

/* The number that a file of sysfs or tracefs holds. 0 or -errno. */
static int read_number(const char *path, __u32 *number)
{
	FILE *f = fopen(path, "re");
	int rc;

	if (!f)
		return -errno;
	rc = fscanf(f, "%u", number) == 1 ? 0 : -EPROTO;
	fclose(f);
	return rc;
}

/* kprobes and the tracepoints that perf offers: programs that run in a perf event. */
static int probe_perf(enum bpf_prog_type type, struct perf_event_attr *attr)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int rc, prog, event;

	prog = load(type, &opts);
	if (prog < 0)
		return -prog;
	event = syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	rc = event < 0 || ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ? errno : 0;
	if (event >= 0)
		close(event);
	close(prog);
	return rc;
}

static int probe_kprobe(const char *name, bool attach)
{
	struct perf_event_attr attr = {.size = sizeof(attr), .config1 = (uintptr_t)name};
	int rc = read_number(KPROBE_PMU, &attr.type);

	return rc || !attach ? -rc : probe_perf(BPF_PROG_TYPE_KPROBE, &attr);
}

/* Under which of tracefs's directories the event stands. */
static const char *category_of(const char *name)
{
	if (!strncmp(name, "sched_", strlen("sched_")))
		return "sched";
	return strncmp(name, "task_", strlen("task_")) ? "raw_syscalls" : "task";
}

/* Where libbpf looks too. */
static int probe_perf_tp(const char *name)
{
	struct perf_event_attr attr = {.size = sizeof(attr), .type = PERF_TYPE_TRACEPOINT};
	char path[128];
	__u32 id;
	int rc;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/%s/id", category_of(name),
		 name);
	rc = read_number(path, &id);
	if (rc) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%s/%s/id",
			 category_of(name), name);
		rc = read_number(path, &id);
	}
	if (rc)
		return -rc;
	attr.config = id;
	return probe_perf(BPF_PROG_TYPE_TRACEPOINT, &attr);
}

/* Lockdown's confidentiality refuses the helper, whatever the program. */
static int probe_read_kernel(void)
{
	int prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ipctrace_probe", "GPL", read_kernel,
				 sizeof(read_kernel) / sizeof(read_kernel[0]), NULL);

	if (prog < 0)
		return errno;
	close(prog);
	return 0;
}

int probe_load(const struct btf *btf, const struct hook *hook, bool attach)
{
	switch (hook->type) {
	case HOOK_TP_BTF:
		return probe_btf(btf, "btf_trace_", hook->name, BTF_KIND_TYPEDEF, BPF_TRACE_RAW_TP,
				 attach);
	case HOOK_PERF_TP:
		return probe_perf_tp(hook->name);
	case HOOK_FENTRY:
		return probe_btf(btf, "", hook->name, BTF_KIND_FUNC, BPF_TRACE_FENTRY, attach);
	case HOOK_FEXIT:
		return probe_btf(btf, "", hook->name, BTF_KIND_FUNC, BPF_TRACE_FEXIT, attach);
	case HOOK_ITER:
		return probe_btf(btf, "bpf_iter_", hook->name, BTF_KIND_FUNC, BPF_TRACE_ITER,
				 attach);
	case HOOK_KPROBE:
		return probe_kprobe(hook->name, attach);
	case HOOK_HELPER:
		return probe_read_kernel();
	}
	return EINVAL;
}

bool probe_perf_tracepoints(void)
{
	return !probe_perf_tp("sys_exit");
}

int probe_task_storage(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	struct btf *btf = btf__new_empty();
	int id, map = -1, err = 0;

	if (!btf)
		return ENOMEM;
	id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	if (id < 0 || btf__load_into_kernel(btf)) {
		err = id < 0 ? -id : errno;
		goto out;
	}
	opts.btf_fd = btf__fd(btf);
	opts.btf_key_type_id = id;
	opts.btf_value_type_id = id;
	map = bpf_map_create(BPF_MAP_TYPE_TASK_STORAGE, "ipctrace_probe", 4, 4, 0, &opts);
	err = map < 0 ? errno : 0;
	if (map >= 0)
		close(map);
out:
	btf__free(btf);
	return err;
}

bool probe_small_frames(void)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ipctrace_probe", "GPL", small_frames,
			       sizeof(small_frames) / sizeof(small_frames[0]), NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
