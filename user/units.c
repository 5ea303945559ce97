// SPDX-License-Identifier: GPL-2.0
/* Times and sizes as a person reads them. */
#include "units.h"

#include <stdio.h>

static const char *three_digits(char buf[UNIT_LEN], double value, const char *unit)
{
	int places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

	snprintf(buf, UNIT_LEN, "%.*f %s", places, value, unit);
	return buf;
}

const char *format_duration(char buf[UNIT_LEN], __u64 ns)
{
	if (ns < 1000) {
		snprintf(buf, UNIT_LEN, "%llu ns", (unsigned long long)ns);
		return buf;
	}
	/* The bounds are where the rounded value would need a fourth digit. */
	if (ns < 999500)
		return three_digits(buf, (double)ns / 1e3, "us");
	if (ns < 999500000)
		return three_digits(buf, (double)ns / 1e6, "ms");
	return three_digits(buf, (double)ns / 1e9, "s");
}

const char *format_bytes(char buf[UNIT_LEN], __u64 bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes;
	int unit = -1;

	while (value >= 1023.5 && unit < 5) {
		value /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(buf, UNIT_LEN, "%llu B", (unsigned long long)bytes);
	else
		three_digits(buf, value, units[unit]);
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
