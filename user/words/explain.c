/* SPDX-License-Identifier: GPL-2.0 */
/* Says why: which file has the sentences for a fact. */
#include "words/explain.h"

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
	if (f->cause.kind == CAUSE_SIGNALLED) {
		by_signal(t, f);
		return;
	}
	switch (f->rec->op.op) {
	case OPC_SEM_GET:
	case OPC_SEM_OP:
	case OPC_SEM_CTL:
	case OPC_SEM_UNDO:
		explain_sem_op(t, f);
		return;
	case OPC_MSG_GET:
	case OPC_MSG_SEND:
	case OPC_MSG_RECEIVE:
	case OPC_MSG_CTL:
		explain_msg_op(t, f);
		return;
	case OPC_FUTEX:
		explain_futex_op(t, f);
		return;
	case OPC_SHM_GET:
	case OPC_SHM_AT:
	case OPC_SHM_DT:
	case OPC_SHM_CTL:
		explain_shm(t, f);
		return;
	case OPC_MAP:
	case OPC_TRUNCATE:
	case OPC_UNLINK:
		explain_shmem(t, f);
		return;
	case OPC_CONTROL:
		if (f->rec->op.obj.mech != MECH_SHMEM)
			break;
		explain_shmem(t, f);
		return;
	}
	explain_pipe_op(t, f);
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
