// SPDX-License-Identifier: GPL-2.0
/* The fields with a fixed set of words, and these words. */
#include <string.h>

#include "claims/expect_parse.h"
#include "names/ipc_names.h"
#include "words/labels.h"
#include "names/mech.h"
#include "names/names.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static bool known_call(const char *word)
{
	/* Also those that this machine's architecture does not have. */
	static const char *const calls[] = {
#define SYSOP(id, call, ...)  #call,
#define SYSOP_NAMED(id, call) #call,
#include "abi/sysop.def"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i], word))
			return true;
	return syscall_number(word) >= 0;
}

static bool known_signal(const char *word)
{
	int sig = signal_number(word);

	return sig > 0 && !strcmp(signal_name(sig), word);
}

static bool known_error(const char *word)
{
	int err = errno_number(word);

	return err > 0 && !strcmp(errno_name(err), word);
}

static bool is(const char *name, const char *word)
{
	return name && !strcmp(name, word);
}

static bool known_reason(const char *word)
{
	unsigned int id;

	for (id = 1; id <= (__u8)~0; id++)
		if (reason__get(id) && is(reason__get(id)->name, word))
			return true;
	return is("unknown", word);
}

/* The highest command of them all is one of fcntl, from 1024 on. */
#define COMMANDS 2048

static bool known_command(const char *word)
{
	for (int cmd = 0; cmd < COMMANDS; cmd++)
		if (is(fcntl_name(cmd), word) || is(shmctl_name(cmd), word) ||
		    is(semctl_name(cmd), word) || is(msgctl_name(cmd), word) ||
		    is(epoll_ctl_name(cmd), word) || is(shutdown_name(cmd), word) ||
		    is(futex_name(cmd), word))
			return true;
	return false;
}

static bool known_handler(const char *word)
{
	return is("default", word) || is("ignore", word) || is("handler", word);
}

static bool known_touch(const char *word)
{
	return is("read", word) || is("write", word);
}

static bool generated(const char *word)
{
	return is("generated", word);
}

static bool delivered(const char *word)
{
	return is("delivered", word);
}

static const char *cause(unsigned int kind)
{
	return cause_label(kind);
}

static const char *result(unsigned int of_signal)
{
	return result_label((int)of_signal);
}

#define ANY_FACT (-1)

static const struct {
	const char *field;
	int fact; /* enum fact_kind, where the field's words are others elsewhere */
	/* One of the two: the words, or the names of our own small numbers. */
	bool (*known)(const char *word);
	const char *(*label)(unsigned int value);
} closed_fields[] = {
    {"op", ANY_FACT, known_call, NULL},
    {"cause.op", ANY_FACT, known_call, NULL},
    {"waker.op", ANY_FACT, known_call, NULL},
    {"sender.op", ANY_FACT, known_call, NULL},
    {"class", ANY_FACT, NULL, class_label},
    {"cmd", ANY_FACT, known_command, NULL},
    {"error", ANY_FACT, known_error, NULL},
    {"reason", ANY_FACT, known_reason, NULL},
    {"cause", ANY_FACT, NULL, cause},
    {"cause.kind", ANY_FACT, NULL, cause},
    {"cause.how", ANY_FACT, NULL, change_label},
    {"waker.ctx", ANY_FACT, NULL, context_label},
    {"sender.ctx", ANY_FACT, NULL, context_label},
    {"sig", ANY_FACT, known_signal, NULL},
    {"cause.sig", ANY_FACT, known_signal, NULL},
    {"waker.sig", ANY_FACT, known_signal, NULL},
    {"sender.sig", ANY_FACT, known_signal, NULL},
    {"signal", ANY_FACT, known_signal, NULL},
    {"stopped_by", ANY_FACT, known_signal, NULL},
    {"fatal", ANY_FACT, known_signal, NULL},
    {"result", FACT_SIGNAL, NULL, result},
    {"handler", FACT_DELIVER, known_handler, NULL},
    {"event", FACT_SIGNAL, generated, NULL},
    {"event", FACT_DELIVER, delivered, NULL},
    {"event", FACT_OBJECT, NULL, change_label},
    {"event", FACT_MAP, NULL, map_label},
    {"event", FACT_ACCESS, NULL, access_label},
    {"access", FACT_FAULT, known_touch, NULL},
    {"end", ANY_FACT, NULL, end_label},
    {"prot", ANY_FACT, NULL, prot_label},
    {"update", ANY_FACT, NULL, update_label},
};

/* Ids are small, and not always without gaps. */
static bool known_label(const char *(*label)(unsigned int value), const char *word)
{
	for (unsigned int value = 0; value <= (__u8)~0; value++)
		if (is(label(value), word))
			return true;
	return false;
}

bool word__known(enum fact_kind fact, const char *field, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(closed_fields); i++) {
		if (strcmp(closed_fields[i].field, field))
			continue;
		if (closed_fields[i].fact != ANY_FACT && closed_fields[i].fact != (int)fact)
			continue;
		if (closed_fields[i].label)
			return known_label(closed_fields[i].label, word);
		return closed_fields[i].known(word);
	}
	return true;
}
