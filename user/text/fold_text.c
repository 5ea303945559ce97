// SPDX-License-Identifier: GPL-2.0
/* The text of a folded stretch: how often, how much, how long. */
#include "text/fold_text.h"

#include <stdio.h>
#include <string.h>

#include "lib/units.h"

/* "slept 12.0 us - 80.0 us", or one of them when they read the same. */
static void sleep_part(const struct style *st, const struct fold_sum *sum, char *buf, size_t size)
{
	char min[UNIT_LEN], max[UNIT_LEN];

	format_duration(min, sum->slept_min);
	format_duration(max, sum->slept_max);
	if (strcmp(min, max))
		snprintf(buf, size, "slept %s %s %s", min, style__glyph(st, GLYPH_TO), max);
	else
		snprintf(buf, size, "slept %s", min);
}

static void head_part(const struct style *st, const struct fold_sum *sum, char *buf, size_t size)
{
	const struct row *row = &sum->first;
	const char *times = style__glyph(st, GLYPH_TIMES);
	unsigned long long n = sum->count;

	if (row->has_size && sum->ret_min == sum->ret_max)
		snprintf(buf, size, "%s %lld %s%llu", row->call, (long long)sum->ret_min, times, n);
	else if (row->has_size)
		snprintf(buf, size, "%s %s%llu", row->call, times, n);
	else if (row->kind == FACT_ACCESS)
		snprintf(buf, size, "%s%s %s%llu", row->call,
			 row->key.detail ? " on top of what it had not loaded" : "", times, n);
	else if (row->kind == FACT_FAULT && !row->refused)
		snprintf(buf, size, "%s", row->text);
	else if (row->kind == FACT_WAKE)
		snprintf(buf, size, "sleeps %s%llu", times, n);
	else
		snprintf(buf, size, "%s %s%llu", row->text, times, n);
}

/* What was loaded or stored, from the least to the greatest. */
static void values_part(const struct style *st, const struct fold_sum *sum, char *buf, size_t size)
{
	if (sum->ret_min == sum->ret_max)
		snprintf(buf, size, "  of %llu", (unsigned long long)sum->ret_min);
	else
		snprintf(buf, size, "  of %llu%s%llu", (unsigned long long)sum->ret_min,
			 style__glyph(st, GLYPH_TO), (unsigned long long)sum->ret_max);
}

bool fold_sum__text(const struct style *st, const struct fold_sum *sum, int part, char *buf,
		    size_t size)
{
	char bytes[UNIT_LEN];

	if (part == 0) {
		head_part(st, sum, buf, size);
		return true;
	}
	if (part == 1 && sum->first.has_size && sum->ret_min != sum->ret_max) {
		snprintf(buf, size, "  %s (%lld%s%lld each)", format_bytes(bytes, sum->size),
			 (long long)sum->ret_min, style__glyph(st, GLYPH_TO),
			 (long long)sum->ret_max);
		return true;
	}
	if (part == 1 && sum->values) {
		values_part(st, sum, buf, size);
		return true;
	}
	if (part == 1 + sum->values && sum->counts) {
		snprintf(buf, size, "  %llu of %llu stores %s lost by then",
			 (unsigned long long)sum->lost, (unsigned long long)sum->stores,
			 sum->lost == 1 ? "is" : "are");
		return true;
	}
	if (part == 2 && sum->first.kind == FACT_WAKE) {
		buf += snprintf(buf, size, "  ");
		sleep_part(st, sum, buf, size - 2);
		return true;
	}
	return false;
}

void fold_stretch__text(const struct style *st, const struct fold_stretch *s, char *buf,
			size_t size)
{
	char from[UNIT_LEN], to[UNIT_LEN];

	snprintf(buf, size, "%s the same again, from %s to %s ms:", style__glyph(st, GLYPH_AGAIN),
		 format_time(from, s->from), format_time(to, s->to));
}
