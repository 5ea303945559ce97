/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the kernel which capabilities are effective. */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kern/caps.h"

bool have_cap(int cap)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

bool may_trace(void)
{
	return have_cap(CAP_SYS_ADMIN) || (have_cap(CAP_BPF) && have_cap(CAP_PERFMON));
}
