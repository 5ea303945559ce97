// SPDX-License-Identifier: GPL-2.0
#include "kern/verified.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "lib/log.h"

void verified__tell(const struct bpf_object *obj)
{
	struct bpf_program *prog;

	if (!log_verbose)
		return;
	bpf_object__for_each_program(prog, obj)
	{
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			log_debug("%s: the verifier walked %u instructions",
				  bpf_program__name(prog), info.verified_insns);
	}
}
