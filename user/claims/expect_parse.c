// SPDX-License-Identifier: GPL-2.0
/* What the parts of the .expect parser have in common: the next line, the message, the memory. */
#include "claims/expect_parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

struct kept {
	struct kept *next;
	max_align_t data[];
};

int parser__fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(p->err, p->err_size, "%s:%d: ", p->file, p->line);

	if (n >= 0 && (size_t)n < p->err_size) {
		va_start(ap, fmt);
		vsnprintf(p->err + n, p->err_size - (size_t)n, fmt, ap);
		va_end(ap);
	}
	errno = EINVAL;
	return -EINVAL;
}

void *parser__keep(struct parser *p, size_t size)
{
	struct kept *k = calloc(1, sizeof(*k) + size);

	if (!k) {
		parser__fail(p, "out of memory");
		return NULL;
	}
	k->next = p->ex->memory;
	p->ex->memory = k;
	return k->data;
}

const char *parser__keep_text(struct parser *p, const char *s, size_t len)
{
	char *copy = parser__keep(p, len + 1);

	return copy ? memcpy(copy, s, len) : NULL;
}

int parser__intern(struct parser *p, struct names *names, const char *text)
{
	__u64 key = map__text_key(text);
	struct map_node *node = map__find(&names->map, key);
	struct name *name;

	for (; node; node = map__again(node)) {
		name = container_of(node, struct name, node);
		if (!strcmp(name->text, text))
			return name->index;
	}
	name = parser__keep(p, sizeof(*name));
	if (!name)
		return -EINVAL;
	if (map__add(&names->map, &name->node, key))
		return parser__fail(p, "out of memory");
	name->text = text;
	name->index = names->n++;
	name->next = names->first;
	names->first = name;
	return name->index;
}

const char *parser__shown(struct parser *p, struct slice s)
{
	char *buf = p->shown[p->n_shown++ % 2];

	escape_text(buf, sizeof(p->shown[0]), s.s, s.len);
	return buf;
}

void kept__free(struct kept *k)
{
	struct kept *next;

	for (; k; k = next) {
		next = k->next;
		free(k);
	}
}

int parser__read_line(struct parser *p, FILE *in, char buf[LINE_MAX_BYTES])
{
	size_t n = 0;
	int c;

	p->line++;
	while ((c = getc(in)) != EOF && c != '\n') {
		if (!c)
			return parser__fail(p, "a NUL byte: this is no text");
		if (n + 1 == LINE_MAX_BYTES)
			return parser__fail(p, "line longer than %d bytes", LINE_MAX_BYTES - 1);
		buf[n++] = (char)c;
	}
	if (ferror(in))
		return parser__fail(p, "cannot read: %s", strerror(errno));
	while (n && strchr(" \t\r\v\f", buf[n - 1]))
		n--;
	buf[n] = '\0';
	p->text = buf + strspn(buf, " \t\r\v\f");
	return n || c != EOF;
}
