// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 3: how a POSIX message queue differs from a SysV one.
 *
 * priority  the highest priority comes out first, and of one priority the first; nobody may choose
 * handed    a receiver sleeps; the message that wakes it is handed over, and never in the queue
 * full      a queue is full by its messages, not by their bytes: a sender sleeps until one is taken
 * timeout   mq_timedreceive does not wait for ever: ETIMEDOUT
 * unlinked  a queue without a name goes on for those who have it open; nobody else can open it
 * refused   calls that may not wait, send too much, or lack the right: EAGAIN, EMSGSIZE, EBADF
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lesson.h"
#include "sysv.h"

#define NAME "/ipctrace-mq"
#define ROOM 32 /* bytes that a message may have */

static const char child[] = "I am child!";

static mqd_t queue;

static int put(const char *text, unsigned int priority)
{
	return mq_send(queue, text, strlen(text), priority);
}

static void send(const char *text, unsigned int priority)
{
	if (put(text, priority) == -1)
		die("mq_send");
}

/* What a receive that returned n says. */
static void say(const char *role, ssize_t n, const char *text, unsigned int priority)
{
	if (n == -1)
		printf("%s: %s\n", role, strerror(errno));
	else
		printf("%s: priority %u, %.*s\n", role, priority, (int)n, text);
}

static void receive(const char *role)
{
	unsigned int priority = 0;
	char text[ROOM];
	ssize_t n = mq_receive(queue, text, sizeof(text), &priority);

	say(role, n, text, priority);
}

static pid_t fork_receiver(void)
{
	pid_t receiver = fork_as("receiver");

	if (receiver)
		return receiver;
	receive("receiver");
	exit(0);
}

static void end(void)
{
	unlink_named_queue(NAME);
	mq_close(queue);
}

static void priority(void)
{
	call_me("caller");
	queue = new_named_queue(NAME, O_RDWR, 4, ROOM);
	send("low", 1);
	send("high", 5);
	send("high, too", 5);
	for (int i = 0; i < 3; i++)
		receive("caller");
	end();
}

static void handed(void)
{
	call_me("sender");
	queue = new_named_queue(NAME, O_RDWR, 4, ROOM);
	pid_t receiver = fork_receiver();
	wait_until_in(receiver, "mq_timedreceive|wq_sleep");
	send(child, 0);
	reap(receiver, 0);
	end();
}

static void full(void)
{
	call_me("receiver");
	queue = new_named_queue(NAME, O_RDWR, 1, ROOM);
	pid_t sender = fork_as("sender");
	if (sender == 0) {
		send("one", 0);
		send("two", 0);
		exit(0);
	}
	wait_until_in(sender, "mq_timedsend|wq_sleep");
	receive("receiver");
	reap(sender, 0);
	receive("receiver");
	end();
}

static void timeout(void)
{
	struct timespec until;
	char text[ROOM];
	ssize_t n;

	call_me("caller");
	queue = new_named_queue(NAME, O_RDONLY, 1, ROOM);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 50000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	n = mq_timedreceive(queue, text, sizeof(text), NULL, &until);
	say("caller", n, text, 0);
	end();
}

static void unlinked(void)
{
	call_me("sender");
	queue = new_named_queue(NAME, O_RDWR, 1, ROOM);
	pid_t receiver = fork_receiver();
	wait_until_in(receiver, "mq_timedreceive|wq_sleep");
	unlink_named_queue(NAME);
	if (mq_open(NAME, O_RDONLY) == -1)
		printf("mq_open: %s\n", strerror(errno));
	hold();
	wait_until_in(receiver, "mq_timedreceive|wq_sleep");
	printf("the name is gone, the receiver still sleeps\n");
	send(child, 0);
	reap(receiver, 0);
	mq_close(queue);
}

static void refused(void)
{
	char text[ROOM];

	call_me("caller");
	queue = new_named_queue(NAME, O_RDONLY | O_NONBLOCK, 1, ROOM);
	receive("caller");
	say("caller", mq_receive(queue, text, ROOM - 1, NULL), text, 0);
	if (put(child, 0) == -1)
		printf("caller: mq_send: %s\n", strerror(errno));
	end();
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"priority", priority},
						   {"handed", handed},
						   {"full", full},
						   {"timeout", timeout},
						   {"unlinked", unlinked},
						   {"refused", refused},
						   {0}};

	return lesson_main(argc, argv, cases);
}
