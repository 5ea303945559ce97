// SPDX-License-Identifier: GPL-2.0
/* Writes JSON, one object a line. Whatever bytes go in, valid JSON in valid UTF-8 comes out. */
#include "print/json.h"

#include <string.h>

#include "lib/utf8.h"

#define KEY_MAX	    64
#define INT_MAX_LEN 20 /* "-9223372036854775808" */

static void flush(struct json *js)
{
	fwrite(js->buf, 1, js->used, js->out);
	js->used = 0;
}

static void reserve(struct json *js, size_t len)
{
	if (len > sizeof(js->buf) - js->used)
		flush(js);
}

static void put(struct json *js, const char *s, size_t len)
{
	reserve(js, len);
	if (len > sizeof(js->buf)) {
		fwrite(s, 1, len, js->out);
		return;
	}
	memcpy(js->buf + js->used, s, len);
	js->used += len;
}

static void put_char(struct json *js, char c)
{
	if (js->used == sizeof(js->buf))
		flush(js);
	js->buf[js->used++] = c;
}

static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* What is not plain ASCII; its length. */
static size_t put_special(struct json *js, const char *s, size_t len)
{
	char escape[8];
	__u32 cp;
	size_t n = utf8__decode(s, len, &cp);

	if (!n) {
		put(js, "\\ufffd", 6);
		return 1;
	}
	if (cp == '"' || cp == '\\') {
		put_char(js, '\\');
		put_char(js, (char)cp);
	} else if (cp == '\n') {
		put(js, "\\n", 2);
	} else if (cp == '\t') {
		put(js, "\\t", 2);
	} else if (cp < 0x10000 && !utf8__printable(cp)) {
		/* A JSON line may be read on a terminal, too. */
		snprintf(escape, sizeof(escape), "\\u%04x", cp);
		put(js, escape, strlen(escape));
	} else {
		put(js, s, n);
	}
	return n;
}

static void put_string(struct json *js, const char *s, size_t len)
{
	size_t at = 0;

	put_char(js, '"');
	while (at < len) {
		if (is_plain(s[at]))
			put_char(js, s[at++]);
		else
			at += put_special(js, s + at, len - at);
	}
	put_char(js, '"');
}

static void put_key(struct json *js, const char *key)
{
	char *at;

	reserve(js, KEY_MAX + 4);
	at = js->buf + js->used;
	if (js->comma)
		*at++ = ',';
	js->comma = true;
	if (key) {
		*at++ = '"';
		for (int i = 0; i < KEY_MAX && key[i]; i++)
			*at++ = key[i];
		*at++ = '"';
		*at++ = ':';
	}
	js->used = (size_t)(at - js->buf);
}

void json__begin(struct json *js, FILE *out)
{
	js->out = out;
	js->comma = false;
	js->used = 0;
	put_char(js, '{');
}

void json__end(struct json *js)
{
	put(js, "}\n", 2);
	flush(js);
}

static void open_nested(struct json *js, const char *key, char bracket)
{
	put_key(js, key);
	put_char(js, bracket);
	js->comma = false;
}

static void close_nested(struct json *js, char bracket)
{
	put_char(js, bracket);
	js->comma = true;
}

void json__object(struct json *js, const char *key)
{
	open_nested(js, key, '{');
}

void json__object_end(struct json *js)
{
	close_nested(js, '}');
}

void json__array(struct json *js, const char *key)
{
	open_nested(js, key, '[');
}

void json__array_end(struct json *js)
{
	close_nested(js, ']');
}

void json__int(struct json *js, const char *key, __s64 value)
{
	__u64 rest = value < 0 ? -(__u64)value : (__u64)value, power = 10;
	unsigned int digits = 1;

	put_key(js, key);
	reserve(js, INT_MAX_LEN);
	if (value < 0)
		js->buf[js->used++] = '-';
	while (digits < INT_MAX_LEN - 1 && rest >= power) {
		digits++;
		power *= 10;
	}
	js->used += digits;
	for (char *at = js->buf + js->used; digits--; rest /= 10)
		*--at = (char)('0' + rest % 10);
}

void json__bool(struct json *js, const char *key, bool value)
{
	put_key(js, key);
	put(js, value ? "true" : "false", value ? 4 : 5);
}

void json__text(struct json *js, const char *key, const char *s, size_t len)
{
	put_key(js, key);
	put_string(js, s, len);
}

void json__string(struct json *js, const char *key, const char *s)
{
	if (s)
		json__text(js, key, s, strlen(s));
}
