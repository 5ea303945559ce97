// SPDX-License-Identifier: GPL-2.0
/* The words that JSON, --raw and .expect files use for the values of our own enums. */
#include "words/labels.h"

#include <ctype.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define LABEL(table, i) ((size_t)(i) < ARRAY_SIZE(table) ? (table)[i] : NULL)

static const char *const facts[] = {
    [FACT_OP] = "op",	      [FACT_BLOCK] = "block",	  [FACT_WAKE] = "wake",
    [FACT_SIGNAL] = "signal", [FACT_DELIVER] = "deliver", [FACT_FORK] = "fork",
    [FACT_EXEC] = "exec",     [FACT_RENAME] = "rename",	  [FACT_EXIT] = "exit",
    [FACT_OBJECT] = "object", [FACT_LOST] = "lost",	  [FACT_TASK] = "task",
    [FACT_MAP] = "map",	      [FACT_FAULT] = "fault",	  [FACT_ACCESS] = "access",
};

static const char *const causes[] = {
#define CAUSE(name, word, ...) [CAUSE_##name] = word,
#include "timeline/cause.def"
};

static const char *const changes[] = {
    [OBJ_CREATED] = "created",
    [OBJ_OPENED] = "opened",
    [OBJ_HELD] = "held",
    [OBJ_INHERITED] = "inherited",
    [OBJ_DUPLICATED] = "duplicated",
    [OBJ_RECEIVED] = "received",
    [OBJ_CLOSED] = "closed",
    [OBJ_EXEC_CLOSED] = "exec-closed",
    [OBJ_EXIT_CLOSED] = "exit-closed",
    [OBJ_RELEASED] = "released",
    [OBJ_SENT] = "sent",
    [OBJ_MARKED] = "marked",
    [OBJ_DESTROYED] = "destroyed",
    [OBJ_REFUSED] = "refused",
    [OBJ_OPENING] = "opening",
    [OBJ_NAMED] = "named",
    [OBJ_CONNECTS] = "connects",
};

static const char *const ends[] = {
    [END_READ] = "read",
    [END_WRITE] = "write",
    [END_READ | END_WRITE] = "both",
};

static const char *const contexts[] = {
    [WAKE_TASK] = "task", [WAKE_SIGNAL] = "signal", [WAKE_TIMER] = "timer",
    [WAKE_IRQ] = "irq",	  [WAKE_EXIT] = "exit",
};

static const char *const losses[LOST_CAUSES] = {
    [LOST_RING] = "ring",     [LOST_STORAGE] = "storage",   [LOST_NESTED] = "nested",
    [LOST_COMPAT] = "compat", [LOST_IO_URING] = "io_uring", [LOST_WALK] = "walk",
    [LOST_FILE] = "file",     [LOST_WATCH] = "watch",
};

static const char *const maps[] = {
    [MAP_ATTACHED] = "attached",
    [MAP_HELD] = "held",
    [MAP_INHERITED] = "inherited",
    [MAP_DETACHED] = "detached",
    [MAP_CUT] = "cut",
    [MAP_EXEC_GONE] = "exec-gone",
    [MAP_EXIT_GONE] = "exit-gone",
    [MAP_PROTECTED] = "protected",
};

static const char *const accesses[] = {
    [ACCESS_LOAD] = "load",
    [ACCESS_STORE] = "store",
    [ACCESS_UNKNOWN] = "access",
};

static const char *const updates[] = {
    [UPDATE_PLAIN] = "plain",
    [UPDATE_ATOMIC] = "atomic",
};

static const char *const results[] = {
    [SIGNAL_QUEUED] = "queued",	      [SIGNAL_IGNORED] = "ignored",
    [SIGNAL_COALESCED] = "coalesced", [SIGNAL_OVERFLOW] = "overflow",
    [SIGNAL_LOST_INFO] = "lost-info", [SIGNAL_TOO_LATE] = "too-late",
};

const char *fact_label(enum fact_kind kind)
{
	return LABEL(facts, kind);
}

const char *class_label(unsigned int class)
{
	static char names[64][16]; /* abi/sysop.def has them in upper case */
	const char *upper = NULL;

	switch (class) {
#define SYSOP_CLASS(id, name, ...)                                                                 \
	case OPC_##name:                                                                           \
		upper = #name;                                                                     \
		break;
#include "abi/sysop.def"
	}
	if (!upper || class >= ARRAY_SIZE(names))
		return NULL;
	for (size_t i = 0; i < sizeof(names[0]) - 1 && upper[i]; i++)
		names[class][i] = (char)tolower((unsigned char)upper[i]);
	return names[class];
}

const char *cause_label(enum cause_kind kind)
{
	return LABEL(causes, kind);
}

const char *change_label(unsigned int change)
{
	return LABEL(changes, change);
}

const char *end_label(unsigned int end)
{
	return LABEL(ends, end);
}

const char *context_label(unsigned int ctx)
{
	return LABEL(contexts, ctx);
}

const char *lost_label(unsigned int cause)
{
	return LABEL(losses, cause);
}

const char *map_label(unsigned int change)
{
	return LABEL(maps, change);
}

const char *prot_label(unsigned int prot)
{
	static const char *const prots[] = {"none", "r", "w", "rw", "x", "rx", "wx", "rwx"};

	return prots[prot & 7];
}

const char *access_label(unsigned int kind)
{
	return LABEL(accesses, kind);
}

const char *update_label(unsigned int update)
{
	return LABEL(updates, update);
}

const char *result_label(int result)
{
	return result < 0 ? NULL : LABEL(results, result);
}
