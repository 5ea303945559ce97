/* SPDX-License-Identifier: GPL-2.0 */
/* A queue of bytes between two threads, which goes on in a file when its memory is full. */
#include "session/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN 16U

/* Before each piece, in either place. */
struct head {
	__u32 len, kind, records;
	__u32 skip; /* 1: nothing; the next one is at the beginning of the memory */
};

/*
 * Positions only grow. Once the file is in use, pieces go into it until all of them were taken from
 * it.
 */
struct spool {
	char *bytes; /* a ring */
	size_t size, pad;
	_Atomic __u64 put, taken;	    /* of the ring */
	_Atomic __u64 file_put, file_taken; /* of the file */
	_Atomic int fd;			    /* -1: not needed yet */
	_Atomic bool waiting, poked;
	int more_fd; /* readable: there is more */

	/* of whoever takes */
	size_t held; /* bytes of the ring that were handed out last */
	char *back;  /* what was read from the file */
	size_t room; /* of it */
};

static size_t place(size_t len)
{
	return sizeof(struct head) + (len + ALIGN - 1) / ALIGN * ALIGN;
}

struct spool *spool__new(size_t memory, size_t pad)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->size = memory / ALIGN * ALIGN;
	s->pad = pad;
	s->fd = -1;
	s->bytes = mmap(NULL, s->size + pad, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	s->more_fd = eventfd(0, EFD_CLOEXEC);
	if (s->bytes != MAP_FAILED && s->more_fd >= 0)
		return s;
	if (s->bytes != MAP_FAILED)
		munmap(s->bytes, s->size + pad);
	if (s->more_fd >= 0)
		close(s->more_fd);
	free(s);
	return NULL;
}

/* /tmp may be memory, which is what there is too little of. */
static int open_unnamed(void)
{
	const char *dirs[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
	int fd = -1;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && fd < 0; i++)
		if (dirs[i])
			fd = open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd;
}

static int write_at(int fd, const void *from, size_t len, __u64 at)
{
	const char *bytes = from;

	while (len) {
		ssize_t n = pwrite(fd, bytes, len, (off_t)at);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			at += (__u64)n;
		}
	}
	return 0;
}

static int read_at(int fd, void *to, size_t len, __u64 at)
{
	char *bytes = to;

	while (len) {
		ssize_t n = pread(fd, bytes, len, (off_t)at);

		if (n == 0 || (n < 0 && errno != EINTR))
			return n ? -errno : -EIO;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			at += (__u64)n;
		}
	}
	return 0;
}

static int put_into_file(struct spool *s, const struct head *h, const void *bytes)
{
	__u64 at = s->file_put;
	int err;

	if (s->fd < 0)
		s->fd = open_unnamed();
	if (s->fd < 0)
		return -errno;
	err = write_at(s->fd, h, sizeof(*h), at);
	if (!err)
		err = write_at(s->fd, bytes, h->len, at + sizeof(*h));
	if (err)
		(void)!ftruncate(s->fd, (off_t)at);
	else
		s->file_put = at + sizeof(*h) + h->len;
	return err;
}

/* False: there is no room. */
static bool put_into_memory(struct spool *s, const struct head *h, const void *bytes)
{
	__u64 put = s->put;
	size_t at = put % s->size, need = place(h->len), rest = s->size - at;
	size_t skipped = need > rest ? rest : 0;

	if (put + skipped + need - s->taken > s->size)
		return false;
	if (skipped) {
		*(struct head *)(s->bytes + at) = (struct head){.skip = 1};
		at = 0;
	}
	*(struct head *)(s->bytes + at) = *h;
	memcpy(s->bytes + at + sizeof(*h), bytes, h->len);
	s->put = put + skipped + need;
	return true;
}

static void wake(struct spool *s)
{
	uint64_t one = 1;

	if (atomic_exchange(&s->waiting, false))
		(void)!write(s->more_fd, &one, sizeof(one));
}

int spool__put(struct spool *s, __u32 kind, __u32 records, const void *bytes, size_t len)
{
	struct head h = {.len = (__u32)len, .kind = kind, .records = records};
	bool in_file = s->file_put != s->file_taken;
	int err = 0;

	if (in_file || !put_into_memory(s, &h, bytes))
		err = put_into_file(s, &h, bytes);
	if (!err)
		wake(s);
	return err;
}

bool spool__empty(const struct spool *s)
{
	return s->put == s->taken + s->held && s->file_put == s->file_taken;
}

static void wait_for_more(struct spool *s)
{
	uint64_t n;

	s->waiting = true;
	if (spool__empty(s) && !s->poked)
		(void)!read(s->more_fd, &n, sizeof(n));
	else
		s->waiting = false;
}

static bool make_room(struct spool *s, size_t need)
{
	char *bigger = need > s->room ? realloc(s->back, need) : s->back;

	if (need <= s->room)
		return true;
	if (!bigger)
		return false;
	s->back = bigger;
	s->room = need;
	return true;
}

/* What is read gives its room on the disk back at once. */
static void take_from_file(struct spool *s, struct spool_piece *piece)
{
	__u64 at = s->file_taken;
	struct head h;
	size_t whole;

	if (read_at(s->fd, &h, sizeof(h), at)) {
		/* Where the next one begins is not known either. */
		*piece = (struct spool_piece){0};
		s->file_taken = s->file_put;
		return;
	}
	whole = sizeof(h) + h.len;
	*piece = (struct spool_piece){.kind = h.kind, .records = h.records, .len = h.len};
	if (make_room(s, h.len + s->pad) && !read_at(s->fd, s->back, h.len, at + sizeof(h)))
		piece->bytes = s->back;
	(void)!fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at,
			 (off_t)whole);
	s->file_taken = at + whole;
}

static void take_from_memory(struct spool *s, struct spool_piece *piece)
{
	size_t at = s->taken % s->size, skipped = 0;
	const struct head *h = (const struct head *)(s->bytes + at);

	if (h->skip) {
		skipped = s->size - at;
		h = (const struct head *)s->bytes;
	}
	*piece = (struct spool_piece){
	    .kind = h->kind, .records = h->records, .len = h->len, .bytes = (const char *)(h + 1)};
	s->held = skipped + place(h->len);
}

bool spool__take(struct spool *s, struct spool_piece *piece)
{
	bool in_file;

	s->taken += s->held;
	s->held = 0;
	while (spool__empty(s)) {
		if (atomic_exchange(&s->poked, false))
			return false;
		wait_for_more(s);
	}
	/* Memory first: its pieces were put before those in the file. */
	in_file = s->file_put != s->file_taken;
	if (s->put != s->taken || !in_file)
		take_from_memory(s, piece);
	else
		take_from_file(s, piece);
	return true;
}

void spool__poke(struct spool *s)
{
	s->poked = true;
	wake(s);
}

void spool__free(struct spool *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	close(s->more_fd);
	munmap(s->bytes, s->size + s->pad);
	free(s->back);
	free(s);
}
