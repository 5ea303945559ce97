/* SPDX-License-Identifier: GPL-2.0 */
/* Capabilities of this process, without libcap. */
#ifndef IPCTRACE_KERN_CAPS_H
#define IPCTRACE_KERN_CAPS_H

#include <stdbool.h>

/* Whether it is effective now. cap: CAP_BPF and its like from <linux/capability.h>. */
bool have_cap(int cap);
/* What tracing needs: CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN. */
bool may_trace(void);

#endif
