// SPDX-License-Identifier: GPL-2.0
/* A fact in a few words, for its task's lane: "write 13", "close 3 (last read end)", "exits 0". */
#include "text/phrase.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "names/ipc_names.h"
#include "words/labels.h"
#include "names/mech.h"
#include "names/names.h"
#include "names/opclass.h"
#include "text/phrase_shm.h"
#include "text/phrase_wait.h"
#include "text/phrase_words.h"
#include "timeline/mech_ops.h"
#include "lib/units.h"

void phrase__call(const struct fact *fact, char buf[CALL_LEN])
{
	const size_t size = CALL_LEN;
	const struct ev_op *op = &fact->rec->op;
	const char *cmd = op->nr == SYS_fcntl ? fcntl_name(op->cmd) : NULL;
	const struct mech_ops *ops = mech_ops__call(op);

	if (ops->lane_call && ops->lane_call(op, buf, size))
		return;
	if (op->e.flags & EVF_IO_URING)
		snprintf(buf, size, "io_uring %s", class_label(op->op) ? class_label(op->op) : "?");
	else if (cmd)
		snprintf(buf, size, "%s %s", phrase__call_name(op->nr), cmd);
	else
		snprintf(buf, size, "%s", phrase__call_name(op->nr));
}

static void phrase_op(const struct style *st, const struct fact *fact, char *buf, size_t size)
{
	const struct ev_op *op = &fact->rec->op;
	const char *arrow = style__glyph(st, GLYPH_ARROW);
	const struct mech_ops *ops = mech_ops__call(op);
	char call[CALL_LEN], number[32], set[64] = "";
	const char *error;

	phrase__call(fact, call);
	if (op->op == OPC_CONTROL && op->nr == SYS_fcntl && op->arg &&
	    !(op->cmd == F_ADD_SEALS && op->file & KEY_KNOWN) && fcntl_takes_number(op->cmd))
		snprintf(call + strlen(call), sizeof(call) - strlen(call), " %llu",
			 (unsigned long long)op->arg);
	if (op->ret < 0 && op->ret >= -4095) {
		error = errno_name((int)-op->ret);
		snprintf(number, sizeof(number), "%lld", (long long)op->ret);
		/* The kernel's own errors, 512 and up, never reach the program. */
		if (op->ret <= -512)
			snprintf(buf, size, "%s interrupted", call);
		else
			snprintf(buf, size, "%s %s %s", call, arrow, error ? error : number);
		return;
	}
	if (op_class__has(op->op, T_NO_RESULT)) {
		snprintf(buf, size, "%s", call);
		return;
	}
	if (op->op == OPC_WRITE && (__u64)op->ret < op->bytes) {
		snprintf(buf, size, "%s %lld of %llu", call, (long long)op->ret,
			 (unsigned long long)op->bytes);
		return;
	}
	if (ops->lane_result)
		ops->lane_result(op, set, sizeof(set));
	if (moves_data(op->op)) {
		snprintf(buf, size, "%s %lld%s", call, (long long)op->ret, set);
		return;
	}
	snprintf(buf, size, "%s %s %lld%s", call, arrow, (long long)op->ret, set);
}

static const char *phrase_result(const struct ev_signal *sg)
{
	const char *label = result_label(signal__result(sg));

	if (signal__result(sg) == SIGNAL_TOO_LATE)
		return "too late";
	/* See explain(): SIGKILL cannot be ignored, and SIGCONT always has its effect. */
	if (sg->result == SIGNAL_IGNORED && (sg->sig == SIGKILL || sg->sig == SIGCONT))
		return "not delivered";
	return label ? label : "?";
}

static void phrase_signal(const struct style *st, const struct fact *fact, bool from_sender,
			  char *buf, size_t size)
{
	const struct ev_signal *sg = &fact->rec->signal;
	char who[4 * PATH_LEN];

	if (fact->kind == FACT_DELIVER && sg->fatal)
		snprintf(buf, size, "%s is fatal", phrase__signal_name(sg->fatal));
	else if (fact->kind == FACT_DELIVER)
		snprintf(buf, size, "%s %s %s", phrase__signal_name(sg->sig),
			 style__glyph(st, GLYPH_ARROW),
			 sg->handler > 1 ? "handler"
			 : sg->handler	 ? "ignored"
					 : "default action");
	else if (from_sender)
		snprintf(buf, size, "%s %s %s",
			 fact->cause.nr >= 0 ? phrase__call_name(fact->cause.nr) : "sends",
			 phrase__actor(who, &fact->who), phrase__signal_name(sg->sig));
	else
		snprintf(buf, size, "gets %s", phrase__signal_name(sg->sig));
	if (fact->kind == FACT_SIGNAL && signal__result(sg))
		snprintf(buf + strlen(buf), size - strlen(buf), " (%s)", phrase_result(sg));
}

static const char *end_words(unsigned int end)
{
	return end == END_READ ? "read end" : end == END_WRITE ? "write end" : "both ends";
}

/* " (write end)"; nothing of what has no ends. */
static const char *in_brackets(const struct ev_object *ob, char buf[COUNTED_LEN])
{
	buf[0] = '\0';
	if (mech__has(ob->obj.mech, MT_ENDS | MT_MAPPED))
		snprintf(buf, COUNTED_LEN, " (%s)", end_words(ob->end));
	return buf;
}

/* Whether the object's state says that no end of this kind is left. */
static bool none_left(const struct object *obj, unsigned int end)
{
	const struct mech *m = obj && obj->state_known ? mech__get(obj->key.mech) : NULL;

	for (int i = 0; m && i < STATE_WORDS; i++) {
		const char *word = m->words[i];

		if (word && !obj->state.v[i] &&
		    ((end & END_READ && !strcmp(word, "readers")) ||
		     (end & END_WRITE && !strcmp(word, "writers"))))
			return true;
	}
	return false;
}

/* What a close did to the count: the last end, one of several, or a descriptor that others share.
 */
static void phrase_close(const struct fact *fact, const char *verb, char *buf, size_t size)
{
	const struct ev_object *ob = &fact->rec->object;

	if (!mech__has(ob->obj.mech, MT_ENDS | MT_MAPPED)) {
		if (fact->left > 0)
			snprintf(buf, size, "%s %d (%d left)", verb, ob->fd, fact->left);
		else
			snprintf(buf, size, "%s %d%s", verb, ob->fd,
				 fact->released ? " (last)" : "");
		return;
	}
	if (!fact->released && fact->left > 0)
		snprintf(buf, size, "%s %d (%s, %d left)", verb, ob->fd, end_words(ob->end),
			 fact->left);
	else if (fact->released && none_left(fact->obj, ob->end))
		snprintf(buf, size, "%s %d (last %s)", verb, ob->fd, end_words(ob->end));
	else
		snprintf(buf, size, "%s %d (%s)", verb, ob->fd, end_words(ob->end));
}

static void phrase_object(const struct style *st, const struct fact *fact, char *buf, size_t size)
{
	const struct ev_object *ob = &fact->rec->object;
	const struct mech_ops *ops = mech_ops__get(ob->obj.mech);
	const char *arrow = style__glyph(st, GLYPH_ARROW);
	const char *call = syscall_name(ob->nr);
	char path[4 * PATH_LEN], end[COUNTED_LEN];

	if (ops->lane_object && ops->lane_object(ob, buf, size))
		return;
	switch (ob->change) {
	case OBJ_CREATED:
		snprintf(buf, size, "%s %s %d", call ? call : "creates", arrow, ob->fd);
		break;
	case OBJ_OPENED:
		snprintf(buf, size, "open %s %s %d", phrase__escaped(path, ob->path, PATH_LEN),
			 arrow, ob->fd);
		break;
	case OBJ_HELD:
		snprintf(buf, size, "holds %d", ob->fd);
		break;
	case OBJ_INHERITED:
		snprintf(buf, size, "inherits %d", ob->fd);
		break;
	case OBJ_DUPLICATED:
		snprintf(buf, size, "%s %s %d%s", call ? call : "dup", arrow, ob->fd,
			 in_brackets(ob, end));
		break;
	case OBJ_RECEIVED:
		snprintf(buf, size, "receives %d%s", ob->fd, in_brackets(ob, end));
		break;
	case OBJ_SENT:
		snprintf(buf, size, "sends %d%s", ob->fd, in_brackets(ob, end));
		break;
	case OBJ_CLOSED:
		phrase_close(fact, call ? call : "close", buf, size);
		break;
	case OBJ_REFUSED:
		snprintf(buf, size, "%s%s%s %s %s", call ? call : "?", ob->path[0] ? " " : "",
			 phrase__escaped(path, ob->path, PATH_LEN), arrow,
			 errno_name(-ob->fd) ? errno_name(-ob->fd) : "?");
		break;
	case OBJ_EXEC_CLOSED:
		phrase_close(fact, "exec closes", buf, size);
		break;
	case OBJ_EXIT_CLOSED:
		if (fact->released)
			phrase_close(fact, "exit closes", buf, size);
		else
			snprintf(buf, size, "exit closes %d", ob->fd);
		break;
	default:
		snprintf(buf, size, "%s released", end_words(ob->end));
	}
}

static void phrase_life(const struct style *st, const struct fact *fact, char *buf, size_t size)
{
	const struct ev_life *life = &fact->rec->life;
	char name[4 * PATH_LEN];

	switch (fact->kind) {
	case FACT_FORK:
		snprintf(buf, size, "%s %s %u",
			 life->child_pid == life->e.pid ? "new thread" : "fork",
			 style__glyph(st, GLYPH_ARROW), life->child_tid);
		break;
	case FACT_EXEC:
		snprintf(buf, size, "exec %s", phrase__escaped(name, life->path, PATH_LEN));
		break;
	case FACT_TASK:
		snprintf(buf, size, life->last ? "is a partner" : "is followed");
		break;
	case FACT_RENAME:
		snprintf(buf, size, "is now %s", phrase__escaped(name, life->comm, COMM_LEN));
		break;
	default:
		if (WIFSIGNALED(life->code))
			snprintf(buf, size, "dies of %s%s",
				 phrase__signal_name(WTERMSIG(life->code)),
				 WCOREDUMP(life->code) ? ", dumps core" : "");
		else
			snprintf(buf, size, "exits %d", WEXITSTATUS(life->code));
	}
}

void phrase(const struct style *st, const struct fact *fact, bool from_sender, char *buf,
	    size_t size)
{
	char number[COUNTED_LEN];

	switch (fact->kind) {
	case FACT_OP:
		phrase_op(st, fact, buf, size);
		break;
	case FACT_BLOCK:
		phrase_wait__block(fact, buf, size);
		break;
	case FACT_WAKE:
		phrase_wait__wake(fact, buf, size);
		break;
	case FACT_SIGNAL:
	case FACT_DELIVER:
		phrase_signal(st, fact, from_sender, buf, size);
		break;
	case FACT_OBJECT:
		phrase_object(st, fact, buf, size);
		break;
	case FACT_ACCESS:
		phrase_shm__access(st, fact, buf, size);
		break;
	case FACT_MAP:
		phrase_shm__map(fact, buf, size);
		break;
	case FACT_FAULT:
		phrase_shm__fault(&fact->rec->fault, buf, size);
		break;
	case FACT_LOST:
		snprintf(
		    buf, size, "%s lost here: %s", counted(number, fact->rec->lost.count, "record"),
		    lost_label(fact->rec->lost.cause) ? lost_label(fact->rec->lost.cause) : "?");
		break;
	default:
		phrase_life(st, fact, buf, size);
	}
}
