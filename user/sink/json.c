// SPDX-License-Identifier: GPL-2.0
/* Writes JSON, one object a line. Whatever bytes go in, valid JSON in valid UTF-8 comes out. */
#include "json.h"

#include <string.h>

#include "utf8.h"

static void put_string(FILE *out, const char *s, size_t len)
{
	size_t at = 0, n;
	__u32 cp;

	putc('"', out);
	while (at < len) {
		n = utf8__decode(s + at, len - at, &cp);
		if (!n) {
			fputs("\\ufffd", out);
			n = 1;
		} else if (cp == '"' || cp == '\\') {
			fprintf(out, "\\%c", (int)cp);
		} else if (cp == '\n') {
			fputs("\\n", out);
		} else if (cp == '\t') {
			fputs("\\t", out);
		} else if (cp < 0x10000 && !utf8__printable(cp)) {
			/* A JSON line may be read on a terminal, too. */
			fprintf(out, "\\u%04x", cp);
		} else {
			fwrite(s + at, 1, n, out);
		}
		at += n;
	}
	putc('"', out);
}

static void put_key(struct json *js, const char *key)
{
	if (js->comma)
		putc(',', js->out);
	js->comma = true;
	if (key) {
		put_string(js->out, key, strlen(key));
		putc(':', js->out);
	}
}

void json__begin(struct json *js, FILE *out)
{
	js->out = out;
	js->comma = false;
	putc('{', out);
}

void json__end(struct json *js)
{
	fputs("}\n", js->out);
}

static void open_nested(struct json *js, const char *key, char bracket)
{
	put_key(js, key);
	putc(bracket, js->out);
	js->comma = false;
}

static void close_nested(struct json *js, char bracket)
{
	putc(bracket, js->out);
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
	put_key(js, key);
	fprintf(js->out, "%lld", (long long)value);
}

void json__bool(struct json *js, const char *key, bool value)
{
	put_key(js, key);
	fputs(value ? "true" : "false", js->out);
}

void json__text(struct json *js, const char *key, const char *s, size_t len)
{
	put_key(js, key);
	put_string(js->out, s, len);
}

void json__string(struct json *js, const char *key, const char *s)
{
	if (s)
		json__text(js, key, s, strlen(s));
}
