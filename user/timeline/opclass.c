/* SPDX-License-Identifier: GPL-2.0 */
/* Looks up the class of a system call in the table of abi/sysop.def. */
#include <stddef.h>
#include <string.h>

#include "names/names.h"
#include "timeline/opclass.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* By name, not by number: a call that is absent on a machine has no __NR_ to test in a macro. */
static const struct {
	const char *call;
	enum op_class op;
} sysops[] = {
#define SYSOP(call, class, fd) {#call, OPC_##class},
#include "abi/sysop.def"
};

enum op_class op_class_of(int nr)
{
	const char *name = syscall_name(nr);

	for (size_t i = 0; name && i < ARRAY_SIZE(sysops); i++) {
		if (!strcmp(sysops[i].call, name))
			return sysops[i].op;
	}
	return OPC_NONE;
}

bool moves_data(__u8 op)
{
	return op == OPC_READ || op == OPC_WRITE || op == OPC_SPLICE || op == OPC_VMSPLICE;
}
