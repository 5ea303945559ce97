/* SPDX-License-Identifier: GPL-2.0 */
/* The table of system calls that the hooks read, by the numbers of this machine. */
#include "trace/sysops.h"

#include "names/names.h"

/* Others may be asked to follow descriptors, whatever they are of. */
bool sysops__on(enum op_class class, __u32 mechs)
{
	__u32 on;

	switch (class) {
	case OPC_SHM_GET:
	case OPC_SHM_AT:
	case OPC_SHM_DT:
	case OPC_SHM_CTL:
	case OPC_MAP:
	case OPC_UNMAP:
	case OPC_PROTECT:
	case OPC_TRUNCATE:
	case OPC_UNLINK:
	case OPC_FUTEX:
		on = 1U << MECH_SHM | 1U << MECH_SHMEM;
		break;
	case OPC_SEM_GET:
	case OPC_SEM_OP:
	case OPC_SEM_CTL:
		on = 1U << MECH_SEM;
		break;
	case OPC_MSG_GET:
	case OPC_MSG_SEND:
	case OPC_MSG_RECEIVE:
	case OPC_MSG_CTL:
		on = 1U << MECH_MSG;
		break;
	default:
		return true;
	}
	return !mechs || mechs & on;
}

void sysops__fill(struct sysop *table, size_t n, __u32 mechs)
{
#define SYSOP(call, class, fd)                                                                     \
	do {                                                                                       \
		int nr = syscall_number(#call);                                                    \
		if (nr >= 0 && (size_t)nr < n && sysops__on(OPC_##class, mechs))                   \
			table[nr] = (struct sysop){SYSOP_##call, OPC_##class, fd, 0};              \
	} while (0);
#include "abi/sysop.def"
}
