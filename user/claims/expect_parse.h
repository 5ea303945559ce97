/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the .expect parser share: its position, the words of a line, its memory. */
#ifndef IPCTRACE_CLAIMS_EXPECT_PARSE_H
#define IPCTRACE_CLAIMS_EXPECT_PARSE_H

#include "claims/expect.h"

#define LINE_MAX_BYTES 4096
#define WORDS_MAX      64

struct parser {
	struct expect *ex;
	const char *file;
	int line;
	const char *text; /* the line, without the blanks around it */
	char *err;
	size_t err_size;
	struct section *section;
	struct claim *claim;	   /* the last of its case; NULL: none is begun */
	struct claim **claims;	   /* where the next one of this case goes */
	struct map claim_names;	   /* of this case */
	struct section **sections; /* where the next one goes */
	char shown[2][80];
	unsigned int n_shown;
};

/* A part of the line, quotes and all. */
struct slice {
	const char *s;
	size_t len;
};

struct words {
	size_t n;
	struct slice w[WORDS_MAX];
};

/* Writes "FILE:LINE: ..." and returns -EINVAL. */
int parser__fail(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Zeroed memory that lives as long as the parsed file. NULL after parser__fail(). */
void *parser__keep(struct parser *p, size_t size);
const char *parser__keep_text(struct parser *p, const char *s, size_t len);
/* The name's index, an old one or a new one; -EINVAL after a message. */
int parser__intern(struct parser *p, struct names *names, const char *text);
/* The words for a message: escaped, cut short. Two calls may be in use at a time. */
const char *parser__shown(struct parser *p, struct slice s);

void kept__free(struct kept *k);
/* 1: a line, in p->text, 0: the end, or -EINVAL. Bounded: the file may be no text at all. */
int parser__read_line(struct parser *p, FILE *in, char buf[LINE_MAX_BYTES]);

/* 0 or -EINVAL after a message. */
int lex__split(struct parser *p, struct words *out);
bool slice__is(struct slice s, const char *text);
bool slice__quoted(struct slice s);
/* A word, or a string with its quotes and escapes resolved. NULL after a message. */
const char *lex__text(struct parser *p, struct slice s);
/* The words' end: where a comparison begins, or len. Not inside quotes. */
size_t lex__operator(struct slice s);
/* The comparison s begins with; its length, or 0. */
size_t lex__comparison(struct slice s, enum comparison *op);
/* 13, -1, 0x1f, 64k, 1m; 5us, 2s in ns. 0, -EINVAL or -ERANGE. */
int lex__number(struct slice s, __s64 *out, bool *duration);

/* The word of an .expect file for a fact; NULL: there is none. */
const struct fact_word *fact_word__find(struct slice s);
/* All of them: "op, block, ...". Returns buf. */
#define FACT_WORDS_LEN 160
const char *fact_words__list(char buf[FACT_WORDS_LEN]);
/*
 * Whether a string field of such a fact could ever be that word. True for fields that may be any
 * text.
 */
bool word__known(enum fact_kind fact, const char *field, const char *word);
/* Could c ever be met by such a fact? 0 or -EINVAL after a message. */
int condition__check(struct parser *p, enum fact_kind fact, const struct condition *c);
/* The words from i on, as conditions of pat. */
int conditions__parse(struct parser *p, const struct words *words, size_t i, struct pattern *pat);
/* "$name"; it binds the name only where c has =, and pat is plain. */
int variable__parse(struct parser *p, struct slice s, const struct pattern *pat,
		    struct condition *c);
/* "1000-value", "$n+1": where the sign stands; 0: it is no sum. */
size_t sum__sign(struct slice s);
int sum__parse(struct parser *p, struct slice s, const struct pattern *pat, struct value *v);
bool is_field_name(const char *s, size_t len);
/* Adds the line as a pattern to p->claim. */
int pattern__parse(struct parser *p, const struct words *words);

/* Adds a watch line to the file or to its last case. */
int watch__parse(struct parser *p, const struct words *words);
/* Says of the last case that it asks its user for something. */
int interactive__parse(struct parser *p, const struct words *words);
int varies__parse(struct parser *p, const struct words *words);
/* The file's and the case's own, NULL behind them. NULL after a message. */
const char *const *watches__of(struct parser *p, const struct section *s);

#endif
