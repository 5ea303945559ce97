/* SPDX-License-Identifier: GPL-2.0 */
/* The name of a socket: of AF_UNIX a path, or an abstract name, which begins with a NUL (unix(7)); of AF_INET and AF_INET6 its ends. */
#ifndef IPCTRACE_MECH_SOCK_NAME_BPF_H
#define IPCTRACE_MECH_SOCK_NAME_BPF_H

#include "mech/inet.bpf.h"

#define SUN_PATH_LEN 108
#define SUN_PATH     2 /* where in struct sockaddr_un it begins */

/* A name as records have it: the tail of a longer one; each NUL of an abstract one is '@', as in /proc/net/unix. */
struct sock_name {
	union {
		char text[PATH_LEN];
		__u64 words[PATH_LEN / 8];
		struct inet_ends ends; /* of AF_INET, AF_INET6 */
	};
};

/* How much of a name of len bytes is left out. */
static __always_inline __u32 name_skips(__u32 len)
{
	return len < PATH_LEN ? 0 : len - (PATH_LEN - 1);
}

#define EACH_BYTE(b) (0x0101010101010101ULL * (b))

/* '@' for each NUL among the first len bytes; eight at a time, for a loop over all is long to verify. */
static __always_inline void name_printable(struct sock_name *to, __u32 len)
{
	for (__u32 i = 0; i < PATH_LEN / 8; i++) {
		__u64 word = to->words[i];
		/* The highest bit of each byte that is 0. */
		__u64 nul =
		    ~(((word & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f)) | word | EACH_BYTE(0x7f));

		if (i * 8 >= len)
			break;
		if (len - i * 8 < 8)
			nul &= (1ULL << (len - i * 8) * 8) - 1;
		to->words[i] = word | (nul >> 7) * '@';
	}
}

/* The name of the socket at this address; an accepted one has its listener's. "": it has none. */
VERIFIED_ONCE int sock_name_of(__u64 at, struct sock_name *to)
{
	struct unix_address *addr;
	const char *from;
	__u32 len, skip;
	char first = 0;

	if (!bpf_core_type_exists(struct unix_sock) || !at || !to)
		return 0;
	if (!is_unix(at))
		return inet_ends_of(at, &to->ends, false);
	addr = BPF_CORE_READ((struct unix_sock *)at, addr);
	len = addr ? BPF_CORE_READ(addr, len) : 0;
	if (len <= SUN_PATH || len > SUN_PATH + SUN_PATH_LEN + 1)
		return 0;
	len -= SUN_PATH;
	from = (void *)addr + bpf_core_field_offset(struct unix_address, name) + SUN_PATH;
	bpf_probe_read_kernel(&first, 1, from);
	if (first)
		len--; /* the NUL behind a path */
	skip = name_skips(len);
	len -= skip;
	if (len >= PATH_LEN)
		return 0;
	bpf_probe_read_kernel(to->text, len, from + skip);
	name_printable(to, len);
	return 1;
}

/* Where struct sockaddr_in and sockaddr_in6 have port and address. */
#define SIN_PORT  2
#define SIN_ADDR  4
#define SIN6_ADDR 8

/* The port of such an address of the current task; 0: it is none. */
static __always_inline __u16 port_asked(__u64 user, __u16 family)
{
	__u16 port = 0;

	if (family != AF_INET && family != AF_INET6)
		return 0;
	bpf_probe_read_user(&port, sizeof(port), (void *)user + SIN_PORT);
	return __builtin_bswap16(port);
}

static __always_inline int ends_asked(__u64 user, __u16 family, struct inet_ends *e)
{
	e->there_port = port_asked(user, family);
	if (family == AF_INET6) {
		bpf_probe_read_user(e->there, sizeof(e->there), (void *)user + SIN6_ADDR);
		return 1;
	}
	e->there[2] = V4_MAPPED;
	bpf_probe_read_user(&e->there[3], sizeof(e->there[3]), (void *)user + SIN_ADDR);
	return 1;
}

/* That which is asked for by an address of the current task, which is size bytes. "": it has none. */
VERIFIED_ONCE int sock_name_asked(__u64 user, __u32 size, struct sock_name *to)
{
	char all[SUN_PATH_LEN + 4] = {};
	const char *from = (void *)user + SUN_PATH;
	__u16 family = 0;
	__u32 len, skip;
	long n;

	if (!to || bpf_probe_read_user(&family, sizeof(family), (void *)user))
		return 0;
	if (family == AF_INET || family == AF_INET6)
		return ends_asked(user, family, &to->ends);
	len = size - SUN_PATH;
	barrier_var(len); /* so that the verifier of 6.1 sees the next test on len itself */
	if (!len || len > SUN_PATH_LEN || family != AF_UNIX)
		return 0;
	n = bpf_probe_read_user_str(all, len + 1, from);
	if (n < 0)
		return 0;
	/* A path ends at its NUL, or with the address. With none before a NUL 6.18 returns 1, 6.12 returns 0. */
	if (n > 1)
		len = n - 1;
	skip = name_skips(len);
	len -= skip;
	if (len >= PATH_LEN)
		return 0;
	bpf_probe_read_user(to->text, len, from + skip);
	name_printable(to, len);
	return 1;
}

#endif
