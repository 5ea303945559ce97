/* SPDX-License-Identifier: GPL-2.0 */
/* How a word of shared memory is asked for: KIND:WHICH+OFFSET:LENGTH. */
#include "names/watch_spec.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE                                                                                      \
	"a word like shm:1234+0:4 (key, offset, length), shm:#ID+0:4, shmem:/NAME+0:4 or "         \
	"shmem:memfd:NAME+0:4"

/* A whole number, decimal or 0x. */
static bool number(const char *s, size_t len, __u64 max, __u64 *v)
{
	char buf[24], *end;

	if (!len || len >= sizeof(buf) || *s < '0' || *s > '9')
		return false;
	memcpy(buf, s, len);
	buf[len] = '\0';
	errno = 0;
	*v = strtoull(buf, &end, !strncmp(buf, "0x", 2) ? 16 : 10);
	return !errno && !*end && *v <= max;
}

static const char *last(const char *s, const char *end, char c)
{
	while (end > s)
		if (*--end == c)
			return end;
	return NULL;
}

static const char *take_shm(struct watch_word *w, const char *s, size_t len)
{
	__u64 id;

	w->mech = MECH_SHM;
	w->by_id = *s == '#';
	s += w->by_id;
	len -= w->by_id;
	if (!number(s, len, w->by_id ? 0x7fffffff : 0xffffffff, &id))
		return SHAPE;
	if (!id && !w->by_id)
		return "a key other than 0, which is IPC_PRIVATE: give the segment's id, shm:#ID";
	w->id = (__u32)id;
	return NULL;
}

static const char *take_shmem(struct watch_word *w, const char *s, size_t len)
{
	bool memfd = len > 6 && !strncmp(s, "memfd:", 6);

	w->mech = MECH_SHMEM;
	if (!memfd && (len < 2 || *s != '/' || memchr(s + 1, '/', len - 1)))
		return SHAPE;
	s += !memfd;
	len -= !memfd;
	if (len >= WATCH_NAME)
		return "a name of 47 bytes at most";
	memcpy(w->name, s, len);
	return NULL;
}

const char *watch_spec__parse(struct watch_spec *spec, const char *text)
{
	struct watch_word *w = &spec->word;
	const char *end = text + strlen(text), *colon, *plus;
	const char *wrong = SHAPE;
	__u64 len;

	memset(spec, 0, sizeof(*spec));
	if ((size_t)(end - text) >= WATCH_TEXT)
		return SHAPE;
	memcpy(spec->text, text, (size_t)(end - text));
	colon = last(text, end, ':');
	plus = colon ? last(text, colon, '+') : NULL;
	if (!plus || !number(colon + 1, (size_t)(end - colon) - 1, ~0ULL, &len) ||
	    !number(plus + 1, (size_t)(colon - plus) - 1, 1ULL << 62, &w->offset))
		return SHAPE;
	if (!strncmp(text, "shm:", 4) && plus > text + 4)
		wrong = take_shm(w, text + 4, (size_t)(plus - text) - 4);
	else if (!strncmp(text, "shmem:", 6) && plus > text + 6)
		wrong = take_shmem(w, text + 6, (size_t)(plus - text) - 6);
	if (wrong)
		return wrong;
	if (len != 1 && len != 2 && len != 4 && len != 8)
		return "a length of 1, 2, 4 or 8 bytes: no watchpoint is longer";
	if (w->offset & (len - 1))
		return "an offset that is a multiple of its length: no watchpoint lies across";
	w->len = (__u8)len;
	return NULL;
}

const char *watch_spec__add(struct watch_spec words[WATCH_WORDS], size_t *n, const char *text)
{
	struct watch_spec spec;
	const char *wrong = watch_spec__parse(&spec, text);

	if (wrong)
		return wrong;
	for (size_t i = 0; i < *n; i++) {
		struct watch_word other = words[i].word;

		if (!memcmp(&other, &spec.word, sizeof(other)))
			return NULL;
		other.len = spec.word.len;
		if (!memcmp(&other, &spec.word, sizeof(other)))
			return "one length at an offset: of two, each access would be told as one";
	}
	if (*n == WATCH_WORDS)
		return "64 words at most";
	words[(*n)++] = spec;
	return NULL;
}

const char *watch_spec__join(struct watch_spec words[WATCH_WORDS], size_t *n,
			     const char *const *own, const struct watch_spec *more, size_t n_more)
{
	const char *wrong = NULL;

	*n = 0;
	for (; *own && !wrong; own++)
		wrong = watch_spec__add(words, n, *own);
	for (; n_more && !wrong; more++, n_more--)
		wrong = watch_spec__add(words, n, more->text);
	return wrong;
}

const char *watch_spec__beyond(size_t n, enum watch_by by)
{
	if (by != WATCH_BY_HARDWARE || n <= WATCH_HARDWARE)
		return NULL;
	return "four words at most by hardware: a processor has no more watchpoints; "
	       "--watch-by step takes 64";
}

static const char *const ways[] = {
    [WATCH_BY_ANY] = "auto",
    [WATCH_BY_HARDWARE] = "hardware",
    [WATCH_BY_STEP] = "step",
    [WATCH_BY_NOTHING] = "nothing",
};

enum watch_by watch_by__find(const char *name)
{
	for (unsigned int i = 0; i < WATCH_BY_NOTHING; i++)
		if (!strcmp(name, ways[i]))
			return (enum watch_by)i;
	return WATCH_BY_ANY;
}

const char *watch_by__name(enum watch_by by)
{
	return by == WATCH_BY_ANY ? NULL : ways[by];
}
