/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that ipctrace and the process that steps share. */
#include "watch/step_page.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

struct step_page *step_page__new(void)
{
	void *p = mmap(NULL, sizeof(struct step_page), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void step_page__free(struct step_page *p)
{
	if (p)
		munmap(p, sizeof(*p));
}

void step_page__put(struct step_page *p, const struct event *rec)
{
	__u64 head = p->head;

	if (head - p->tail >= STEP_ROOM || rec->size > sizeof(union step_record)) {
		p->lost++;
		return;
	}
	memcpy(&p->records[head % STEP_ROOM], rec, rec->size);
	p->head = head + 1;
}

int step_page__take(struct step_page *p, rings_fn fn, void *ctx)
{
	__u64 tail = p->tail, until = p->head;
	int n = 0, rc = 0;

	for (; tail < until && !rc; n++) {
		rc = fn(ctx, &p->records[tail % STEP_ROOM].e);
		p->tail = ++tail;
	}
	return rc ? rc : n;
}
