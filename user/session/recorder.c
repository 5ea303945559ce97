/* SPDX-License-Identifier: GPL-2.0 */
/* The trace file of a session. */
#include "session/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/clock.h"
#include "timeline/fact_count.h"
#include "lib/log.h"
#include "lib/new_file.h"
#include "lib/units.h"
#include "file/writer.h"

struct recorder {
	struct writer *writer;
	const char *path;
	bool tell; /* what was recorded */
	enum trace_extent extent;
	struct fact_count facts;
	__u64 facts_before; /* of the runs that are over */
	__u64 dropped;
	__u64 lost; /* as its records of losses tell */
	int error;
};

/* The first line of a small file. "": it cannot be read. */
static void read_line(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);

	n = n > 0 ? n : 0;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

struct recorder *recorder__new(const struct opts *o, const char *backend, const char *watched)
{
	struct recorder *r = calloc(1, sizeof(*r));
	char boot_id[64];
	struct utsname u;
	struct trace_about about = {
	    .version = VERSION,
	    .kernel = u.release,
	    .machine = u.machine,
	    .boot_id = boot_id,
	    .backend = backend,
	    .watched = watched,
	    .command = o->command,
	};
	int fd = -1;

	if (!r) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	uname(&u);
	read_line("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	about.clock_offset = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	r->path = o->record;
	r->extent = opts__narrowed(o) ? EXTENT_NARROWED : EXTENT_WHOLE;
	r->tell = o->silent && !o->quiet;
	fd = new_file__open(o->record, o->force);
	if (fd >= 0)
		r->writer = writer__new(fd, &about, o->max_size);
	if (r->writer)
		return r;
	if (fd >= 0)
		log_error("cannot write %s: %s", o->record, strerror(errno));
	free(r);
	return NULL;
}

static void keep(struct recorder *r, int error)
{
	/* A record that is not well formed is no error of the file; show tells of it. */
	if (error && error != -EPROTO && !r->error)
		r->error = error;
}

void recorder__run(struct recorder *r, const struct trace_run *run)
{
	struct trace_run kept = *run;

	if (!r)
		return;
	kept.extent = r->extent;
	keep(r, writer__run(r->writer, &kept));
}

void recorder__record(struct recorder *r, const struct event *rec)
{
	if (!r)
		return;
	if (rec->kind == EV_LOST)
		r->lost += ((const struct ev_lost *)rec)->count;
	keep(r, fact_count__feed(&r->facts, rec));
	keep(r, writer__record(r->writer, rec));
}

void recorder__tick(struct recorder *r, __u64 ts)
{
	if (r)
		keep(r, writer__tick(r->writer, ts));
}

void recorder__run_end(struct recorder *r, const struct trace_end *end)
{
	struct trace_end all = *end;
	__u64 facts;

	if (!r)
		return;
	facts = fact_count__end(&r->facts);
	all.facts = facts - r->facts_before;
	r->facts_before = facts;
	keep(r, writer__run_end(r->writer, &all));
	r->dropped += writer__dropped(r->writer);
}

int recorder__flush(struct recorder *r, __u64 now)
{
	if (r)
		keep(r, writer__flush(r->writer, now));
	return r ? r->error : 0;
}

int recorder__close(struct recorder *r)
{
	char size[UNIT_LEN], count[COUNTED_LEN];
	__u64 facts;
	int error;

	if (!r)
		return 0;
	facts = r->dropped ? writer__records(r->writer) : fact_count__end(&r->facts);
	format_bytes(size, writer__size(r->writer));
	keep(r, writer__close(r->writer));
	error = r->error;
	if (error)
		log_error("cannot write to %s: %s; what was written before can be replayed",
			  r->path, strerror(-error));
	else if (r->dropped)
		log_warn("%s is full (--max-size): %s %s not in it", r->path,
			 counted(count, r->dropped, "record"), r->dropped == 1 ? "is" : "are");
	if (r->tell && r->lost)
		log_warn("%s: %s %s lost; replay tells of what kind, and a larger "
			 "--buffer helps against a full ring",
			 r->path, counted(count, r->lost, "record"), r->lost == 1 ? "is" : "are");
	if (!error && r->tell)
		log_note("%s: %s, %s; ipctrace replay %s shows %s", r->path,
			 counted(count, facts, "record"), size, r->path,
			 facts == 1 ? "it" : "them");
	free(r);
	return error;
}
