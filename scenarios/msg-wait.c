// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 3: who waits for whom at a message queue.
 *
 * empty    a receiver sleeps; the message that wakes it is handed over, and never in the queue
 * other    a receiver that wants type 2 sleeps on while one of type 1 is there
 * full     a sender sleeps until the receiver has made room for its whole message
 * resize   a sender sleeps until the queue may hold more (IPC_SET)
 * removed  the queue is removed while a receiver and a sender sleep on it: EIDRM
 * signal   a signal ends the wait: EINTR, and msgrcv is not called again, SA_RESTART or not
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"

#define LIMIT 20 /* bytes: room for one message of 12, not for two */

struct message {
	long type;
	char text[100];
};

static const char child[] = "I am child!";

static int queue;

static int put(long type, const char *text)
{
	struct message m = {.type = type};

	strcpy(m.text, text);
	return msgsnd(queue, &m, strlen(text) + 1, 0);
}

static void send(long type, const char *text)
{
	if (put(type, text) == -1)
		die("msgsnd");
}

static void receive(const char *role, long wanted)
{
	struct message m;
	ssize_t n = msgrcv(queue, &m, sizeof(m.text), wanted, 0);

	if (n == -1)
		printf("%s: %s\n", role, strerror(errno));
	else
		printf("%s: type %ld, %s\n", role, m.type, m.text);
}

static pid_t fork_receiver(long wanted)
{
	pid_t receiver = fork_as("receiver");

	if (receiver)
		return receiver;
	receive("receiver", wanted);
	exit(0);
}

/* A child that sends two messages; the queue has room for one. Its status is the errno. */
static pid_t fork_sender(void)
{
	pid_t sender = fork_as("sender");

	if (sender)
		return sender;
	send(1, child);
	exit(put(1, child) == -1 ? errno : 0);
}

static void reap_sender(pid_t sender, int error)
{
	reap(sender, error << 8);
	printf("sender: %s\n", error ? strerror(error) : "both are sent");
}

static void empty(void)
{
	call_me("sender");
	queue = new_queue(LESSON_KEY, 0600);
	pid_t receiver = fork_receiver(0);
	wait_until_in(receiver, "msgrcv");
	send(1, child);
	reap(receiver, 0);
	remove_queue(queue);
}

static void other(void)
{
	call_me("sender");
	queue = new_queue(LESSON_KEY, 0600);
	pid_t receiver = fork_receiver(2);
	wait_until_in(receiver, "msgrcv");
	send(1, "for others");
	hold();
	wait_until_in(receiver, "msgrcv");
	printf("a message is there, the receiver still sleeps\n");
	send(2, "for you");
	reap(receiver, 0);
	remove_queue(queue);
}

static void full(void)
{
	call_me("receiver");
	queue = new_queue(LESSON_KEY, 0600);
	limit_queue(queue, LIMIT);
	pid_t sender = fork_sender();
	wait_until_in(sender, "msgsnd");
	receive("receiver", 0);
	reap_sender(sender, 0);
	remove_queue(queue);
}

static void resize(void)
{
	call_me("owner");
	queue = new_queue(LESSON_KEY, 0600);
	unsigned long limit = limit_queue(queue, LIMIT);
	pid_t sender = fork_sender();
	wait_until_in(sender, "msgsnd");
	limit_queue(queue, limit);
	reap_sender(sender, 0);
	remove_queue(queue);
}

static void removed(void)
{
	call_me("owner");
	queue = new_queue(LESSON_KEY, 0600);
	limit_queue(queue, LIMIT);
	pid_t receiver = fork_receiver(2); /* the sender's are of type 1 */
	wait_until_in(receiver, "msgrcv");
	pid_t sender = fork_sender();
	wait_until_in(sender, "msgsnd");
	remove_queue(queue);
	reap(receiver, 0);
	reap_sender(sender, EIDRM);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void interrupted(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	call_me("parent");
	queue = new_queue(LESSON_KEY, 0600);
	pid_t receiver = fork_as("receiver");
	if (receiver == 0) {
		if (sigaction(SIGUSR1, &action, NULL) == -1)
			die("sigaction");
		receive("receiver", 0);
		exit(0);
	}
	wait_until_in(receiver, "msgrcv");
	kill(receiver, SIGUSR1);
	reap(receiver, 0);
	remove_queue(queue);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"empty", empty},
						   {"other", other},
						   {"full", full},
						   {"resize", resize},
						   {"removed", removed},
						   {"signal", interrupted},
						   {0}};

	return lesson_main(argc, argv, cases);
}
