/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds out by a file of our own what the hooks need to know about memory and cannot find
 * themselves.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/kernel_dev.h"
#include "kern/memory.h"

#define PFN_BITS ((1ULL << 55) - 1) /* Documentation/admin-guide/mm/pagemap.rst */

void memory__devs(__u32 devs[2])
{
	int fd = memfd_create("ipctrace", MFD_CLOEXEC);
	struct stat st;

	devs[0] = stat("/dev/shm", &st) ? 0 : kernel_dev(&st);
	devs[1] = fd < 0 || fstat(fd, &st) ? 0 : kernel_dev(&st);
	if (fd >= 0)
		close(fd);
}

static __u64 page_number(const void *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	off_t at = (off_t)((uintptr_t)page / (uintptr_t)getpagesize() * sizeof(__u64));
	__u64 entry = 0;

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry), at) != sizeof(entry))
		entry = 0;
	close(fd);
	return entry >> 63 ? entry & PFN_BITS : 0;
}

int memory__own_page(__u64 *number)
{
	int fd = memfd_create("ipctrace", MFD_CLOEXEC);
	size_t size = (size_t)getpagesize();
	char *page;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		goto fail;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		goto fail;
	*(volatile char *)page = 1;
	*number = page_number(page);
	munmap(page, size);
	if (*number)
		return fd;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}
