/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace replay --info: what a trace file is, without what is in it. */
#include "info.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attrs.h"
#include "index.h"
#include "labels.h"
#include "log.h"
#include "names.h"
#include "opts.h"
#include "payload.h"
#include "units.h"
#include "wrap.h"

#define ROW_WIDTH 10
#define RUN_AT	  2 /* and what does not fit on its line twice as far */

/* All of one run's frames, or of the file's. */
struct sum {
	__u64 records, bytes, chunks, first, last;
};

static struct sum sum_of(const struct index *ix, __u32 run)
{
	struct sum s = {.first = ~0ULL};

	for (size_t i = 0; i < ix->n; i++) {
		const struct index_entry *e = &ix->entries[i];

		if (e->type != FRAME_RECORDS || (run && e->run != run))
			continue;
		s.chunks++;
		s.records += e->records;
		s.bytes += sizeof(struct frame) + e->len;
		s.first = e->records && e->first < s.first ? e->first : s.first;
		s.last = e->last > s.last ? e->last : s.last;
	}
	return s;
}

/* Strings of a file may come from anyone. */
static const char *safe(char buf[512], const char *s)
{
	s = s ? s : "unknown";
	escape_text(buf, 512, s, strlen(s));
	return buf;
}

/* A line, or more where it is too long for a terminal. */
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
static size_t add_doubt(char *to, size_t size, const struct frames *fs, const struct index_entry *e)
{
	struct trace_end end = {0};
	struct payload p = {0};
	char doubt[512];
	struct frame f;
	size_t n = 0;

	if (payload__init(&p))
		return 0;
	if (frames__at(fs, e->offset, &f) && payload__load(&p, fs, &f, e->offset) == 1 &&
	    attrs__get(&end_attrs, &end, p.raw, f.raw_len))
		end = (struct trace_end){0};
	if (end.incomplete)
		n = snprintf(to, size, ", incomplete%s%s", end.doubt ? ": " : "",
			     end.doubt ? safe(doubt, end.doubt) : "");
	payload__free(&p);
	return n < size ? n : size - 1;
}

static void print_run(const struct frames *fs, const struct index *ix, const struct index_entry *e)
{
	struct sum s = sum_of(ix, e->run);
	struct trace_run run = {0};
	struct payload p = {0};
	char name[512], span[UNIT_LEN], records[COUNTED_LEN], text[2048];
	size_t col = RUN_AT, n;
	struct frame f;

	if (payload__init(&p))
		return;
	if (frames__at(fs, e->offset, &f) && payload__load(&p, fs, &f, e->offset) == 1 &&
	    attrs__get(&run_attrs, &run, p.raw, f.raw_len))
		run = (struct trace_run){0};
	format_duration(span, s.records ? s.last - s.first : 0);
	n = snprintf(text, sizeof(text), "%s: %s, %s",
		     safe(name, run.command ? run.command : run.name),
		     counted(records, s.records, "record"), span);
	payload__free(&p);
	for (size_t i = 0; i < ix->n; i++)
		if (ix->entries[i].type == FRAME_RUN_END && ix->entries[i].run == e->run)
			n += add_doubt(text + n, sizeof(text) - n, fs, &ix->entries[i]);
	printf("%*s", RUN_AT, "");
	put_words(text, 2 * RUN_AT, &col);
	putchar('\n');
}

/* What the ends of the runs tell of losses. */
struct losses {
	__u64 by[LOST_CAUSES], all;
	bool unknown; /* a run has no end, or one that does not tell */
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

static bool run_losses(struct losses *l, const struct frames *fs, const struct index_entry *e)
{
	struct trace_end end = {0};
	struct payload p = {0};
	struct frame f;

	if (payload__init(&p))
		return false;
	if (frames__at(fs, e->offset, &f) && payload__load(&p, fs, &f, e->offset) == 1 &&
	    attrs__get(&end_attrs, &end, p.raw, f.raw_len))
		end = (struct trace_end){0};
	if (end.lost.bytes)
		add_losses(l, &end.lost);
	payload__free(&p);
	return end.lost.bytes;
}

static struct losses losses_of(const struct frames *fs, const struct index *ix)
{
	size_t runs = 0, told = 0;
	struct losses l = {0};

	for (size_t i = 0; i < ix->n; i++) {
		runs += ix->entries[i].type == FRAME_RUN;
		if (ix->entries[i].type == FRAME_RUN_END)
			told += run_losses(&l, fs, &ix->entries[i]);
	}
	l.unknown = told != runs;
	return l;
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

static void print_end(const struct index *ix)
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
}

int info__print(const struct reader *r, const char *path)
{
	const struct trace_about *about = reader__about(r);
	const struct frames *fs = reader__frames(r);
	char kernel[512], machine[512], boot[512], backend[512], size[UNIT_LEN];
	char chunks[COUNTED_LEN];
	struct index ix;
	struct losses lost;
	struct sum all;

	if (index__load(&ix, fs)) {
		log_error("cannot read %s: out of memory", path);
		return EXIT_FAILED;
	}
	all = sum_of(&ix, 0);
	row("file", "%s, %s, format %u", safe(kernel, path), format_bytes(size, fs->size),
	    reader__version(r));
	print_when(about, &all);
	row("kernel", "%s %s, boot %s", safe(kernel, about->kernel), safe(machine, about->machine),
	    safe(boot, about->boot_id));
	row("backend", "%s", safe(backend, about->backend));
	row("records", "%llu in %s, %.1f bytes each", (unsigned long long)all.records,
	    counted(chunks, all.chunks, "chunk"),
	    all.records ? (double)all.bytes / (double)all.records : 0);
	lost = losses_of(fs, &ix);
	print_losses(&lost);
	print_end(&ix);
	printf("runs\n");
	for (size_t i = 0; i < ix.n; i++)
		if (ix.entries[i].type == FRAME_RUN)
			print_run(fs, &ix, &ix.entries[i]);
	index__free(&ix);
	return EXIT_HELD;
}
