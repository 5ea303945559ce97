// SPDX-License-Identifier: GPL-2.0
/* Times and sizes as a person reads them. */
#include "lib/units.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Three digits of value / unit, cut off and not rounded: a length never shows as more than it was.
 */
static const char *three_digits(char buf[UNIT_LEN], __u64 value, __u64 unit, const char *name)
{
	unsigned long long whole = value / unit;
	unsigned int thousandths = (unsigned int)((value % unit) * 1000 / unit);

	if (whole < 10)
		snprintf(buf, UNIT_LEN, "%llu.%02u %s", whole, thousandths / 10, name);
	else if (whole < 100)
		snprintf(buf, UNIT_LEN, "%llu.%u %s", whole, thousandths / 100, name);
	else
		snprintf(buf, UNIT_LEN, "%llu %s", whole, name);
	return buf;
}

const char *format_duration(char buf[UNIT_LEN], __u64 ns)
{
	if (ns < 1000)
		snprintf(buf, UNIT_LEN, "%llu ns", (unsigned long long)ns);
	else if (ns < 1000000)
		three_digits(buf, ns, 1000, "us");
	else if (ns < 1000000000)
		three_digits(buf, ns, 1000000, "ms");
	else
		three_digits(buf, ns, 1000000000, "s");
	return buf;
}

const char *format_bytes(char buf[UNIT_LEN], __u64 bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	unsigned int unit = 0;

	while (unit < 4 && bytes >> (10 * (unit + 1)))
		unit++;
	if (!unit)
		snprintf(buf, UNIT_LEN, "%llu B", (unsigned long long)bytes);
	else
		three_digits(buf, bytes, 1ULL << (10 * unit), units[unit]);
	return buf;
}

const char *format_count(char buf[UNIT_LEN], __u64 n)
{
	if (n < 10000000)
		snprintf(buf, UNIT_LEN, "%llu", (unsigned long long)n);
	else if (n < 1000000000)
		three_digits(buf, n, 1000000, "M");
	else
		three_digits(buf, n, 1000000000, "G");
	return buf;
}

const char *format_time(char buf[UNIT_LEN], __u64 ns)
{
	if (ns < 10000000000000ULL)
		snprintf(buf, UNIT_LEN, "%.3f", (double)ns / 1e6);
	else
		snprintf(buf, UNIT_LEN, "%.1fs", (double)ns / 1e9);
	return buf;
}

const char *counted(char buf[COUNTED_LEN], __u64 n, const char *noun)
{
	size_t len = strlen(noun);
	bool hisses = len > 1 && (noun[len - 1] == 's' || !strcmp(noun + len - 2, "ch"));

	snprintf(buf, COUNTED_LEN, "%llu %s%s", (unsigned long long)n, noun,
		 n == 1	  ? ""
		 : hisses ? "es"
			  : "s");
	return buf;
}

const char *records_lost(char buf[COUNTED_LEN], __u64 n)
{
	counted(buf, n, "record");
	return strcat(buf, n == 1 ? " was lost" : " were lost");
}
