// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 5: one end of a pair goes to another process, in a message over another pair.
 *
 * passed  it has two holders from the moment that it is received, and one when the sender closes its own
 * flight  on its way nobody has it, and it is alive: the other end waits, and reads no end of file
 * lost    nobody will ever receive it: it goes with the message, and that is the end of the file
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lesson.h"
#include "unixsock.h"

/* The room for one descriptor beside a message, as cmsg(3) wants it. */
union one_fd {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

static void send_fd(int over, int fd)
{
	struct iovec byte = {"x", 1};
	union one_fd control = {0};
	struct msghdr msg = {.msg_iov = &byte,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};

	control.header = (struct cmsghdr){
	    .cmsg_len = CMSG_LEN(sizeof(fd)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(over, &msg, 0) == -1)
		die("sendmsg");
}

static int receive_fd(int over)
{
	char byte;
	struct iovec room = {&byte, 1};
	union one_fd control;
	struct msghdr msg = {.msg_iov = &room,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	int fd;

	if (recvmsg(over, &msg, 0) == -1)
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* Reads from its own end of the pair until that is over. */
static pid_t fork_reader(int pair[2])
{
	pid_t reader = fork_as("reader");
	char text[100];

	if (reader)
		return reader;
	close(pair[1]);
	while (get(pair[0], text, sizeof(text)))
		printf("reader: %s\n", text);
	printf("reader: the end\n");
	exit(0);
}

/* Gets an end over the other pair, and says hello through it. */
static pid_t fork_heir(int over)
{
	pid_t heir = fork_as("heir");

	if (heir)
		return heir;
	int fd = receive_fd(over);
	put(fd, "hello from the heir", 19);
	exit(0);
}

static void passed(void)
{
	int pair[2], over[2];

	call_me("giver");
	new_pair(SOCK_DGRAM, over);
	pid_t heir = fork_heir(over[1]); /* before the pair: it inherits no end of it */
	new_pair(SOCK_STREAM, pair);
	pid_t reader = fork_reader(pair);
	close(pair[0]);
	wait_until_in(reader, IN_READ);
	send_fd(over[0], pair[1]);
	reap(heir, 0);
	wait_until_in(reader, IN_READ);
	close(pair[1]); /* the last one that has it */
	reap(reader, 0);
	close(over[0]);
	close(over[1]);
}

static void flight(void)
{
	int pair[2], over[2];

	call_me("giver");
	new_pair(SOCK_STREAM, pair);
	pid_t reader = fork_reader(pair);
	close(pair[0]);
	new_pair(SOCK_DGRAM, over);
	send_fd(over[0], pair[1]);
	close(pair[1]); /* now nobody has it */
	wait_until_in(reader, IN_READ);
	hold();
	wait_until_in(reader, IN_READ);
	printf("giver: nobody has the other end, and the reader still sleeps\n");
	pid_t heir = fork_heir(over[1]);
	reap(heir, 0);
	reap(reader, 0);
	close(over[0]);
	close(over[1]);
}

static void lost(void)
{
	int pair[2], over[2];

	call_me("giver");
	new_pair(SOCK_STREAM, pair);
	pid_t reader = fork_reader(pair);
	close(pair[0]);
	new_pair(SOCK_DGRAM, over);
	send_fd(over[0], pair[1]);
	close(pair[1]);
	wait_until_in(reader, IN_READ);
	close(over[1]); /* with the message, unread */
	reap(reader, 0);
	close(over[0]);
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {
	    {"passed", passed}, {"flight", flight}, {"lost", lost}, {0}};

	return lesson_main(argc, argv, cases);
}
