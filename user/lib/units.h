/* SPDX-License-Identifier: GPL-2.0 */
/* Times and sizes as a person reads them. */
#ifndef IPCTRACE_LIB_UNITS_H
#define IPCTRACE_LIB_UNITS_H

#include <stddef.h>
#include <linux/types.h>

/* Longest result of each, with its NUL. */
#define UNIT_LEN 24

/* "850 ns", "12.3 us", "299 ms", "2.00 s": three digits, the rest cut off. Returns buf. */
const char *format_duration(char buf[UNIT_LEN], __u64 ns);
/* "123456"; from ten million on "12.3 M", cut off like a duration. Returns buf. */
const char *format_count(char buf[UNIT_LEN], __u64 n);
/* "13 B", "63.9 KiB", cut off like a duration. Returns buf. */
const char *format_bytes(char buf[UNIT_LEN], __u64 bytes);
/* "1 byte", "2 bytes", "2 attaches". Returns buf. */
#define COUNTED_LEN 48
const char *counted(char buf[COUNTED_LEN], __u64 n, const char *noun);
/* "1 record was lost", "2 records were lost". Returns buf. */
const char *records_lost(char buf[COUNTED_LEN], __u64 n);
/* Time since the start in ms, "0.402"; from 10000 s on in s, "12345.6s". Returns buf. */
const char *format_time(char buf[UNIT_LEN], __u64 ns);

#endif
