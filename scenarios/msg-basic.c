// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 3: what a message queue carries: messages, each with its own type and length.
 *
 * bounds    three messages of different lengths: each msgrcv takes exactly one, where a read of a
 *           pipe would take all
 * types     the receiver chooses: by a type, by the lowest types, by any but one type
 * outlives  the sender is gone before there is a receiver, and the message waits
 * size      what does not fit into the receiver's room stays, or is cut
 * nowait    with IPC_NOWAIT: ENOMSG if there is no message, EAGAIN if there is no room
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"

struct message {
	long type;
	char text[100];
};

static const char child[] = "I am child!";

static int queue;

static int put(long type, const char *text, int flags)
{
	struct message m = {.type = type};

	strcpy(m.text, text);
	return msgsnd(queue, &m, strlen(text), flags);
}

static void send(long type, const char *text)
{
	if (put(type, text, 0) == -1)
		die("msgsnd");
}

/* msgrcv, and what it says. */
static void receive(size_t room, long wanted, int flags)
{
	struct message m;
	ssize_t n = msgrcv(queue, &m, room, wanted, flags);

	if (n == -1)
		printf("msgrcv: %s\n", strerror(errno));
	else
		printf("msgrcv returns %zd: type %ld, %.*s\n", n, m.type, (int)n, m.text);
}

static void bounds(void)
{
	call_me("receiver");
	queue = new_queue(LESSON_KEY, 0600);
	pid_t sender = fork_as("sender");
	if (sender == 0) {
		send(1, "abc");
		send(1, "defg");
		send(1, "hi");
		exit(0);
	}
	reap(sender, 0); /* all three are there before the first is received */
	for (int i = 0; i < 3; i++)
		receive(100, 0, 0);
	remove_queue(queue);
}

static void types(void)
{
	call_me("caller");
	queue = new_queue(LESSON_KEY, 0600);
	send(3, "first");
	send(1, "second");
	send(2, "third");
	send(4, "fourth");
	receive(100, 2, 0);	     /* the first of type 2 */
	receive(100, -3, 0);	     /* of types up to 3 the lowest */
	receive(100, 3, MSG_EXCEPT); /* the first of another type than 3 */
	receive(100, 0, 0);	     /* the first */
	remove_queue(queue);
}

static void outlives(void)
{
	call_me("parent");
	queue = new_queue(LESSON_KEY, 0600);
	pid_t sender = fork_as("sender");
	if (sender == 0) {
		send(1, child);
		exit(0);
	}
	reap(sender, 0);
	pid_t receiver = fork_as("receiver");
	if (receiver == 0) {
		queue = msgget(LESSON_KEY, 0); /* as a program that has inherited nothing */
		if (queue == -1)
			die("msgget");
		receive(100, 0, 0);
		exit(0);
	}
	reap(receiver, 0);
	remove_queue(queue);
}

static void size(void)
{
	call_me("caller");
	queue = new_queue(LESSON_KEY, 0600);
	send(1, child);
	receive(4, 0, 0);
	receive(4, 0, MSG_NOERROR);
	receive(100, 0, IPC_NOWAIT); /* is the rest still there? */
	remove_queue(queue);
}

static void nowait(void)
{
	call_me("caller");
	queue = new_queue(LESSON_KEY, 0600);
	receive(100, 0, IPC_NOWAIT);
	limit_queue(queue, 20); /* room for one message of 11 bytes, not for two */
	send(1, child);
	receive(100, 2, IPC_NOWAIT);
	if (put(2, child, IPC_NOWAIT) == -1)
		printf("msgsnd: %s\n", strerror(errno));
	remove_queue(queue);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"bounds", bounds},	   {"types", types},
						   {"outlives", outlives}, {"size", size},
						   {"nowait", nowait},	   {0}};

	return lesson_main(argc, argv, cases);
}
