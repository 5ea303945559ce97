/* SPDX-License-Identifier: GPL-2.0 */
/* Shows libbpf's own messages only with -v; the caller tells what matters, in one line. */
#ifndef IPCTRACE_KERN_BPF_LOG_H
#define IPCTRACE_KERN_BPF_LOG_H

/* From now on they go to log_debug(). */
void bpf_log__take(void);
/* Why libbpf failed with err, -errno: the limit that was reached when it complained, or just err. */
int bpf_log__reason(int err);
/* What to do about it. */
const char *bpf_log__advice(int err);

#endif
