/* SPDX-License-Identifier: GPL-2.0 */
/* Writes JSON, one object a line. Whatever bytes go in, valid JSON in valid UTF-8 comes out. */
#ifndef IPCTRACE_PRINT_JSON_H
#define IPCTRACE_PRINT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/types.h>

struct json {
	FILE *out;
	bool comma;  /* the next member needs one before it */
	size_t used; /* of the buffer: a line goes to out in one piece, if it fits */
	char buf[4096];
};

/* A line is { ... } and a newline. */
void json__begin(struct json *js, FILE *out);
void json__end(struct json *js);

/*
 * A key is a word of ours, at most 64 letters, and needs no escaping; it is NULL inside an array. A nested object or
 * array is closed with the matching call.
 */
void json__object(struct json *js, const char *key);
void json__object_end(struct json *js);
void json__array(struct json *js, const char *key);
void json__array_end(struct json *js);

void json__int(struct json *js, const char *key, __s64 value);
void json__bool(struct json *js, const char *key, bool value);
/* Bytes that are not UTF-8 become U+FFFD, one each. */
void json__text(struct json *js, const char *key, const char *s, size_t len);
/* As json__text(); a member whose value is NULL is left out. */
void json__string(struct json *js, const char *key, const char *s);

#endif
