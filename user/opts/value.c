/* SPDX-License-Identifier: GPL-2.0 */
/* The values of options: durations, sizes, words of a list. */
#include "opts/value.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS 1000000ULL

/* A whole number, then one of the suffixes. -1 unless the whole word is that and fits. */
static int parse_number(const char *word, const char *const *suffixes, const unsigned long *scales,
			unsigned long *out)
{
	unsigned long value;
	char *end;

	if (*word < '0' || *word > '9')
		return -1;
	errno = 0;
	value = strtoul(word, &end, 10);
	if (errno)
		return -1;
	for (; *suffixes; suffixes++, scales++) {
		if (strcmp(end, *suffixes))
			continue;
		return __builtin_mul_overflow(value, *scales, out) ? -1 : 0;
	}
	return -1;
}

/* The claims take a wait of 100 ms for one without end. */
int opts__hold(const char *word, unsigned int *ms)
{
	static const char *const suffixes[] = {"", "ms", NULL};
	static const unsigned long scales[] = {1, 1};
	unsigned long value;

	if (parse_number(word, suffixes, scales, &value) || value < 200 || value > 600000)
		return -1;
	*ms = value;
	return 0;
}

int opts__pid(const char *word, unsigned int *pid)
{
	static const char *const suffixes[] = {"", NULL};
	static const unsigned long scales[] = {1};
	unsigned long value;

	if (parse_number(word, suffixes, scales, &value) || !value || value > INT_MAX)
		return -1;
	*pid = value;
	return 0;
}

int opts__size(const char *word, size_t *size)
{
	static const char *const suffixes[] = {"", "k", "K", "m", "M", "g", "G", NULL};
	static const unsigned long scales[] = {1,	1 << 10, 1 << 10, 1 << 20,
					       1 << 20, 1 << 30, 1 << 30};
	unsigned long value;

	if (parse_number(word, suffixes, scales, &value) || value < 4096 || value > 1 << 30 ||
	    (value & (value - 1)))
		return -1;
	*size = value;
	return 0;
}

int opts__time(const char *word, __u64 *ns)
{
	static const struct {
		const char *suffix;
		double scale;
	} units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 60e9}};
	double value;
	char *end;

	if (strspn(word, "0123456789.") == 0)
		return -1;
	value = strtod(word, &end);
	if (end != word + strspn(word, "0123456789."))
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].suffix) || value * units[i].scale > 9e18)
			continue;
		*ns = (__u64)(value * units[i].scale + 0.5);
		return 0;
	}
	return -1;
}

int opts__duration(const char *word, unsigned int *ms)
{
	__u64 ns;

	if (opts__time(word, &ns) || (ns && ns < NS_PER_MS) || ns / NS_PER_MS > INT_MAX)
		return -1;
	*ms = ns / NS_PER_MS;
	return 0;
}

int opts__bytes(const char *word, __u64 *bytes)
{
	static const char *const suffixes[] = {"", "k", "K", "m", "M", "g", "G", NULL};
	static const unsigned long scales[] = {1,	1 << 10, 1 << 10, 1 << 20,
					       1 << 20, 1 << 30, 1 << 30};
	unsigned long value;

	if (parse_number(word, suffixes, scales, &value) || value < 256 << 10)
		return -1;
	*bytes = value;
	return 0;
}

bool opts__in_choices(const char *word, const char *choices)
{
	size_t len = strlen(word);

	for (const char *c = choices; c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
		if (len == strcspn(c, "|") && !strncmp(c, word, len))
			return true;
	return false;
}

const char *opts__choices_text(char buf[CHOICES_LEN], const char *choices)
{
	const char *last = strrchr(choices, '|');
	size_t len = 0;

	for (const char *c = choices; *c && len < CHOICES_LEN - 5; c++) {
		if (*c != '|')
			buf[len++] = *c;
		else
			len = (size_t)(stpcpy(buf + len, c == last ? " or " : ", ") - buf);
	}
	buf[len] = '\0';
	return buf;
}
