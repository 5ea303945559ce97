/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of the mechanisms and of the reasons to sleep, made from abi/mech.def, and their sentences. */
#include <stdio.h>
#include <string.h>

#include "names/mech.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct mech mechs[] = {
#define MECH(id, name, label, traits, ...) [id] = {label, traits, {__VA_ARGS__}},
#include "abi/mech.def"
};

static const struct reason reasons[] = {
#define WAIT(id, name, mech, word, enders, sentence)                                               \
	[id] = {word, sentence, MECH_##mech, ENDERS_##enders},
#include "abi/mech.def"
};

const struct mech *mech__get(unsigned int id)
{
	return id < ARRAY_SIZE(mechs) && mechs[id].name ? &mechs[id] : NULL;
}

const char *mech__link_name(unsigned int id)
{
	switch (id) {
#define FD_LINK(mech, word)                                                                        \
	case MECH_##mech:                                                                          \
		return word;
#include "abi/mech.def"
	}
	return mechs[id].name;
}

int mech__find(const char *name)
{
	for (unsigned int id = 0; id < ARRAY_SIZE(mechs); id++)
		if (mechs[id].name && !strcmp(mechs[id].name, name))
			return (int)id;
	return 0;
}

bool mech__has(unsigned int id, unsigned int traits)
{
	return id < ARRAY_SIZE(mechs) && mechs[id].traits & traits;
}

__u32 mech__all(unsigned int traits)
{
	__u32 all = 0;

	for (unsigned int id = 0; id < ARRAY_SIZE(mechs); id++)
		if (mechs[id].traits & traits)
			all |= 1U << id;
	return all;
}

void mech__object_name(char *buf, size_t size, const struct ipc_object *key)
{
	const struct mech *m = mech__get(key->mech);
	const char *label = m ? m->name : "object";
	unsigned long long id = key->id;

	if (mech__has(key->mech, MT_HASH))
		snprintf(buf, size, "%s:[%llx]", label, id);
	else if (mech__has(key->mech, MT_PATH))
		snprintf(buf, size, "%s:[%u:%u:%llu]", label, key->dev >> 20, key->dev & 0xfffff,
			 id);
	else
		snprintf(buf, size, "%s:[%llu]", label, id);
}

__u32 mech__ipc_ns(const struct ipc_object *key)
{
	return mech__has(key->mech, MT_SYSV) ? key->dev : 0;
}

void mech__object_name_in(char *buf, size_t size, const struct ipc_object *key, __u32 home)
{
	__u32 ns = mech__ipc_ns(key);

	if (ns && home && ns != home)
		snprintf(buf, size, "%s:[%u:%llu]", mech__get(key->mech)->name, ns,
			 (unsigned long long)key->id);
	else
		mech__object_name(buf, size, key);
}

void mech__memory_name(char *buf, size_t size, const char *path, size_t len, bool memfd)
{
	const char *label = mech__get(MECH_SHMEM)->name;
	size_t dir = strlen(SHM_DIR);

	if (!memfd && len > dir && !strncmp(path, SHM_DIR "/", dir + 1)) {
		path += dir;
		len -= dir;
	}
	snprintf(buf, size, "%s:%s%.*s", label, memfd ? "memfd:" : "", (int)len, path);
}

const struct reason *reason__get(unsigned int id)
{
	return id < ARRAY_SIZE(reasons) && reasons[id].name ? &reasons[id] : NULL;
}

enum enders reason__enders(unsigned int id)
{
	const struct reason *r = reason__get(id);

	return r ? (enum enders)r->enders : ENDERS_ELSEWHERE;
}

bool reason__by_peer(unsigned int id)
{
	enum enders enders = reason__enders(id);

	return enders == ENDERS_PEER_WRITERS || enders == ENDERS_PEER_READERS;
}

static int word_index(const struct mech *m, const char *word, size_t len)
{
	for (int i = 0; m && i < STATE_WORDS; i++) {
		if (m->words[i] && strlen(m->words[i]) == len && !memcmp(m->words[i], word, len))
			return i;
	}
	return -1;
}

bool mech__is_named(const struct ipc_object *key, const struct ipc_state *st)
{
	int links = word_index(mech__get(key->mech), "links", strlen("links"));

	return mech__has(key->mech, MT_NAMED) && (!st || links < 0 || st->v[links]);
}

/* The words NAME_s and NAME_ns, in ns. */
static __u64 time_of(unsigned int mech, const struct ipc_state *st, const char *s, const char *ns)
{
	const struct mech *m = mech__get(mech);
	int high = word_index(m, s, strlen(s)), low = word_index(m, ns, strlen(ns));

	return (high < 0 ? 0 : st->v[high] * 1000000000ULL) + (low < 0 ? 0 : st->v[low]);
}

bool mech__expiry(unsigned int mech, const struct ipc_state *st, struct expiry *e)
{
	*e = (struct expiry){0};
	if (!mech__has(mech, MT_TIMER))
		return false;
	e->due = time_of(mech, st, "due_s", "due_ns");
	e->interval = time_of(mech, st, "interval_s", "interval_ns");
	return true;
}

/* Writes what {spec} stands for; a word that the mechanism does not have stays as it is. */
static int fill(char *buf, size_t size, const char *spec, size_t len, const struct mech *m,
		const struct ipc_state *st)
{
	const char *colon = memchr(spec, ':', len);
	size_t word_len = colon ? (size_t)(colon - spec) : len;
	int i = word_index(m, spec, word_len);
	char number[16] = "?";

	if (i < 0)
		return snprintf(buf, size, "{%.*s}", (int)len, spec);
	/* The greatest number may stand for any that is greater. */
	if (st)
		snprintf(number, sizeof(number), "%u%s", st->v[i], st->v[i] == ~0U ? "+" : "");
	if (!colon)
		return snprintf(buf, size, "%s", number);
	len -= word_len + 1;
	return snprintf(buf, size, "%s %.*s%s", number, (int)len, colon + 1,
			st && st->v[i] == 1 ? "" : "s");
}

size_t mech__sentence(char *buf, size_t size, const char *sentence, const struct mech *m,
		      const struct ipc_state *st)
{
	size_t used = 0;

	if (!size)
		return 0;
	while (*sentence && used + 1 < size) {
		const char *end = *sentence == '{' ? strchr(sentence, '}') : NULL;
		int n;

		if (!end) {
			buf[used++] = *sentence++;
			continue;
		}
		n = fill(buf + used, size - used, sentence + 1, (size_t)(end - sentence - 1), m,
			 st);
		if (n > 0)
			used += (size_t)n < size - used ? (size_t)n : size - used - 1;
		sentence = end + 1;
	}
	buf[used] = '\0';
	return used;
}
