/* SPDX-License-Identifier: GPL-2.0 */
/* The hooks of operations, of all three backends in one object: see hold_cpu.bpf.h for why. */
#include "function.bpf.h"
#include "syscall.bpf.h"
