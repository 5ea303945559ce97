/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Follows the watched words while threads are stepped. An instruction that reaches a word runs
 * alone: no other thread that has the word mapped can touch it meanwhile, except in a system call.
 * So the order of accesses, and the value before and after each, are exact.
 */
#include "watch/step_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/clock.h"
#include "watch/step_call.h"

#define PAGE_BITS     12
#define PAGEMAP_THERE (3ULL << 62) /* present, or swapped */
#define ZERO_FLAG     0x40

static bool reaches(const struct x86_ref *r, __u64 addr, __u8 len)
{
	return r->addr < addr + len && addr < r->addr + r->size;
}

static __u64 n_words(const struct stepper *s)
{
	return *s->bpf.n < WATCH_WORDS ? *s->bpf.n : WATCH_WORDS;
}

__u64 step_word__reached(const struct stepper *s, const struct step_process *p,
			 const struct x86_mem *m)
{
	__u64 words = 0;

	for (__u32 i = 0; i < n_words(s); i++)
		for (unsigned int k = 0; k < m->n && p->at.places[i].live; k++)
			if (reaches(&m->refs[k], p->at.places[i].addr, s->bpf.words[i].len))
				words |= 1ULL << i;
	return words;
}

bool step_word__places(struct stepper *s, struct step_process *p)
{
	__u32 pid = (__u32)p->pid;
	struct watch_process at;
	bool any = false;

	if (bpf_map_lookup_elem(s->bpf.processes, &pid, &at))
		memset(&at, 0, sizeof(at));
	for (__u32 i = 0; i < WATCH_WORDS; i++) {
		const struct watch_place *old = &p->at.places[i], *now = &at.places[i];
		struct step_last *last = &s->last[i];

		any |= now->live;
		if (!now->live || now->addr != old->addr || !old->live)
			p->touched[i] = false;
		if (now->live && (last->obj.id != now->obj.id || last->obj.dev != now->obj.dev))
			*last = (struct step_last){.obj = now->obj, .serial = last->serial};
	}
	p->at = at;
	return any;
}

/* The process has the page behind the word. To read it before would be its first touch. */
static bool is_touched(struct step_process *p, __u32 i)
{
	__u64 entry = 0;
	char path[64];

	if (p->touched[i])
		return true;
	if (p->pagemap < 0) {
		snprintf(path, sizeof(path), "/proc/%d/pagemap", p->pid);
		p->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (p->pagemap < 0 ||
	    pread(p->pagemap, &entry, sizeof(entry),
		  (off_t)(p->at.places[i].addr >> PAGE_BITS) * 8) != sizeof(entry))
		return false;
	return p->touched[i] = entry & PAGEMAP_THERE;
}

static bool read_word(const struct stepper *s, struct step_thread *th, __u32 i, __u64 *value)
{
	struct iovec here = {value, s->bpf.words[i].len};
	struct iovec there = {(void *)th->proc->at.places[i].addr, here.iov_len};

	*value = 0;
	return is_touched(th->proc, i) &&
	       process_vm_readv(th->tid, &here, 1, &there, 1, 0) == (ssize_t)here.iov_len;
}

static void tell(struct stepper *s, struct ev_access *a)
{
	struct ev_symbol symbol;

	if (a->ip && places__tell(s->places, a, &symbol))
		step_page__put(s->page, &symbol.e);
	step_page__put(s->page, &a->e);
}

static struct ev_access begin(const struct stepper *s, const struct step_thread *th, __u32 i,
			      __u64 ts)
{
	const struct watch_place *place = &th->proc->at.places[i];

	return (struct ev_access){
	    .e = {.ts = ts,
		  .pid = (__u32)th->proc->pid,
		  .tid = (__u32)th->tid,
		  .size = sizeof(struct ev_access),
		  .kind = EV_ACCESS},
	    .obj = place->obj,
	    .addr = place->addr,
	    .offset = s->bpf.words[i].offset,
	    .len = s->bpf.words[i].len,
	    .word = (__u8)i,
	    .nr = -1,
	};
}

static void store(struct step_last *last, bool known, __u64 value)
{
	last->known = known;
	last->value = value;
	last->serial++;
}

/* What the kernel has stored, or loaded, for a call. now: what the word holds, if that is known. */
static void tell_call(struct stepper *s, struct step_thread *th, __u32 i, long ret,
		      const struct step_span *span, bool known, __u64 now)
{
	struct step_call *c = &th->call;
	struct step_last *last = &s->last[i];
	struct ev_access a = begin(s, th, i, now_ns());
	bool alone = c->serial[i] == last->serial;
	__u32 found;

	a.nr = (__s16)c->nr;
	if (span->stores) {
		a.kind = ACCESS_STORE;
		a.before = last->value;
		a.known = last->known && alone;
		a.after = now;
		a.from = !known ? FROM_NOTHING : alone ? FROM_STEP : FROM_MEMORY;
		store(last, known, now);
		c->told[i] = true;
	} else {
		a.kind = ACCESS_LOAD;
		a.after = now;
		a.from = !known ? FROM_NOTHING : alone ? FROM_STEP : FROM_MEMORY;
		if (step_call__found(c, ret, &found)) {
			a.after = found;
			a.from = FROM_STEP;
		}
	}
	tell(s, &a);
}

/*
 * A store that no instruction made: by a system call that goes on, or by a process that is not
 * followed.
 */
static void explain(struct stepper *s, __u32 i, __u64 now)
{
	const struct watch_place *at;
	const struct step_span *span;

	for (size_t k = 0; k < s->table.n; k++) {
		struct step_thread *th = s->table.threads[k];

		at = &th->proc->at.places[i];
		if (th->call.nr < 0 || th->call.told[i] || !at->live ||
		    !step_call__covers(&th->call, at->addr, s->bpf.words[i].len, __LONG_MAX__,
				       &span) ||
		    !span->stores)
			continue;
		tell_call(s, th, i, __LONG_MAX__, span, true, now);
		return;
	}
	s->page->lost++;
	store(&s->last[i], true, now);
}

static bool look(struct stepper *s, struct step_thread *th, __u32 i, __u64 *now)
{
	struct step_last *last = &s->last[i];

	if (!read_word(s, th, i, now))
		return false;
	if (last->known && last->value != *now)
		explain(s, i, *now);
	last->known = true;
	last->value = *now;
	return true;
}

void step_word__before(struct stepper *s, struct step_thread *th, struct step_access *a)
{
	a->ts = now_ns();
	for (__u32 i = 0; i < n_words(s); i++) {
		if (!(a->words & 1ULL << i))
			continue;
		look(s, th, i, &a->before[i]);
		a->before[i] = s->last[i].value;
		a->known[i] = s->last[i].known;
	}
}

/* Which of the things that the instruction may do it did. */
static void judge(const struct x86_mem *m, const struct x86_ref *r, bool changed, __u64 flags,
		  struct ev_access *a)
{
	bool stores = r->stores;

	if (m->compares)
		stores = flags & ZERO_FLAG;
	if (m->unsure && r->loads && r->stores && !changed) {
		a->kind = ACCESS_UNKNOWN;
		return;
	}
	if (m->unsure && !changed && stores) {
		a->kind = ACCESS_UNKNOWN;
		return;
	}
	a->kind = stores ? ACCESS_STORE : ACCESS_LOAD;
	if (stores && r->loads && !m->unsure)
		a->update = m->atomic ? UPDATE_ATOMIC : UPDATE_PLAIN;
	if (stores && m->moves)
		a->from = m->number ? FROM_NUMBER : FROM_MOVE;
}

static void access_over(struct stepper *s, struct step_thread *th, const struct step_access *was,
			const struct x86_mem *m, const struct x86_ref *r, __u32 i, __u64 ip,
			__u64 flags)
{
	struct step_last *last = &s->last[i];
	struct ev_access a = begin(s, th, i, was->ts);
	bool read = read_word(s, th, i, &a.after);

	a.ip = ip;
	a.from = read ? FROM_STEP : FROM_NOTHING;
	judge(m, r, read && was->known[i] && a.after != was->before[i], flags, &a);
	if (!read)
		a.from = FROM_NOTHING;
	if (a.kind == ACCESS_STORE) {
		a.before = was->before[i];
		a.known = was->known[i];
		store(last, read, a.after);
	} else {
		last->known = read;
		last->value = a.after;
	}
	tell(s, &a);
}

void step_word__after(struct stepper *s, struct step_thread *th, const struct step_access *was,
		      const struct x86_mem *m, __u64 ip, __u64 flags)
{
	for (__u32 i = 0; i < n_words(s); i++)
		for (unsigned int k = 0; k < m->n && was->words & 1ULL << i; k++)
			if (reaches(&m->refs[k], th->proc->at.places[i].addr, s->bpf.words[i].len))
				access_over(s, th, was, m, &m->refs[k], i, ip, flags);
}

void step_word__call(struct stepper *s, struct step_thread *th)
{
	step_call__spans(&th->call, th->tid);
	for (__u32 i = 0; i < WATCH_WORDS; i++) {
		th->call.serial[i] = s->last[i].serial;
		th->call.told[i] = false;
	}
}

void step_word__call_over(struct stepper *s, struct step_thread *th, long ret)
{
	const struct step_span *span;
	__u64 now = 0;

	for (__u32 i = 0; i < n_words(s); i++) {
		const struct watch_place *at = &th->proc->at.places[i];
		struct step_last *last = &s->last[i];
		bool known;

		if (!at->live)
			continue;
		if (!step_call__covers(&th->call, at->addr, s->bpf.words[i].len, ret, &span)) {
			look(s, th, i, &now);
			continue;
		}
		if (span->stores && th->call.told[i])
			continue;
		known = read_word(s, th, i, &now);
		if (!span->stores && known && last->known && last->value != now)
			explain(s, i, now);
		tell_call(s, th, i, ret, span, known, now);
	}
	th->call.nr = -1;
}
