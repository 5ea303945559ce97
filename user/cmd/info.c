/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace replay --info: tells about a trace file, without showing its records. */
#include "cmd/info.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "file/attrs.h"
#include "file/index.h"
#include "words/labels.h"
#include "lib/log.h"
#include "lib/escape.h"
#include "opts/opts.h"
#include "file/payload.h"
#include "lib/units.h"
#include "print/wrap.h"

#define ROW_WIDTH 10
#define RUN_AT	  2 /* and what does not fit on its line twice as far */

/* All of one run's frames, or of the file's. */
struct sum {
	__u64 records, bytes, chunks, first, last;
};

static void add(struct sum *s, const struct index_entry *e)
{
	s->chunks++;
	s->records += e->records;
	s->bytes += sizeof(struct frame) + e->len;
	if (e->records && (!s->last || e->first < s->first))
		s->first = e->first;
	s->last = e->last > s->last ? e->last : s->last;
}

static struct sum sum_all(const struct index *ix)
{
	struct sum s = {0};

	for (size_t i = 0; i < ix->n; i++)
		if (ix->entries[i].type == FRAME_RECORDS)
			add(&s, &ix->entries[i]);
	return s;
}

/* What a list of a frame says. to is zeroed; it points into p until the next one is read. */
static bool read_list(struct payload *p, const struct frames *fs, const struct index_entry *e,
		      const struct attrs *attrs, void *to, size_t size)
{
	struct frame f;

	memset(to, 0, size);
	if (frames__at(fs, e->offset, &f) && payload__load(p, fs, &f, e->offset) == 1 &&
	    !attrs__get(attrs, to, p->raw, f.raw_len))
		return true;
	memset(to, 0, size);
	return false;
}

/* Strings of a file may come from anyone. */
static const char *safe(char buf[512], const char *s)
{
	s = s ? s : "unknown";
	escape_text(buf, 512, s, strlen(s));
	return buf;
}

/* A line, or more if it is too long for a terminal. */
static void row(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void row(const char *name, const char *fmt, ...)
{
	size_t col = ROW_WIDTH;
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("%-*s", ROW_WIDTH, name);
	put_words(text, ROW_WIDTH, &col);
	putchar('\n');
}

static void print_when(const struct trace_about *about, const struct sum *all)
{
	char when[64] = "unknown", version[512], command[512];
	__u64 ns = about->clock_offset + all->first;
	time_t t = (time_t)(ns / 1000000000ULL);
	struct tm tm;

	if (about->clock_offset && all->records && gmtime_r(&t, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	row("recorded", "%s, by ipctrace %s: %s", when, safe(version, about->version),
	    safe(command, about->command));
}

/* Why the run did not come to its end, if its own end, e, says so. How long that is. */
static size_t add_doubt(char *to, size_t size, struct payload *p, const struct frames *fs,
			const struct index_entry *e)
{
	struct trace_end end;
	char doubt[512];
	const char *why;
	int n = 0;

	read_list(p, fs, e, &end_attrs, &end, sizeof(end));
	why = end.doubt ? end.doubt : end.limit ? "timed out" : end.broke_off;
	if (end.incomplete)
		n = snprintf(to, size, ", incomplete%s%s", why ? ": " : "",
			     why ? safe(doubt, why) : "");
	return (size_t)n < size ? (size_t)n : size - 1;
}

/* How many facts a run's records tell, as its end says; 0: it does not, or has none. */
static __u64 facts_of(struct payload *p, const struct frames *fs, const struct index_entry *e)
{
	struct trace_end end;

	return e && read_list(p, fs, e, &end_attrs, &end, sizeof(end)) ? end.facts : 0;
}

/* The run that begins with the nth frame; its others stand between that and the next one's. */
static void print_run(struct payload *p, const struct frames *fs, const struct index *ix,
		      size_t nth)
{
	const struct index_entry *first = &ix->entries[nth], *end = NULL;
	char name[512], span[UNIT_LEN], records[COUNTED_LEN], text[2048];
	struct trace_run run;
	struct sum s = {0};
	size_t col = RUN_AT, n;
	__u64 facts;

	for (size_t i = nth + 1; i < ix->n && ix->entries[i].type != FRAME_RUN; i++) {
		const struct index_entry *e = &ix->entries[i];

		if (e->run == first->run && e->type == FRAME_RECORDS)
			add(&s, e);
		if (e->run == first->run && e->type == FRAME_RUN_END && !end)
			end = e;
	}
	facts = facts_of(p, fs, end);
	read_list(p, fs, first, &run_attrs, &run, sizeof(run));
	format_duration(span, s.last - s.first);
	n = (size_t)snprintf(text, sizeof(text), "%s: %s, %s",
			     safe(name, run.command ? run.command : run.name),
			     counted(records, facts ? facts : s.records, "record"), span);
	if (end)
		add_doubt(text + n, sizeof(text) - n, p, fs, end);
	printf("%*s", RUN_AT, "");
	put_words(text, 2 * RUN_AT, &col);
	putchar('\n');
}

/* What the ends of the runs tell of losses. */
struct losses {
	__u64 by[LOST_CAUSES], all;
	bool unknown; /* a run has no end, or one that does not tell */
	__u64 facts;  /* that all records tell; 0: not known */
};

static void add_losses(struct losses *l, const struct blob *lost)
{
	for (size_t i = 0; i < LOST_CAUSES && (i + 1) * sizeof(__u64) <= lost->len; i++) {
		__u64 n;

		memcpy(&n, lost->bytes + i * sizeof(n), sizeof(n));
		l->by[i] += n;
		l->all += n;
	}
}

static struct losses losses_of(struct payload *p, const struct frames *fs, const struct index *ix)
{
	size_t runs = 0, told = 0, counted_runs = 0;
	struct losses l = {0};
	struct trace_end end;

	for (size_t i = 0; i < ix->n; i++) {
		runs += ix->entries[i].type == FRAME_RUN;
		if (ix->entries[i].type != FRAME_RUN_END ||
		    !read_list(p, fs, &ix->entries[i], &end_attrs, &end, sizeof(end)) ||
		    !end.lost.bytes)
			continue;
		add_losses(&l, &end.lost);
		told++;
		counted_runs += end.facts != 0;
		l.facts += end.facts;
	}
	l.unknown = told != runs;
	if (counted_runs != runs)
		l.facts = 0;
	return l;
}

/* The frames follow each other without a gap, from the first to the tail, and none is damaged. */
static bool is_whole(struct payload *p, const struct frames *fs, const struct index *ix)
{
	__u64 offset = sizeof(struct file_head);
	struct file_tail tail;
	struct frame f;

	for (size_t i = 0; i <= ix->n; i++) {
		bool last = i == ix->n;

		if (last && ix->left_out)
			return offset == fs->size;
		if ((!last && ix->entries[i].offset != offset) || !frames__at(fs, offset, &f) ||
		    payload__check(p, fs, &f, offset) != 1)
			return false;
		offset += sizeof(f) + f.len;
	}
	return frames__tail(fs, offset, &tail);
}

static void print_losses(const struct losses *l)
{
	char by[1024] = "";
	size_t len = 0;

	for (unsigned int i = 0; i < LOST_CAUSES; i++)
		if (l->by[i] && len < sizeof(by))
			len += (size_t)snprintf(by + len, sizeof(by) - len, "%s%s %llu",
						len ? ", " : " (", lost_label(i),
						(unsigned long long)l->by[i]);
	row("lost", "%s%llu%s%s%s", l->unknown ? "at least " : "", (unsigned long long)l->all, by,
	    *by ? ")" : "",
	    l->unknown ? "; replay counts what the file does not tell at its end" : "");
}

static void print_end(const struct index *ix, bool whole)
{
	bool ended = ix->n && ix->entries[ix->n - 1].type == FRAME_END;
	char missed[COUNTED_LEN];

	row("ended", "%s%s",
	    ended ? "in good order" : "no: its recorder was killed, or it is cut short",
	    !ended || !ix->rebuilt ? ""
	    : ix->left_out	   ? ", without an index"
				   : ", but the index is damaged");
	if (ix->missed_bytes && !ended)
		row("damaged", "%s", counted(missed, ix->missed_bytes, "byte"));
	else if (ended && !whole && !ix->rebuilt)
		row("damaged", "yes; replay counts what is missing");
}

/* A sleep that goes on is recorded again at every snapshot. */
static void print_records(const struct sum *all, __u64 facts)
{
	char chunks[COUNTED_LEN], again[64] = "";

	if (facts && facts < all->records)
		snprintf(again, sizeof(again), ", with snapshots of sleeps %llu",
			 (unsigned long long)all->records);
	row("records", "%llu%s in %s, %.1f bytes each",
	    (unsigned long long)(*again ? facts : all->records), again,
	    counted(chunks, all->chunks, "chunk"),
	    all->records ? (double)all->bytes / (double)all->records : 0);
}

static void print_file(const struct reader *r, const char *path, const struct sum *all, __u64 facts)
{
	const struct trace_about *about = reader__about(r);
	char kernel[512], machine[512], boot[512], backend[512], size[UNIT_LEN];

	row("file", "%s, %s, format %u.%u", safe(kernel, path),
	    format_bytes(size, reader__frames(r)->size), reader__major(r), reader__minor(r));
	print_when(about, all);
	row("kernel", "%s %s, boot %s", safe(kernel, about->kernel), safe(machine, about->machine),
	    safe(boot, about->boot_id));
	row("backend", "%s", safe(backend, about->backend));
	print_records(all, facts);
}

int info__print(const struct reader *r, const char *path)
{
	const struct frames *fs = reader__frames(r);
	struct payload p = {0};
	struct index ix;
	struct losses lost;
	struct sum all;
	bool whole;

	if (payload__init(&p) || index__load(&ix, fs)) {
		log_error("cannot read %s: out of memory", path);
		return EXIT_FAILED;
	}
	all = sum_all(&ix);
	lost = losses_of(&p, fs, &ix);
	print_file(r, path, &all, lost.facts);
	print_losses(&lost);
	whole = is_whole(&p, fs, &ix);
	print_end(&ix, whole);
	printf("runs\n");
	for (size_t i = 0; i < ix.n; i++)
		if (ix.entries[i].type == FRAME_RUN)
			print_run(&p, fs, &ix, i);
	payload__free(&p);
	index__free(&ix);
	return whole ? EXIT_HELD : EXIT_INCONCLUSIVE;
}
