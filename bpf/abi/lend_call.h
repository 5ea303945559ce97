/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The agreement between the BPF object and its loader on the functions and types that the kernel
 * lends.
 */
#ifndef IPCTRACE_ABI_LEND_CALL_H
#define IPCTRACE_ABI_LEND_CALL_H

/* Functions (kfuncs): bpf_rdonly_cast() since 6.2, the others since 6.3. */
#define LENT_FUNCTIONS(X)                                                                          \
	X(bpf_rdonly_cast)                                                                         \
	X(bpf_task_from_pid)                                                                       \
	X(bpf_task_release)

/*
 * A function is called by the number of a helper that does not exist: LEND_CALL plus its place
 * here. The loader turns each such call into a call of the kernel's function. If it does not, the
 * call must be dead code. __ksym does not work: if the kernel has no such function, libbpf 1.1 asks
 * for all modules' BTF, which needs CAP_SYS_ADMIN, and bpftool 7.1 does not link two objects that
 * name the same function.
 */
#define LEND_CALL 0x1e4d0000

/*
 * The structs that are lent. A struct is named in such a call by the number LEND_TYPE plus its
 * place here, which is moved to a register. The loader replaces it by the kernel's number.
 */
#define LENT_TYPES(X)                                                                              \
	X(task_struct)                                                                             \
	X(file)                                                                                    \
	X(list_head)                                                                               \
	X(pipe_inode_info)                                                                         \
	X(pipe_buffer)                                                                             \
	X(wait_queue_head)                                                                         \
	X(wait_queue_entry)                                                                        \
	X(socket_alloc)                                                                            \
	X(unix_sock)                                                                               \
	X(tcp_sock)

#define LEND_TYPE 0x1e4d0100

#define LENT_NAME(name) LENT_##name,
enum lent_function { LENT_FUNCTIONS(LENT_NAME) LENT_FUNCTION_COUNT };
enum lent_type { LENT_TYPES(LENT_NAME) LENT_COUNT };
#undef LENT_NAME

#endif
