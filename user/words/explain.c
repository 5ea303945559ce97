/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the function that has the sentence for a fact. */
#include "words/explain.h"

#include "timeline/mech_ops.h"
#include "words/explain_text.h"

static void by_signal(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret > 0) {
		text__outcome(t, op);
		text__add(t, " were taken before ");
	} else {
		text__add(t, "interrupted by ");
	}
	text__sent_signal(t, &f->cause);
}

static void explain_op(struct text *t, const struct fact *f)
{
	const struct mech_ops *ops = mech_ops__call(&f->rec->op);

	if (f->cause.kind == CAUSE_SIGNALLED) {
		by_signal(t, f);
		return;
	}
	if (ops->tell_op)
		ops->tell_op(t, f);
	else if (f->cause.kind == CAUSE_UNKNOWN)
		text__not_shown(t, &f->rec->op);
}

size_t explain(const struct fact *fact, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	if (!size)
		return 0;
	buf[0] = '\0';
	switch (fact->kind) {
	case FACT_OP:
		explain_op(&t, fact);
		break;
	case FACT_BLOCK:
		explain_block(&t, fact);
		break;
	case FACT_WAKE:
		explain_wake(&t, fact);
		break;
	case FACT_SIGNAL:
		explain_signal(&t, fact);
		break;
	case FACT_DELIVER:
		explain_deliver(&t, fact);
		break;
	case FACT_OBJECT:
		explain_object(&t, fact);
		break;
	case FACT_MAP:
		explain_map(&t, fact);
		break;
	case FACT_ACCESS:
		explain_access(&t, fact);
		break;
	case FACT_FAULT:
		explain_fault(&t, fact);
		break;
	default:
		break;
	}
	return t.used;
}
