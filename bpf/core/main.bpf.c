/* SPDX-License-Identifier: GPL-2.0 */
/* What the BPF object has once: the licence, the counters, the tables that the loader fills in. */
#include "core/common.bpf.h"

char LICENSE[] SEC("license") = "GPL";

__u64 lost[LOST_CAUSES] = {};
const volatile struct sysop sysops[SYSOPS] = {};
const volatile struct filter filter = {};
struct ring_ends ring_ends[RING_CPUS] = {};
const volatile struct ring_shape ring_shape = {};
const volatile __u64 cookie_key = 0;
const volatile bool can_cast = false;
const volatile __u32 pid_ns = 0;
__u64 sums_over = 0;
const volatile __u32 shmem_devs[2] = {};
const volatile bool watching = false;
__u32 watcher = 0;
